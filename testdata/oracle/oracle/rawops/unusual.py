"""Unusual operands of usual operations: few or no elements, no numbers, integers without a sign, places outside."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .base import Fixed, Rows, f32, i32, text

ROWS = Rows("unusual")
op = ROWS.op
NAN, INF = np.nan, np.inf
EMPTY = np.zeros((0, 3), np.float32)


def real(name, *shape):
    return ROWS.rng(name).normal(size=shape).astype(np.float32)


X64 = np.array([0, 2**64 - 1, 1, 7, 1, 2**64 - 2, 0, 5], np.uint64)
Y64 = np.array([1, 2, 3, 2, 2**64 - 1, 3, 4, 2**64 - 1], np.uint64)
for name in ("FloorDiv", "FloorMod", "TruncateDiv", "Maximum", "Minimum"):
    op(f"{name}_uint64", name, x=X64, y=Y64)
for name in ("LeftShift", "RightShift"):
    op(f"{name}_uint64", name, x=X64, y=np.array([1, 2, 3, 63, 0, 3, 4, 2], np.uint64))
for dtype in (np.int64, np.uint64):
    top = np.iinfo(dtype)
    op(f"Mean_{np.dtype(dtype).name}", "Mean", input=np.array([[top.min, top.max, 1, 7], [top.min + 1, top.max - 1, 0, 5]], dtype),
       axis=Fixed(i32([-1])))
op("Cast_truncates", "Cast", x=np.float64([1 + 2**-11 + 2**-20, 1e-8, 65520]), DstT=tf.float16, Truncate=True)
op("Cast_bfloat16_truncates", "Cast", x=f32([1.00390625, 1.005, 3.3, -1.9999]), DstT=tf.bfloat16, Truncate=True)
op("InTopKV2_odd", "InTopKV2", predictions=f32([[1, NAN, 2], [1, 1, 1], [INF, 0, 1]]), targets=i32([0, 1, 5]), k=Fixed(i32(2)))
op("ScatterNd_string", "ScatterNd", indices=i32([[1], [2], [1]]), updates=text(["x", "yy", "z"]), shape=Fixed(i32([3])))
op("ScatterNd_bool", "ScatterNd", indices=i32([[1], [2], [1]]), updates=np.array([True, False, False]), shape=Fixed(i32([3])))
for name in ("TensorScatterMax", "TensorScatterMin"):
    op(f"{name}_nan", name, tensor=f32([1, NAN, 3]), indices=i32([[0], [1], [2], [2]]), updates=f32([NAN, 1, 2, 8]))
for name in ("SegmentSum", "SegmentMean", "SegmentMax", "SegmentMin"):
    op(f"{name}_none", name, data=EMPTY, segment_ids=np.zeros(0, np.int64))
op("MaxPool_depth", "MaxPool", input=real("mpd", 1, 2, 2, 4), ksize=[1, 1, 1, 2], strides=[1, 1, 1, 2], padding="VALID")
op("Conv2D_int32", "Conv2D", input=(real("im", 1, 5, 6, 2) * 5).astype(np.int32), filter=(real("kf", 2, 3, 2, 3) * 5).astype(np.int32),
   strides=[1, 1, 1, 1], padding="VALID")
op("StringToNumber_hexadecimal", "StringToNumber", string_tensor=text(["1e3", "-inf", "nan", " 7 ", "0x1p3", "-0X1A", ".5", "3."]))
op("BroadcastArgs", "BroadcastArgs", s0=i32([2, 1, 3]), s1=i32([4, 1]))
op("MatrixInverse_none", "MatrixInverse", input=np.zeros((0, 0), np.float32))
op("MatrixDeterminant_none", "MatrixDeterminant", input=np.zeros((2, 0, 0), np.float32))
