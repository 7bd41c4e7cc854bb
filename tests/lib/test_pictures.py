"""Uploaded pictures: known by content, measured, and freed of all that is not the picture."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubclone.lib.pictures import NotAPicture, Picture, picture_read
from tests.pictures import FILES, HEIGHT, JPEG, PNG, WEBP, WEBP_LOSSLESS, WIDTH, chunk, png

KINDS = [("png", PNG), ("jpg", JPEG), ("webp", WEBP), ("webp", WEBP_LOSSLESS)]
COMMENT = b"<script>alert(1)</script>"


@pytest.mark.parametrize(("ending", "data"), KINDS)
def test_a_picture_is_known_measured_and_kept_as_it_is(ending: str, data: bytes) -> None:
    assert picture_read(data) == Picture(ending, WIDTH, HEIGHT, data)


@pytest.mark.parametrize(("_ending", "data"), KINDS)
def test_what_hangs_on_after_the_end_is_dropped(_ending: str, data: bytes) -> None:
    assert picture_read(data + COMMENT).data == data


def test_metadata_is_dropped() -> None:
    noted = png(
        WIDTH, HEIGHT, chunk(b"tEXt", b"Comment\x00" + COMMENT), chunk(b"eXIf", b"GPS"), chunk(b"acTL", b"moves")
    )
    assert picture_read(noted).data == PNG
    segments = b"".join(
        bytes([0xFF, marker]) + struct.pack(">H", len(COMMENT) + 2) + COMMENT for marker in (0xE1, 0xED, 0xFE)
    )
    assert picture_read(JPEG[:2] + segments + JPEG[2:]).data == JPEG
    flags = b"\x0c\x00\x00\x00" + (WIDTH - 1).to_bytes(3, "little") + (HEIGHT - 1).to_bytes(3, "little")
    kept = picture_read(riff((b"VP8X", flags), (b"EXIF", COMMENT), (WEBP[12:16], WEBP[20:])))
    assert COMMENT not in kept.data
    assert (kept.width, kept.height, kept.data[20]) == (WIDTH, HEIGHT, 0)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + bytes(40),
        b"%PDF-1.7",
        PNG.replace(b"IDAT", b"IDAX"),
        png(0, 5),
        JPEG[:2] + JPEG[-2:],
        b"RIFF\x04\x00\x00\x00WEBP",
        b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X\x0a\x00\x00\x00\x02" + bytes(9),
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        picture_read(data)


@pytest.mark.parametrize(("_ending", "data"), KINDS)
def test_a_picture_cut_short_is_refused(_ending: str, data: bytes) -> None:
    for length in range(len(data) - 1):
        with pytest.raises(NotAPicture):
            picture_read(data[:length])


@given(st.sampled_from(sorted(FILES)), st.data())
def test_a_damaged_picture_is_a_picture_or_is_refused_and_never_a_crash(ending: str, data: st.DataObject) -> None:
    damaged = bytearray(FILES[ending])
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=4)):
        damaged[at] = data.draw(st.integers(0, 255))
    try:
        picture = picture_read(bytes(damaged))
    except NotAPicture:
        return
    assert picture.width
    assert picture.height


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(part)) + part + bytes(len(part) % 2) for name, part in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body
