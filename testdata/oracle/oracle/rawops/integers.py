"""Numbers as integers of few bits."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .base import Fixed, Rows, f32

ROWS = Rows("integers")
op, fn = ROWS.op, ROWS.fn
raw = tf.raw_ops
X = f32(np.concatenate([ROWS.rng("x").normal(size=28) * 2, [0, 0.5, -0.5, 9]])).reshape(2, 4, 4)
HOLDERS = {tf.qint8: tf.int8, tf.quint8: tf.uint8, tf.qint32: tf.int32}


def plain(q):
    return tf.bitcast(q, HOLDERS[q.dtype])


def quantized(x, low, high, dtype, **more):
    return raw.QuantizeV2(input=x, min_range=low, max_range=high, T=dtype, **more)


for dtype in (tf.quint8, tf.qint8):
    for mode in ("MIN_COMBINED", "MIN_FIRST", "SCALED"):
        for narrow in (False, True) if mode == "SCALED" else (False,):
            for half in ("HALF_AWAY_FROM_ZERO", "HALF_TO_EVEN") if mode == "SCALED" else ("HALF_AWAY_FROM_ZERO",):
                def both(x, t=dtype, m=mode, n=narrow, h=half):
                    q, low, high = quantized(x, -1.5, 2.5, t, mode=m, narrow_range=n, round_mode=h)
                    return [plain(q), low, high, raw.Dequantize(input=q, min_range=low, max_range=high, mode=m, narrow_range=n)]
                fn(f"Quantize_{dtype.name}_{mode}_{narrow}_{half}", both, x=X)
for mode in ("MIN_COMBINED", "SCALED"):
    def along(x, m=mode):
        q, low, high = quantized(x, [-1.0, -2, -3, -0.5], [1.0, 2, 0.5, 3], tf.qint8, mode=m, axis=1)
        return [plain(q), low, high, raw.Dequantize(input=q, min_range=low, max_range=high, mode=m, axis=1)]
    fn(f"Quantize_axis_{mode}", along, x=X)
for given in (True, False):
    for signed in (True, False):
        for narrow in (False, True):
            for mode in ("HALF_TO_EVEN", "HALF_UP"):
                more = dict(signed_input=signed, range_given=given, narrow_range=narrow)
                name = f"{given}_{signed}_{narrow}_{mode}"
                op(f"QuantizeAndDequantizeV4_{name}", "QuantizeAndDequantizeV4", grads=given, input=X, input_min=Fixed(-1.5),
                   input_max=Fixed(2.5), num_bits=6, round_mode=mode, **more)
                if mode == "HALF_UP":
                    op(f"QuantizeAndDequantizeV2_{name}", "QuantizeAndDequantizeV2", grads=True, input=X,
                       input_min=Fixed(-1.5), input_max=Fixed(2.5), round_mode=mode, **more)
                elif not narrow:
                    op(f"QuantizeAndDequantizeV3_{name}", "QuantizeAndDequantizeV3", grads=True, input=X,
                       input_min=Fixed(-1.5), input_max=Fixed(2.5), num_bits=Fixed(7), **more)
op("QuantizeAndDequantizeV4_axis", "QuantizeAndDequantizeV4", grads=True, input=X, input_min=f32([-1, -2, -3, -0.5]),
   input_max=f32([1, 2, 0.5, 3]), axis=1)
op("QuantizeAndDequantizeV4Grad", "QuantizeAndDequantizeV4Grad", gradients=X, input=f32(X[::-1]), input_min=Fixed(-1.5),
   input_max=Fixed(2.5))
op("FakeQuantWithMinMaxArgs", "FakeQuantWithMinMaxArgs", grads=True, inputs=X, min=-1.2, max=2.3, num_bits=5)
op("FakeQuantWithMinMaxArgsGradient", "FakeQuantWithMinMaxArgsGradient", gradients=f32(X[::-1]), inputs=X, min=-1.2, max=2.3)
op("FakeQuantWithMinMaxVars", "FakeQuantWithMinMaxVars", grads=True, inputs=X, min=f32(-1.2), max=f32(2.3), narrow_range=True)
op("FakeQuantWithMinMaxVarsGradient", "FakeQuantWithMinMaxVarsGradient", gradients=f32(X[::-1]), inputs=X, min=f32(-1.2),
   max=f32(2.3))
op("FakeQuantWithMinMaxVarsPerChannelGradient", "FakeQuantWithMinMaxVarsPerChannelGradient", gradients=f32(X[::-1]),
   inputs=X, min=f32([-1, -2, -3, -0.5]), max=f32([1, 2, 0.5, 3]))

A, B = f32(ROWS.rng("a").normal(size=(3, 4))), f32(ROWS.rng("b").normal(size=(4, 5)))
PICTURE, KERNEL = f32(ROWS.rng("p").normal(size=(2, 4, 5, 3))), f32(ROWS.rng("k").normal(size=(3, 2, 3, 4)))


def three(r):
    return [plain(r[0]), r[1], r[2]]


def product(a, b):
    qa, la, ha = quantized(a, -2.0, 3.0, tf.quint8, mode="MIN_FIRST")
    qb, lb, hb = quantized(b, -2.5, 2.0, tf.quint8, mode="MIN_FIRST")
    r = raw.QuantizedMatMul(a=qa, b=qb, min_a=la, max_a=ha, min_b=lb, max_b=hb, Toutput=tf.qint32)
    low, high = raw.RequantizationRange(input=r[0], input_min=r[1], input_max=r[2])
    d = raw.QuantizeDownAndShrinkRange(input=r[0], input_min=r[1], input_max=r[2], out_type=tf.quint8)
    q = raw.Requantize(input=r[0], input_min=r[1], input_max=r[2], requested_output_min=low, requested_output_max=high,
                       out_type=tf.quint8)
    return three(r) + [low, high] + three(d) + three(q) + [raw.Dequantize(
        input=d[0], min_range=d[1], max_range=d[2], mode="MIN_FIRST")]


fn("QuantizedMatMul", product, a=A, b=B)


def convolution(x, k, padding):
    qa, la, ha = quantized(x, -2.0, 3.0, tf.quint8, mode="MIN_FIRST")
    qb, lb, hb = quantized(k, -2.5, 2.0, tf.quint8, mode="MIN_FIRST")
    r = raw.QuantizedConv2D(input=qa, filter=qb, min_input=la, max_input=ha, min_filter=lb, max_filter=hb,
                            strides=[1, 1, 1, 1], padding=padding, out_type=tf.qint32)
    return three(r)


for padding in ("SAME", "VALID"):
    fn(f"QuantizedConv2D_{padding}", lambda x, k, p=padding: convolution(x, k, p), x=PICTURE, k=KERNEL)


def small(x):
    q, low, high = quantized(x, -2.0, 3.0, tf.quint8, mode="MIN_FIRST")
    pool = dict(min_input=low, max_input=high, ksize=[1, 2, 2, 1], strides=[1, 1, 1, 1], padding="VALID")
    relu = dict(features=q, min_features=low, max_features=high)
    return (three(raw.QuantizedRelu(**relu)) + three(raw.QuantizedRelu6(**relu)) + three(raw.QuantizedMaxPool(input=q, **pool))
            + three(raw.QuantizedAvgPool(input=q, **pool))
            + three(raw.QuantizedReshape(tensor=q, shape=[2, -1], input_min=low, input_max=high)))


fn("QuantizedLayers", small, x=PICTURE)


def sums(x, b):
    q, low, high = quantized(x, -2.0, 3.0, tf.quint8, mode="MIN_FIRST")
    r, from_, to = quantized(b, -1.0, 1.5, tf.quint8, mode="MIN_FIRST")
    return (three(raw.QuantizedBiasAdd(input=q, bias=r, min_input=low, max_input=high, min_bias=from_, max_bias=to,
                                       out_type=tf.qint32))
            + three(raw.QuantizedConcat(concat_dim=1, values=[q, q], input_mins=[low, low * 1.5], input_maxes=[high, high])))


fn("QuantizedBiasAdd", sums, x=A, b=f32([0.1, -0.7, 1.2, 0.4]))


def elementwise(x, y):
    q, low, high = quantized(x, -2.0, 3.0, tf.quint8, mode="MIN_FIRST")
    r, from_, to = quantized(y, -1.0, 1.5, tf.quint8, mode="MIN_FIRST")
    more = dict(x=q, y=r, min_x=low, max_x=high, min_y=from_, max_y=to)
    return three(raw.QuantizedMul(**more)) + three(raw.QuantizedAdd(**more))


fn("QuantizedElements", elementwise, x=A, y=f32(A[::-1]))


def borders(low, high, bits, narrow):
    """Numbers between two steps of a fake quantisation, and the next ones to both sides."""
    least, most = np.float32(1 if narrow else 0), np.float32(2 ** bits - 1)
    step = (np.float32(high) - np.float32(low)) / (most - least)
    start = (least - np.round(least - np.float32(low) / step)) * step
    x = f32((np.arange(0, most - least, max(1, most // 80)) + 0.5) * float(step) + float(start))
    return np.concatenate([x, np.nextafter(x, f32(9)), np.nextafter(x, f32(-9))]).reshape(-1, 3)


for low, high, bits, narrow in ((0.0, 6.0, 8, False), (-1.3, 2.7, 8, True), (-0.21, 0.77, 8, False), (-9.3, 7.1, 12, True)):
    more = dict(inputs=borders(low, high, bits, narrow), num_bits=bits, narrow_range=narrow)
    name = f"{low}_{high}"
    op(f"FakeQuantWithMinMaxArgs_borders_{name}", "FakeQuantWithMinMaxArgs", tol=1e-6, min=low, max=high, **more)
    op(f"FakeQuantWithMinMaxVars_borders_{name}", "FakeQuantWithMinMaxVars", tol=1e-6, min=f32(low), max=f32(high), **more)
    op(f"FakeQuantWithMinMaxVarsPerChannel_borders_{name}", "FakeQuantWithMinMaxVarsPerChannel", tol=1e-6,
       min=f32([low] * 3), max=f32([high] * 3), **more)
