"""Pictures that people upload: known by their content, measured, and freed of what is not the picture.

Pure functions on bytes. PNG, JPEG and WebP are read by their own structure; metadata (places, cameras, comments) and
whatever hangs on after the end are left out of what is kept. SVG is no picture here: it can carry scripts.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
"""File endings and what is served for them."""
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs"}
_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_JPEG_DROPPED = {*range(0xE1, 0xF0), 0xFE} - {0xE2, 0xEE}
_JPEG_START, _JPEG_END, _JPEG_SCAN = 0xD8, 0xD9, 0xDA
_WEBP_KEPT = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP"}
_WEBP_ANIMATED, _WEBP_METADATA = 0x02, 0x0C


class NotAPicture(ValueError):
    """The bytes are no whole, still PNG, JPEG or WebP picture."""


@dataclass(frozen=True, slots=True)
class Picture:
    """``ending`` is a key of ``TYPES``; sizes are in pixels; ``data`` is what to keep and to serve."""

    ending: str
    width: int
    height: int
    data: bytes


def picture_read(data: bytes) -> Picture:
    """The picture in ``data``. Raises NotAPicture."""
    try:
        if data.startswith(_PNG):
            return _png(data)
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError) as error:
        raise NotAPicture("cut short") from error
    raise NotAPicture("another kind of file")


def _png(data: bytes) -> Picture:
    """https://www.w3.org/TR/png-3/#5DataRep"""
    chunks = list(_png_chunks(data))
    names = [name for name, _body, _raw in chunks]
    if names[:1] != [b"IHDR"] or names[-1] != b"IEND" or b"IDAT" not in names:
        raise NotAPicture("incomplete PNG")
    width, height = struct.unpack(">II", chunks[0][1][:8])
    kept = b"".join(raw for name, _body, raw in chunks if name in _PNG_KEPT)
    return _measured("png", width, height, _PNG + kept)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """(name, body, all of it) until the end chunk."""
    at, name = len(_PNG), b""
    while name != b"IEND":
        length, name = struct.unpack(">I4s", data[at : at + 8])
        raw = data[at : at + 12 + length]
        (checksum,) = struct.unpack(">I", raw[8 + length :])
        if checksum != zlib.crc32(raw[4 : 8 + length]):
            raise NotAPicture("damaged PNG")
        yield name, raw[8 : 8 + length], raw
        at += len(raw)


def _jpeg(data: bytes) -> Picture:
    """ITU-T T.81, annex B."""
    size, scans, kept = None, 0, bytearray(data[:2])
    for marker, raw in _jpeg_segments(data):
        if marker in _JPEG_FRAMES and size is None:
            height, width = struct.unpack(">HH", raw[5:9])
            size = width, height
        scans += marker == _JPEG_SCAN
        if marker not in _JPEG_DROPPED:
            kept += raw
    if size is None or not scans:
        raise NotAPicture("incomplete JPEG")
    return _measured("jpg", *size, bytes(kept))


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, all of it, a scan with its coded data) until the end marker."""
    at = 2
    while True:
        if data[at] != 0xFF:
            raise NotAPicture("damaged JPEG")
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == _JPEG_END:
            yield marker, data[at : at + 2]
            return
        end = at + 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
        if marker == _JPEG_SCAN:
            end = _scan_end(data, end)
        if marker == _JPEG_START or not at + 4 <= end <= len(data):
            raise NotAPicture("damaged JPEG")
        yield marker, data[at:end]
        at = end


def _scan_end(data: bytes, at: int) -> int:
    """Where the coded data of a scan ends: at the next marker that is neither stuffing nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            raise NotAPicture("cut short")
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7 and data[at + 1] != 0xFF:
            return at
        at += 1 if data[at + 1] == 0xFF else 2


def _webp(data: bytes) -> Picture:
    """RFC 9649."""
    chunks = [(name, body) for name, body in _webp_chunks(data) if name in _WEBP_KEPT]
    bodies = dict(chunks)
    if b"VP8X" in bodies and bodies[b"VP8X"][0] & _WEBP_ANIMATED:
        raise NotAPicture("animated")
    if not bodies.keys() & {b"VP8 ", b"VP8L"}:
        raise NotAPicture("incomplete WebP")
    width, height = _webp_size(bodies)
    body = b"WEBP" + b"".join(_webp_chunk(name, body) for name, body in chunks)
    return _measured("webp", width, height, b"RIFF" + struct.pack("<I", len(body)) + body)


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, end = 12, 8 + struct.unpack("<I", data[4:8])[0]
    if end > len(data) + 1:
        raise NotAPicture("cut short")
    while at + 8 <= end:
        name, length = struct.unpack("<4sI", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        if len(body) != length:
            raise NotAPicture("cut short")
        yield name, body
        at += 8 + length + length % 2


def _webp_chunk(name: bytes, body: bytes) -> bytes:
    if name == b"VP8X":
        body = bytes([body[0] & ~_WEBP_METADATA]) + body[1:]
    return name + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)


def _webp_size(bodies: dict[bytes, bytes]) -> tuple[int, int]:
    if extended := bodies.get(b"VP8X"):
        width, height = (int.from_bytes(extended[at : at + 3], "little") for at in (4, 7))
        return width + 1, height + 1
    if lossless := bodies.get(b"VP8L"):
        if lossless[0] != 0x2F:
            raise NotAPicture("damaged WebP")
        (bits,) = struct.unpack("<I", lossless[1:5])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if bodies[b"VP8 "][3:6] != b"\x9d\x01\x2a":
        raise NotAPicture("damaged WebP")
    width, height = struct.unpack("<HH", bodies[b"VP8 "][6:10])
    return width & 0x3FFF, height & 0x3FFF


def _measured(ending: str, width: int, height: int, data: bytes) -> Picture:
    if not (width and height):
        raise NotAPicture("without a size")
    return Picture(ending, width, height, data)
