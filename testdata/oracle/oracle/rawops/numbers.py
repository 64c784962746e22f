"""Numbers: complex ones, running products, gradients element by element."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .base import Fixed, Rows, f32, i32, node

ROWS = Rows("numbers")
op, fn = ROWS.op, ROWS.fn
raw = tf.raw_ops


def real(name, *shape, low=-2.0, high=2.0, dtype=np.float32):
    return ROWS.rng(name).uniform(low, high, shape).astype(dtype)


def complex_(name, *shape, dtype=np.complex64):
    return (real(name, *shape) + 1j * real(name + " i", *shape)).astype(dtype)


X = real("x", 2, 5)
DY = real("dy", 2, 5)
Z, W = complex_("z", 2, 3), complex_("w", 3)
for name in ("Neg", "Square", "Sign", "Reciprocal", "Inv", "Sqrt", "Rsqrt", "Exp", "Expm1", "Log", "Log1p", "Sin",
             "Cos", "Tan", "Sinh", "Cosh", "Tanh", "Sigmoid", "Asinh", "Acosh", "Atanh", "Asin", "Acos", "Atan"):
    op(f"complex_{name}", name, x=Z)
for name in ("AddV2", "Sub", "Mul", "Div", "RealDiv", "Pow", "SquaredDifference", "Xdivy", "Xlogy", "DivNoNan",
             "MulNoNan", "Equal", "NotEqual"):
    op(f"complex_{name}", name, x=Z, y=W)
fn("complex_loss", lambda x, y: tf.abs(tf.exp(tf.complex(x, y)) / tf.complex(y, x + 3.0)) + tf.math.angle(
    tf.sqrt(tf.complex(x, y))), grads=True, x=X, y=DY)
fn("complex_sums", lambda z: [tf.reduce_sum(z, 1), tf.reduce_mean(z), tf.reduce_prod(z, 0), tf.cumsum(z, 1)], z=Z)
fn("complex_products", lambda z, w: [tf.matmul(z, w, adjoint_a=True), tf.linalg.matrix_transpose(z, conjugate=True),
                                     tf.einsum("ij,ij->i", z, w)], z=Z, w=complex_("v", 2, 3))
fn("complex_casts", lambda z, x: [tf.cast(z, tf.complex128), tf.cast(x, tf.complex64), tf.cast(z, tf.float32)], z=Z, x=X)
fn("complex_moves", lambda z: [tf.concat([z, z], 0), tf.pad(z, [[1, 0], [0, 2]]), tf.gather(z, [1, 0]), tf.reverse(z, [1]),
                               tf.where(tf.abs(z) > 1, z, tf.zeros_like(z)), tf.tile(z, [1, 2]), tf.ones_like(z)], z=Z)
op("Conj", "Conj", input=Z)
op("Angle", "Angle", input=Z)
for n in (1, 2, 7, 16, 30):
    op(f"FFT_{n}", "FFT", input=complex_(f"f{n}", 2, n))
    op(f"IFFT_{n}", "IFFT", input=complex_(f"f{n}", 2, n))
    op(f"RFFT_{n}", "RFFT", grads=True, input=real(f"r{n}", 2, n), fft_length=Fixed([n]))
    fn(f"IRFFT_{n}", lambda x, y, n=n: raw.IRFFT(input=tf.complex(x, y), fft_length=[n]), grads=True,
       x=real(f"rx{n}", 2, n // 2 + 1), y=real(f"ry{n}", 2, n // 2 + 1))
op("RFFT_cut", "RFFT", input=real("rp", 2, 5), fft_length=Fixed([3]))
fn("FFT2D3D", lambda x, y: [tf.abs(raw.FFT2D(input=tf.complex(x, y))), tf.abs(raw.IFFT3D(input=tf.complex(x, y)))],
   grads=True, x=real("fx", 3, 4, 5), y=real("fy", 3, 4, 5))
op("RFFT2D", "RFFT2D", grads=True, input=real("r2", 2, 4, 5), fft_length=Fixed([4, 5]))
op("RFFT3D", "RFFT3D", input=real("r3", 2, 3, 4, 5), fft_length=Fixed([3, 4, 5]))
op("IRFFT2D", "IRFFT2D", input=complex_("i2", 2, 4, 4), fft_length=Fixed([4, 6]))
op("IRFFT3D", "IRFFT3D", input=complex_("i3", 2, 3, 4, 3), fft_length=Fixed([3, 4, 5]))
op("complex128_FFT", "FFT", input=complex_("f7", 2, 7, dtype=np.complex128))

for exclusive in (False, True):
    for reverse in (False, True):
        flags = dict(exclusive=exclusive, reverse=reverse)
        op(f"Cumprod_{exclusive}_{reverse}", "Cumprod", grads=True, x=X, axis=Fixed(1), **flags)
        op(f"CumulativeLogsumexp_{exclusive}_{reverse}", "CumulativeLogsumexp", grads=True, x=X, axis=Fixed(0), **flags)
op("Cumprod_int", "Cumprod", x=i32([[1, -2, 3], [4, 0, 6]]), axis=Fixed(-1))
op("Cumprod_zero", "Cumprod", x=f32([1, 0, 3]), axis=Fixed(0))
op("NextAfter", "NextAfter", x1=f32([0, 1, -1, 3, 0]), x2=f32([1, 0, -2, 3, -1]))
op("PopulationCount", "PopulationCount", x=i32([0, 1, -1, 255, 1 << 30]))
op("PopulationCount_int8", "PopulationCount", x=np.int8([0, -1, 7, -128]))

for name in ("EluGrad", "SeluGrad"):
    op(name, name, gradients=DY, outputs=X)
op("Relu6Grad", "Relu6Grad", gradients=DY, features=f32(X * 4))
op("LeakyReluGrad", "LeakyReluGrad", gradients=DY, features=X, alpha=0.3)
op("SoftsignGrad", "SoftsignGrad", gradients=DY, features=X)
op("InvGrad", "InvGrad", y=X, dy=DY)
op("BiasAddGrad", "BiasAddGrad", out_backprop=real("b", 2, 3, 4, 5))
op("BiasAddGrad_NCHW", "BiasAddGrad", out_backprop=real("b", 2, 3, 4, 5), data_format="NCHW")
for mode in ("REFLECT", "SYMMETRIC"):
    fn(f"MirrorPadGrad_{mode}", lambda dy, m=mode: node("MirrorPadGrad", [dy, tf.constant([[1, 0], [2, 1]])], T=tf.float32,
                                                        Tpaddings=tf.int32, mode=m), dy=real("mp", 4, 7))
op("StridedSliceGrad", "StridedSliceGrad", shape=Fixed([3, 4, 5]), begin=Fixed([0, 1, 4]), end=Fixed([3, 3, 0]),
   strides=Fixed([2, 1, -2]), dy=real("ss", 2, 2, 2))
op("StridedSliceGrad_masks", "StridedSliceGrad", shape=Fixed([3, 4, 5]), begin=Fixed([1, 0, 1]), end=Fixed([2, 0, 4]),
   strides=Fixed([1, 1, 2]), dy=real("sm", 4, 2), begin_mask=2, end_mask=2, shrink_axis_mask=1)
op("LRN", "LRN", grads=True, input=real("lrn", 2, 2, 3, 6), depth_radius=2, bias=1.5, alpha=0.3, beta=0.75)
fn("LRNGrad", lambda x, dy: raw.LRNGrad(input_grads=dy, input_image=x, output_image=raw.LRN(input=x, depth_radius=2),
                                       depth_radius=2), x=real("lrn", 2, 2, 3, 6), dy=real("lrnd", 2, 2, 3, 6))
fn("same", lambda x: [raw.GuaranteeConst(input=x), raw.DeepCopy(x=x), raw.CheckNumericsV2(tensor=x, message="")], x=X)
op("DiagPart", "DiagPart", grads=True, input=real("dp", 2, 3, 2, 3))
POSITIVE = f32([0.2, 1.3, 4.5, 12, 33])
for name in ("BesselY0", "BesselY1", "FresnelCos", "FresnelSin"):
    op(name, name, grads=True, tol=2e-5, x=POSITIVE)
for name in ("Igamma", "Igammac"):
    op(name, name, grads=True, tol=1e-4, a=f32([[0.5], [2], [7.5]]), x=f32([0.25, 1.5, 6, 20]))
op("DataFormatDimMap", "DataFormatDimMap", x=i32([0, 1, 2, 3, -1, -4]))
op("DataFormatDimMap_back", "DataFormatDimMap", x=i32([0, 1, 2, 3, -1]), src_format="NCHW", dst_format="NHWC")
for n in (4, 2):
    op(f"DataFormatVecPermute_{n}", "DataFormatVecPermute", x=i32(np.arange(n) + 5))
op("DataFormatVecPermute_pairs", "DataFormatVecPermute", x=i32(np.arange(8)).reshape(4, 2), src_format="NCHW", dst_format="NHWC")
op("UnravelIndex", "UnravelIndex", indices=i32([0, 5, 23]), dims=i32([2, 3, 4]))
for value in (f32(0), f32(-2), i32(0), f32([0, 0]), np.zeros((0, 2), np.float32), np.array(True)):
    op(f"ToBool_{value.dtype.name}_{'x'.join(map(str, value.shape))}_{value.size and int(value.flat[0])}", "ToBool", input=value)
op("SobolSample", "SobolSample", dim=Fixed(3), num_results=Fixed(6), skip=Fixed(2))
for name in ("InplaceUpdate", "InplaceAdd", "InplaceSub"):
    fn(name, lambda x, v, n=name: getattr(raw, n)(x=x + 0.0, i=[1, 0], v=v), x=real("in", 3, 2), v=real("iv", 2, 2))
fn("Empty", lambda x: raw.Empty(shape=[2, 3], dtype=tf.float32, init=True) + x, x=f32(1))
op("NearestNeighbors", "NearestNeighbors", points=real("np", 4, 3), centers=real("nc", 5, 3), k=Fixed(2, tf.int64))


def along(transform, x, axes):
    """A transform of these axes of three: this TensorFlow has FFTND on no CPU."""
    order = [a for a in range(3) if a not in axes] + axes
    return tf.transpose(transform(tf.transpose(x, order)), np.argsort(order))


for name, transform, x, axes, lengths in (
        ("FFTND", tf.signal.fft2d, complex_("nd", 3, 4, 5), [0, 2], [3, 5]),
        ("IFFTND", tf.signal.ifft2d, complex_("nd", 3, 4, 5), [0, 1], [3, 4]),
        ("RFFTND", tf.signal.rfft2d, real("rnd", 3, 4, 5), [0, 2], [3, 5]),
        ("IRFFTND", lambda z: tf.signal.irfft2d(z, [3, 8]), complex_("nd", 3, 4, 5), [0, 2], [3, 8])):
    ROWS.old(name, lambda x, n, axes, f=transform, a=axes: along(f, x, a), x=x, n=Fixed(lengths), axes=Fixed(axes))


def _defun(x):
    """A function of TensorFlow 1 whose gradient is another function, and not that of what it computes."""
    from tensorflow.python.framework import function

    @function.Defun(tf.float32, tf.float32, func_name="Back")
    def back(x, dy):
        return dy * (3.0 + tf.cos(x))

    @function.Defun(tf.float32, func_name="Own", grad_func=back)
    def own(x):
        return tf.sin(x) * 2.0

    return own(x) + x


fn("GradientDef", _defun, grads=True, x=X)
op("ScatterNdNonAliasingAdd", "ScatterNdNonAliasingAdd", grads=True, input=X, indices=Fixed([[1], [0], [1]]), updates=real("u", 3, 5))
PICTURE = real("picture", 1, 5, 6, 2)
FILTER = real("filter", 3, 3, 2, 3)
op("FusedPadConv2D", "FusedPadConv2D", input=PICTURE, paddings=Fixed([[0, 0], [1, 2], [2, 1], [0, 0]]), filter=FILTER, mode="REFLECT",
   strides=[1, 1, 1, 1], padding="VALID")
op("FusedResizeAndPadConv2D", "FusedResizeAndPadConv2D", input=PICTURE, size=Fixed([8, 9]), paddings=Fixed([[0, 0], [1, 1], [2, 2], [0, 0]]),
   filter=FILTER, mode="SYMMETRIC", strides=[1, 2, 2, 1], padding="VALID", resize_align_corners=True)
op("TensorStridedSliceUpdate", "TensorStridedSliceUpdate", input=X, begin=Fixed([0, 1]), end=Fixed([2, 5]), strides=Fixed([1, 2]),
   value=real("v", 2, 2))
fn("UniformRequantize", lambda x: tf.cast(tf.bitcast(raw.UniformRequantize(
    input=raw.UniformQuantize(input=x, scales=[0.02, 0.03, 0.05, 0.1, 0.07], zero_points=[0, 3, -5, 1, 7], Tout=tf.qint8,
                              quantization_min_val=-128, quantization_max_val=127, quantization_axis=1),
    input_scales=[0.02, 0.03, 0.05, 0.1, 0.07], input_zero_points=[0, 3, -5, 1, 7], output_scales=0.04, output_zero_points=2,
    Tout=tf.qint8, input_quantization_min_val=-128, input_quantization_max_val=127, output_quantization_min_val=-128,
    output_quantization_max_val=127, input_quantization_axis=1), tf.int8), tf.int32), x=X)
fn("DeviceIndex", lambda x: [raw.DeviceIndex(device_names=["GPU", "CPU"]), -x], x=f32(1))
CODES = dict(scales=0.05, zero_points=3, quantization_min_val=-128, quantization_max_val=127)
fn("UniformQuantizedClipByValue", lambda x: raw.UniformDequantize(
    input=raw.UniformQuantizedClipByValue(operand=raw.UniformQuantize(input=x, Tout=tf.qint32, **CODES), min=tf.bitcast(-20, tf.qint32),
                                          max=tf.bitcast(25, tf.qint32), **CODES), Tout=tf.float32, **CODES), x=X)
