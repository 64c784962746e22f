"""Rows of OpRows.java for mathematics beyond element by element, from TensorFlow: writes math.txt, in the format of ops.py.

    python math_ops.py > ../resources/dev/posthorn/ir/math.txt        (TensorFlow 2.21, on a CPU)
"""
import contextlib
import io

with contextlib.redirect_stdout(io.StringIO()):  # what ops.py itself writes
    import ops
import numpy as np
import tensorflow as tf

ops.tensors.clear()
ops.names.clear()
rand = ops.rand
F32, F64, I32, I64 = np.float32, np.float64, np.int32, np.int64
raw = tf.raw_ops


def case(name, fn, *operands):
    """An array may be taken for another type than its own, a tensor not."""
    ops.case(name, lambda *xs: fn(*(tf.constant(x) for x in xs)), *operands)


def complex_(key, *shape, dtype=np.complex64):
    part = F32 if dtype is np.complex64 else F64
    return (rand(key, *shape, dtype=part) + 1j * rand(key + " i", *shape, dtype=part)).astype(dtype)


case("Complex float32", lambda x, y: tf.complex(x, y), rand("cx", 2, 3), rand("cy", 2, 3))
case("Complex broadcast float64", tf.complex,
     rand("cx", 2, 1, dtype=F64), rand("cy", 3, dtype=F64))
for dtype in (np.complex64, np.complex128):
    name = np.dtype(dtype).name
    z = complex_("z", 2, 3, dtype=dtype)
    z[0, 0] = 0
    case(f"Part real {name}", tf.math.real, z)
    case(f"Part imaginary {name}", tf.math.imag, z)
    case(f"Magnitude {name}", tf.abs, z)
    for inverse, one, two in ((False, tf.signal.fft, tf.signal.fft2d), (True, tf.signal.ifft, tf.signal.ifft2d)):
        flag = str(inverse).lower()
        for n in (1, 5, 8, 12, 37):
            case(f"Fft {flag} {n} {name}", one, complex_("f", 2, n, dtype=dtype))
        case(f"Fft {flag} 2d {name}", two, complex_("f2", 2, 3, 4, dtype=dtype))
        case(f"Fft {flag} first {name}", lambda x: tf.transpose(one(tf.transpose(x))),
             complex_("f1", 6, 2, dtype=dtype))
