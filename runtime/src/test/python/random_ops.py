"""Stateless random numbers of TensorFlow for the rows of OpRows.java: writes random.txt, in the format of ops.py.

    python random_ops.py > ../resources/dev/posthorn/ir/random.txt        (TensorFlow 2.21, on a CPU)
"""
import contextlib
import io

with contextlib.redirect_stdout(io.StringIO()):  # what ops.py itself writes
    import ops
import numpy as np
import tensorflow as tf

ops.tensors.clear()
ops.names.clear()
raw = tf.raw_ops
SEEDS = {"int32": np.array([3, -7], np.int32), "int64": np.array([1 << 40, -1], np.int64)}
for name, seed in SEEDS.items():
    ops.case(f"RandomKey {name}", lambda s: list(raw.StatelessRandomGetKeyCounter(seed=s)), seed)
KEY, COUNTER = (x.numpy() for x in raw.StatelessRandomGetKeyCounter(seed=SEEDS["int32"]))
HIGH = np.array([2**64 - 2, 5], np.uint64)  # counts from the low into the high half
PHILOX = 1


def sizes(dtype):
    return [[], [0], [3, 7]] if dtype is tf.float32 else [[3, 3]]


def drawn(name, op, dtypes, counter=COUNTER, **more):
    for dtype in dtypes:
        for shape in sizes(dtype):
            ops.case(f"Random {name} {dtype.name} {shape}",
                     lambda s, k, c: op(shape=s, key=k, counter=c, alg=PHILOX, dtype=dtype, **more),
                     np.array(shape, np.int32), KEY, counter)


FLOATS = [tf.float32, tf.float64, tf.float16, tf.bfloat16]
INTS = [tf.int32, tf.int64]
drawn("UNIFORM", raw.StatelessRandomUniformV2, FLOATS)
drawn("UNIFORM carry", raw.StatelessRandomUniformV2, FLOATS[:1], HIGH)
drawn("NORMAL", raw.StatelessRandomNormalV2, FLOATS)
drawn("TRUNCATED_NORMAL", raw.StatelessTruncatedNormalV2, FLOATS)
drawn("FULL_INT", raw.StatelessRandomUniformFullIntV2, INTS + [tf.uint32, tf.uint64])
for dtype in INTS:
    for low, high in ((-5, 11), (0, 1), (-(2**31), 2**31 - 1)):
        ops.case(f"Random UNIFORM_INT {dtype.name} {low} {high}",
                 lambda s, k, c, a, b: raw.StatelessRandomUniformIntV2(
                     shape=s, key=k, counter=c, alg=PHILOX, minval=a, maxval=b),
                 np.array([2, 5], np.int32), KEY, COUNTER, np.array(low, dtype.as_numpy_dtype),
                 np.array(high, dtype.as_numpy_dtype))
for dtype in FLOATS[:3]:
    ops.case(f"RandomGamma {dtype.name}",
             lambda s, k, c, a: raw.StatelessRandomGammaV3(shape=s, key=k, counter=c, alg=PHILOX, alpha=a),
             np.array([4, 3, 2], np.int32), KEY, COUNTER,
             np.array([[0.25, 0.5], [1, 1.5], [8, 100]], dtype.as_numpy_dtype))
