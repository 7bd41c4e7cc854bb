"""Small pictures, 40 by 20 pixels of one colour: a PNG made here, a JPEG and two WebP files that a browser wrote."""

from __future__ import annotations

import base64
import struct
import zlib

WIDTH, HEIGHT = 40, 20


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = WIDTH, height: int = HEIGHT, *extra: bytes) -> bytes:
    """A PNG of one colour; ``extra`` chunks stand before its pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = zlib.compress((b"\x00" + b"\x0b\x7a\x4b" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


PNG = png()
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6j"
    "q62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSk"
    "pKSkpKSkpKT/wAARCAAUACgDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QA"
    "FgEBAQEAAAAAAAAAAAAAAAAAAAEE/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8AiARgAAAAAAAAAAf/2Q=="
)
WEBP = base64.b64decode(
    "UklGRkAAAABXRUJQVlA4IDQAAAAwAwCdASooABQAPxGGu1csKSYjpWgBgCIJZwDQkA8KmggAAP7j/Bpf6+8odiXkqIrQgAAA"
)
WEBP_LOSSLESS = base64.b64decode("UklGRh4AAABXRUJQVlA4TBEAAAAvJ8AEAAdQvS50qf+BiOh/AAA=")
FILES = {"png": PNG, "jpg": JPEG, "webp": WEBP}
