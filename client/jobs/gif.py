"""Writes animated GIFs (GIF89a): one palette for all frames, and of each frame only what the one before did not show.

Frames are arrays of shape (height, width, 3), 8 bits a channel.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

COLOURS = 256
UNCHANGED = 255
"""The colour that stands for what the frame before showed there; it is none of the palette's."""
CODES = 4096
"""What 12 bits, the widest code of the format, can tell apart."""


def palette_of(frames: Sequence[NDArray[np.uint8]]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the colours that ``frames`` use most, shape (255, 3), and the nearest of them to each 16-bit colour."""
    counts = np.zeros(1 << 16, np.int64)
    for frame in frames:
        counts += np.bincount(_sixteen(frame).ravel(), minlength=1 << 16)
    every = np.arange(1 << 16)
    wide = np.stack([(every >> 11) * 255 / 31, (every >> 5 & 63) * 255 / 63, (every & 31) * 255 / 31], 1)
    wide = wide.astype(np.float32)
    palette = wide[np.argsort(-counts, kind="stable")[:UNCHANGED]]
    nearest = np.empty(1 << 16, np.uint8)
    for start in range(0, 1 << 16, 4096):
        part = wide[start : start + 4096]
        distance = (part**2).sum(1)[:, None] - 2 * part @ palette.T + (palette**2).sum(1)
        nearest[start : start + 4096] = distance.argmin(1)
    return np.rint(palette).astype(np.uint8), nearest


def write_gif(
    frames: Iterable[NDArray[np.uint8]], delays_s: Iterable[float], samples: Sequence[NDArray[np.uint8]]
) -> Iterator[bytes]:
    """Yield the bytes of an endless GIF, frame by frame.  Its colours are those of ``samples``."""
    height, width, _ = samples[0].shape
    palette, nearest = palette_of(samples)
    yield b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0) + palette.tobytes() + bytes(3)
    yield b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
    before: NDArray[np.uint8] | None = None
    for frame, delay_s in zip(frames, delays_s, strict=True):
        pixels = nearest[_sixteen(frame)]
        left, top, right, bottom = (0, 0, width, height) if before is None else _changed(before, pixels)
        fresh = pixels if before is None else np.where(before == pixels, np.uint8(UNCHANGED), pixels)
        yield b"\x21\xf9\x04" + struct.pack("<BHBB", 0x05, max(2, round(delay_s * 100)), UNCHANGED, 0)
        yield b"\x2c" + struct.pack("<HHHHB", left, top, right - left, bottom - top, 0)
        yield b"\x08" + _blocks(compress(fresh[top:bottom, left:right].ravel()))
        before = pixels
    yield b"\x3b"


def compress(pixels: NDArray[np.uint8]) -> bytes:
    """Return ``pixels`` as LZW codes of 9 to 12 bits, least significant bit first."""
    clear, end = COLOURS, COLOURS + 1
    codes: list[int] = [clear]
    widths: list[int] = [9]
    known: dict[int, int] = {}
    free, width = end + 1, 9
    stream = pixels.tolist()
    prefix = stream[0]
    for pixel in stream[1:]:
        key = prefix << 8 | pixel
        found = known.get(key)
        if found is not None:
            prefix = found
            continue
        codes.append(prefix)
        widths.append(width)
        if free < CODES:
            known[key] = free
            if free == 1 << width:
                width += 1
            free += 1
        else:
            codes.append(clear)
            widths.append(width)
            known.clear()
            free, width = end + 1, 9
        prefix = pixel
    codes += [prefix, end]
    widths += [width, width if free < 1 << width or width == 12 else width + 1]  # noqa: PLR2004 - bits of the widest code
    return _packed(codes, widths)


def _packed(codes: list[int], widths: list[int]) -> bytes:
    wide = np.array(widths, np.int64)
    starts = np.concatenate(([0], np.cumsum(wide)))
    bits = np.zeros(-(-int(starts[-1]) // 8) * 8, np.uint8)
    values = np.array(codes, np.int64)
    for bit in range(12):
        here = wide > bit
        bits[starts[:-1][here] + bit] = values[here] >> bit & 1
    return np.packbits(bits, bitorder="little").tobytes()


def _blocks(data: bytes) -> bytes:
    parts = [data[start : start + 255] for start in range(0, len(data), 255)]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\x00"


def _changed(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """Return the box of what differs: left, top, right, bottom; one pixel where nothing does."""
    rows = np.flatnonzero((before != now).any(axis=1))
    columns = np.flatnonzero((before != now).any(axis=0))
    if not len(rows):
        return 0, 0, 1, 1
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _sixteen(frame: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Return colours of 5, 6 and 5 bits, shape (height, width)."""
    red, green, blue = (frame[..., channel].astype(np.uint16) for channel in range(3))
    return (red >> 3 << 11 | green >> 2 << 5 | blue >> 3).astype(np.uint16)
