"""Rows of OpRows.java for the ops that TensorFlow's graphs need, from TensorFlow: writes tensorflow.txt, in the format of
ops.py.

    python tensorflow_ops.py > ../resources/dev/posthorn/ir/tensorflow.txt        (TensorFlow 2.21, on a CPU)
"""
import contextlib
import io

with contextlib.redirect_stdout(io.StringIO()):  # what ops.py itself writes
    import ops
import numpy as np
import tensorflow as tf

ops.tensors.clear()
ops.names.clear()
F32, I32, I64 = np.float32, np.int32, np.int64
rand = ops.rand


def pick(strides):
    # ends past the last element that the strides reach
    return lambda x, start, size: tf.strided_slice(x, start, start + (size - 1) * strides + 1, strides)


for dtype in (F32, I32):
    x = np.arange(30).reshape(5, 6).astype(dtype)
    ops.case(f"DynamicSlice {np.dtype(dtype).name} 1", pick([1, 1]), x, np.array([1, 2], I32), np.array([3, 4], I32))
    ops.case(f"DynamicSlice {np.dtype(dtype).name} 2", pick([2, 3]), x, np.array([0, 1], I32), np.array([3, 2], I32))
ops.case("DynamicSlice none", lambda x, a, n: tf.slice(x, a, n), x, np.array([1, 2], I32), np.array([0, 4], I32))

for name, values in {"float32": rand("nz", 3, 4) * (rand("nm", 3, 4) > 0), "int32": np.array([0, 3, 0, -1], I32),
                     "bool": np.array([[True, False], [True, True]]), "none": np.zeros((2, 3), F32)}.items():
    ops.case(f"NonZero {name}", tf.where, values)

AT = np.array([3, 0, 3], I32)
SCATTERS = {"SET": tf.raw_ops.TensorScatterUpdate, "ADD": tf.raw_ops.TensorScatterAdd,
            "MAX": tf.raw_ops.TensorScatterMax, "MIN": tf.raw_ops.TensorScatterMin}
for name, op in SCATTERS.items():
    for dtype in (F32, I64):
        at = AT if name != "SET" else np.array([3, 0, 1], I32)
        x, u = (rand("sx", 4, 3) * 9).astype(dtype), (rand("su", 3, 3) * 9).astype(dtype)
        call = (lambda op: lambda x, i, u: op(tensor=x, indices=i[:, None], updates=u))(op)
        ops.case(f"Scatter {name} {np.dtype(dtype).name}", call, x, at, u)
ops.case("Scatter SET none", lambda x, i, u: tf.raw_ops.TensorScatterUpdate(tensor=x, indices=i[:, None], updates=u),
         rand("sn", 4, 3), np.zeros(0, I32), np.zeros((0, 3), F32))


for i in (0, 1, 2, 7, -1):
    ops.case(f"Branch {i}", lambda i, x, y, z, v: tf.switch_case(
        tf.constant(i), [lambda: x * y, lambda: tf.sin(z) * z, lambda: v * 2.0]),
        np.array(i, I32), rand("bx", 2, 3), rand("by", 2, 3), rand("bz", 2, 3), rand("bv", 2, 3))


def power(i, x, n, w):
    """x = x * w + sin(x), n times."""
    return tf.while_loop(lambda i, x: i < n, lambda i, x: [i + 1, x * w + tf.sin(x)], [i, x])


for n in (0, 1, 5):
    ops.case(f"While {n}", power, np.array(0, I32), rand("wx", 2, 3), np.array(n, I32), rand("ww", 3))


def wav(channels, samples):
    x = np.clip(rand(f"wav{channels}", samples, channels), -1, 1)
    return tf.audio.encode_wav(x, 16000).numpy()


for name, file, more in [("1", wav(1, 20), {}), ("2", wav(2, 20), {}),
                         ("cut", wav(2, 20), dict(desired_channels=1, desired_samples=7)),
                         ("more", wav(1, 5), dict(desired_channels=2, desired_samples=9))]:
    ops.case(f"DecodeWav {name}", lambda f: list(tf.raw_ops.DecodeWav(contents=f, **more)), np.array(file))
for name, bins, rate, more in [("defaults", 129, 16000, {}),
                               ("narrow", 33, 8000, dict(upper_frequency_limit=3000.0, lower_frequency_limit=100.0,
                                                         filterbank_channel_count=10, dct_coefficient_count=5))]:
    ops.case(f"Mfcc {name}", lambda x, r: tf.stop_gradient(tf.raw_ops.Mfcc(spectrogram=x, sample_rate=r, **more)),
             np.abs(rand("mfcc" + name, 2, 3, bins)), np.array(rate, I32))
