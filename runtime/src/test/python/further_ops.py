"""Further rows of OpRows.java, from TensorFlow: writes further.txt, in the format of ops.py.

    python further_ops.py > ../resources/dev/posthorn/ir/further.txt        (TensorFlow 2.21, on a CPU)
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

# ---- decompositions, whose signs are the library's, and projections of images



for name, x in (("batch", ops.rand("eb", 2, 5, 5)), ("one", ops.rand("e1", 1, 1)), ("two", ops.rand("e2", 2, 2)),
                ("twelve", ops.rand("e12", 12, 12)), ("diagonal", np.diag(np.float32([3, -1, 2]))),
                ("float64", ops.rand("e64", 6, 6, dtype=np.float64))):
    ops.case(f"Eigh {name}", lambda a: list(raw.SelfAdjointEigV2(input=a, compute_v=True)), x + np.swapaxes(x, -1, -2))
for name, x in (("square", ops.rand("sq", 2, 4, 4)), ("tall", ops.rand("st", 6, 3)), ("wide", ops.rand("sw", 3, 7)),
                ("ten", ops.rand("s10", 10, 10)), ("one", ops.rand("s1", 1, 1)),
                ("float64", ops.rand("s64", 5, 4, dtype=np.float64))):
    for full in (False, True):
        ops.case(f"Svd {ops.lower(full)} {name}",
                 lambda a: list(raw.Svd(input=a, compute_uv=True, full_matrices=full)), x)
IMAGES = {"float32": ops.rand("pi", 2, 5, 4, 2), "uint8": ops.ints("pv", 2, 5, 4, 1, low=0, high=255, dtype=np.uint8)}
PROJECTIONS = np.array([[1.1, 0.3, -1.7, -0.2, 0.9, 1.3, 0.01, -0.02], [0.4, -0.6, 6.3, 0.7, 0.5, -3.1, 0, 0]], np.float32)
FAR = np.array([[3.3, 0.1, -9.7, 0.2, 2.7, -11.3, 0, 0]], np.float32)
for fill in ("CONSTANT", "NEAREST", "REFLECT", "WRAP"):
    for method in ("BILINEAR", "NEAREST"):
        for name, size, x, p in (("float32", (5, 4), IMAGES["float32"], PROJECTIONS),
                                 ("far", (7, 6), IMAGES["float32"], FAR), ("uint8", (3, 5), IMAGES["uint8"], PROJECTIONS)):
            ops.case(f"ProjectiveTransform {ops.lower(method == 'BILINEAR')} {fill} {name}",
                     lambda s, i, t, f: raw.ImageProjectiveTransformV3(
                         images=i, transforms=t, output_shape=s, fill_value=f, interpolation=method, fill_mode=fill),
                     np.array(size, np.int32), x, p, np.array(2.5, np.float32))
for name, x, to in (("float32 int32", ops.rand("bc1", 2, 3), "int32"), ("float32 int16", ops.rand("bc2", 2, 3), "int16"),
                    ("uint8 float32", ops.ints("bc3", 3, 4, low=0, high=120, dtype=np.uint8), "float32"),
                    ("int64 float64", ops.ints("bc4", 3, dtype=np.int64), "float64"),
                    ("float16 int16", ops.rand("bc5", 3, dtype=np.float16), "int16")):
    ops.case(f"Bitcast {name}", lambda v: tf.bitcast(v, to), x)
for h, w in ((6, 10), (7, 4), (2, 3), (1, 1), (3, 4), (5, 11)):
    ops.case(f"Resize AREA {h} {w}", lambda x: tf.image.resize(x, (h, w), "area"), ops.IMAGES)
for h, w in ((2, 2), (3, 1)):
    ops.case(f"UpSample AREA {h} {w}", lambda x: tf.image.resize(x, (3 * h, 4 * w), "area"), ops.IMAGES)
for h, w in ((2, 3), (5, 2)):
    ops.case(f"Resize AREA antialias {h} {w}", lambda x: tf.image.resize(x, (h, w), "area"), ops.rand("ra", 1, 5, 7, 1))
