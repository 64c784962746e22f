"""Pictures as files: made by libpng, libjpeg and giflib as TensorFlow holds them, and by hand where it writes none."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import tensorflow as tf
from PIL import Image

from .base import Fixed, Rows, i32, text

ROWS = Rows("files")
op = ROWS.op
rng = ROWS.rng("pixels")


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


PASSES = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))


def pack(row: np.ndarray, depth: int) -> bytes:
    """One row of samples, as bits."""
    if depth == 16:
        return row.astype(">u2").tobytes()
    bits = ((row.reshape(-1, 1).astype(np.uint8) >> np.arange(depth - 1, -1, -1, dtype=np.uint8)) & 1).reshape(-1)
    return np.packbits(bits).tobytes()


def png(samples: np.ndarray, depth: int, kind: int, interlaced: bool = False, extra: bytes = b"") -> bytes:
    """A PNG file of ``samples[h, w, n]``; the filters are used in turn."""
    h, w, n = samples.shape
    each = max(1, n * depth // 8)
    raw = b""
    for top, left, down, across in PASSES if interlaced else ((0, 0, 1, 1),):
        part = samples[top::down, left::across]
        if not part.size:
            continue
        before = bytes(len(pack(part[0].reshape(-1), depth)))
        for i, row in enumerate(part):
            own = pack(row.reshape(-1), depth)
            f = i % 5
            out = []
            for k, v in enumerate(own):
                a = own[k - each] if k >= each else 0
                b = before[k]
                c = before[k - each] if k >= each else 0
                p = a + b - c
                pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
                paeth = a if pa <= pb and pa <= pc else b if pb <= pc else c
                out.append((v - (0, a, b, (a + b) // 2, paeth)[f]) & 255)
            raw += bytes([f]) + bytes(out)
            before = own
    header = struct.pack(">IIBBBBB", w, h, depth, kind, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


COLOURS = rng.integers(0, 256, (16, 3)).astype(np.uint8)
PALETTE = chunk(b"PLTE", COLOURS.tobytes())
FADED = PALETTE + chunk(b"tRNS", bytes([0, 128, 77]))
for interlaced in (False, True):
    for depth in (1, 2, 4, 8, 16):
        grey = rng.integers(0, 2**depth, (11, 13, 1))
        name = f"{depth}{'_interlaced' if interlaced else ''}"
        op(f"png_grey_{name}", "DecodePng", contents=Fixed(png(grey, depth, 0, interlaced)))
        if depth < 16:
            palette = rng.integers(0, min(16, 2**depth), (11, 13, 1))
            op(f"png_palette_{name}", "DecodePng", contents=Fixed(png(palette, depth, 3, interlaced, PALETTE)))
        if depth >= 8:
            for kind, n in ((2, 3), (4, 2), (6, 4)):
                x = rng.integers(0, 2**depth, (9, 10, n))
                op(f"png_type{kind}_{name}", "DecodePng", contents=Fixed(png(x, depth, kind, interlaced)), dtype="uint16" if depth == 16 else "uint8")
SMALL = rng.integers(0, 256, (5, 6, 4))
KINDS = {0: SMALL[..., :1], 2: SMALL[..., :3], 4: SMALL[..., :2], 6: SMALL}
for kind, x in KINDS.items():
    for channels in (1, 3, 4):
        op(f"png_{kind}_to_{channels}", "DecodePng", contents=Fixed(png(x, 8, kind)), channels=channels)
        op(f"png16_{kind}_to_{channels}", "DecodePng", contents=Fixed(png(x * 257 - x, 16, kind)), channels=channels)
op("png_8_as_16", "DecodePng", contents=Fixed(png(KINDS[2], 8, 2)), dtype="uint16")
op("png_4_as_16", "DecodePng", contents=Fixed(png(KINDS[0] // 16, 4, 0)), dtype="uint16")
op("png16_colour_to_grey", "DecodePng", contents=Fixed(png(KINDS[2] * 257 - KINDS[2], 16, 2)), channels=1, dtype="uint16")
op("png_1_to_4", "DecodePng", contents=Fixed(png(KINDS[0] // 128, 1, 0)), channels=4)
op("png_palette_alpha", "DecodePng", contents=Fixed(png(SMALL[..., :1] % 5, 4, 3, extra=FADED)))
for channels in (1, 3, 4):
    op(f"png_palette_alpha_to_{channels}", "DecodePng", contents=Fixed(png(SMALL[..., :1] % 5, 4, 3, extra=FADED)), channels=channels)
    op(f"png_palette_to_{channels}", "DecodePng", contents=Fixed(png(SMALL[..., :1] % 5, 4, 3, extra=PALETTE)), channels=channels)
op("png_clear_colour", "DecodePng", contents=Fixed(png(KINDS[2] // 128 * 255, 8, 2, extra=chunk(b"tRNS", struct.pack(">HHH", 255, 0, 255)))), channels=4)
op("png_clear_grey", "DecodePng", contents=Fixed(png(KINDS[0] // 128, 1, 0, extra=chunk(b"tRNS", struct.pack(">H", 1)))), channels=4)
op("png_float", "DecodeImage", contents=Fixed(png(KINDS[2], 8, 2)), dtype="float32", expand_animations=False)
op("png_fed", "DecodePng", contents=text(png(KINDS[6], 8, 6)), channels=3)

Y, X = np.mgrid[0:37, 0:45]
PHOTO = np.stack([127 + 120 * np.sin(X / 5.0) * np.cos(Y / 7.0), 3.0 * X + 2 * Y, 255 - 4.0 * np.abs(X - Y)], -1).clip(0, 255).astype(np.uint8)
PHOTO[5:9, 5:9] = (255, 0, 0)


def jpeg(x: np.ndarray, **kw) -> bytes:
    return tf.io.encode_jpeg(x, **kw).numpy()


FILES = {
    "420": jpeg(PHOTO, quality=90), "444": jpeg(PHOTO, quality=85, chroma_downsampling=False),
    "progressive": jpeg(PHOTO, quality=70, progressive=True), "grey": jpeg(PHOTO[..., :1], quality=80),
    "progressive444": jpeg(PHOTO[:20, :19], quality=95, progressive=True, chroma_downsampling=False),
    "optimised": jpeg(PHOTO[:16, :16], optimize_size=True), "narrow": jpeg(PHOTO[:9, :3]),
}


def pillow(x: np.ndarray, mode: str = "RGB", **kw) -> bytes:
    out = io.BytesIO()
    Image.fromarray(x, mode).save(out, "JPEG", **kw)
    return out.getvalue()


INK = np.concatenate([255 - PHOTO, PHOTO[..., :1] // 2], -1)
FILES["422"] = pillow(PHOTO, quality=85, subsampling=1)
FILES["restarts"] = pillow(PHOTO, quality=85, subsampling=2, restart_marker_blocks=2)
FILES["rgb"] = pillow(PHOTO[:20, :20], quality=85, keep_rgb=True)
for q in (60, 95):
    op(f"jpeg_cmyk_{q}", "DecodeJpeg", tol=0.0, contents=Fixed(pillow(INK, "CMYK", quality=q)))
for name, data in FILES.items():
    op(f"jpeg_{name}", "DecodeJpeg", tol=0.0, contents=Fixed(data))
    op(f"jpeg_{name}_fast", "DecodeJpeg", tol=0.0, contents=Fixed(data), dct_method="INTEGER_FAST")
    op(f"jpeg_{name}_plain", "DecodeJpeg", tol=0.0, contents=Fixed(data), fancy_upscaling=False, dct_method="INTEGER_ACCURATE")
    for ratio in (2, 4, 8):
        op(f"jpeg_{name}_ratio{ratio}", "DecodeJpeg", tol=0.0, contents=Fixed(data), ratio=ratio)
    for channels in (1, 3):
        op(f"jpeg_{name}_to_{channels}", "DecodeJpeg", tol=0.0, contents=Fixed(data), channels=channels)
op("jpeg_crop", "DecodeAndCropJpeg", tol=0.0, contents=Fixed(FILES["444"]), crop_window=Fixed(i32([3, 5, 20, 17])))
op("jpeg_shape", "ExtractJpegShape", contents=Fixed(FILES["grey"]))
op("jpeg_shape_long", "ExtractJpegShape", contents=text(FILES["420"]), output_type="int64")
op("jpeg_float", "DecodeImage", tol=1e-6, contents=Fixed(FILES["444"]), dtype="float32", channels=3)
op("jpeg_uint16", "DecodeImage", contents=Fixed(FILES["444"]), dtype="uint16", channels=3, expand_animations=False)


def bmp(x: np.ndarray, down: bool = False) -> bytes:
    h, w, n = x.shape
    stride = (w * n + 3) // 4 * 4
    bgr = x[..., [2, 1, 0, 3][:n]] if n > 1 else x
    rows = [bgr[r].tobytes().ljust(stride, b"\1") for r in (range(h) if down else range(h - 1, -1, -1))]
    data = b"".join(rows)
    return (b"BM" + struct.pack("<IHHI", 54 + len(data), 0, 0, 54)
            + struct.pack("<IiiHHIIiiII", 40, w, -h if down else h, 1, 8 * n, 0, len(data), 1, 1, 0, 0) + data)


for n in (1, 3, 4):
    x = rng.integers(0, 256, (5, 7, n)).astype(np.uint8)
    op(f"bmp_{n}", "DecodeBmp", contents=Fixed(bmp(x)))
    if n > 1:
        op(f"bmp_{n}_down", "DecodeBmp", contents=Fixed(bmp(x, True)), channels=n)
op("bmp_image", "DecodeImage", contents=Fixed(bmp(x)), dtype="float32")


def gif(frames: list, size: tuple, interlaced: bool = False) -> bytes:
    """Frames of (left, top, indices, transparent); the codes are clear codes and single pixels."""
    h, w = size
    out = io.BytesIO()
    out.write(b"GIF89a" + struct.pack("<HHBBB", w, h, 0x80 | 3, 0, 0) + COLOURS.tobytes())
    for left, top, x, clear in frames:
        out.write(b"\x21\xf9\x04" + struct.pack("<BHB", 1 if clear is not None else 0, 5, clear or 0) + b"\0")
        out.write(b"\x2c" + struct.pack("<HHHHB", left, top, x.shape[1], x.shape[0], 0x40 if interlaced else 0))
        rows = [x[r] for a, b in ((0, 8), (4, 8), (2, 4), (1, 2)) for r in range(a, len(x), b)] if interlaced else list(x)
        codes = lzw(np.concatenate(rows).tolist(), 4)
        out.write(b"\x04" + b"".join(bytes([len(codes[i:i + 255])]) + codes[i:i + 255] for i in range(0, len(codes), 255)) + b"\0")
    out.write(b"\x3b")
    return out.getvalue()


def lzw(pixels: list, bits: int) -> bytes:
    clear = 1 << bits
    width, table = bits + 1, {(i,): i for i in range(clear)}
    free = clear + 2
    value = n = 0
    out = bytearray()

    def put(code):
        nonlocal value, n
        value |= code << n
        n += width
        while n >= 8:
            out.append(value & 255)
            value >>= 8
            n -= 8

    put(clear)
    word: tuple = ()
    for p in pixels:
        if word + (p,) in table:
            word += (p,)
            continue
        put(table[word])
        table[word + (p,)] = free
        if free == 1 << width and width < 12:
            width += 1
        free += 1
        word = (p,)
    put(table[word])
    put(clear + 1)
    if n:
        out.append(value & 255)
    return bytes(out)


FRAME = rng.integers(0, 3, (20, 23)).astype(np.uint8)
ANIMATION = gif([(0, 0, FRAME, None), (3, 4, FRAME[:9, :11] + 4, 5), (0, 0, FRAME, 1)], (20, 23))
op("gif_one", "DecodeGif", contents=Fixed(gif([(0, 0, FRAME, None)], (20, 23))))
op("gif_interlaced", "DecodeGif", contents=Fixed(gif([(0, 0, FRAME, None)], (20, 23), True)))
op("gif_frames", "DecodeGif", contents=Fixed(ANIMATION))
op("gif_image", "DecodeImage", contents=Fixed(ANIMATION))
op("gif_first", "DecodeImage", contents=Fixed(ANIMATION), expand_animations=False)
op("gif_as_png", "DecodePng", contents=Fixed(gif([(0, 0, FRAME, None)], (20, 23))))
op("png_as_jpeg", "DecodeJpeg", contents=Fixed(png(KINDS[2], 8, 2)))
op("png_as_gif", "DecodeGif", contents=Fixed(png(KINDS[2], 8, 2)))

op("EncodeWav", "EncodeWav", audio=np.float32([[0.5, -0.5], [1, -1], [2, -3], [1e-5, 0.3], [0.49999, 0.3]]), sample_rate=np.int32(16000))
