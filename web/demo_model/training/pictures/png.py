"""A picture as a PNG file. Needs numpy."""

from __future__ import annotations

import struct
import zlib

from .canvas import Bytes


def encode(pixels: Bytes) -> bytes:
    """u8 [H, W, 3] -> the bytes of an 8-bit RGB PNG (ISO/IEC 15948), each row unfiltered."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    parts = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
