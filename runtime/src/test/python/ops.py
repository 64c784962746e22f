"""What TensorFlow and Keras compute for the rows of OpRows.java: writes ops.txt, which OpLawsTest reads.

    python ops.py > ../resources/dev/posthorn/ir/ops.txt        (TensorFlow 2.21, Keras 3.15, on a CPU)

A line is a tensor, `t NUMBER DTYPE SHAPE VALUES…`, values exact (bytes of strings as \\xHH), or a case, `NAME = OPERANDS -> RESULTS` in numbers
of tensors; after a case that TensorFlow differentiates `g DERIVATIVES BY RESULTS -> DERIVATIVES BY OPERANDS`, `-` where there is none. Operands and results are laid out as the op's documentation says, which is not always TensorFlow's layout.
"""
import os
import sys
import zlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import keras
import ml_dtypes
import numpy as np
import tensorflow as tf
from keras.src import backend

F16, BF16, F32, F64 = np.float16, ml_dtypes.bfloat16, np.float32, np.float64
FLOATS = [F32, F64, F16, BF16]
tensors = {}
names = set()


def name_of(dtype):
    return "string" if dtype.kind in "OSU" else np.dtype(dtype).name


def text(v):
    if isinstance(v, bytes):
        return "".join(chr(c) if 32 < c < 127 and c not in b'\\"' else f"\\x{c:02x}" for c in v) or '""'
    if isinstance(v, (bool, np.bool_)):
        return "1" if v else "0"
    if isinstance(v, np.integer):
        return str(int(v))
    if np.isnan(float(v)):
        return "NaN"
    if np.isinf(float(v)):
        return "Infinity" if v > 0 else "-Infinity"
    s = repr(float(v)) if isinstance(v, (F16, BF16, F64)) else str(v)
    return s[:-2] if s.endswith(".0") else s


def tensor(x):
    x = np.asarray(x)
    shape = "x".join(map(str, x.shape)) or "-"
    flat = x.reshape(-1)
    if x.dtype.kind == "c":  # a complex number is its parts, two values
        flat = flat.view(x.real.dtype)
    line = " ".join([name_of(x.dtype), shape, *(text(v) for v in flat)])
    if line not in tensors:
        tensors[line] = len(tensors)
        print("t", tensors[line], line)
    return str(tensors[line])


def case(name, fn, *operands):
    assert name not in names, name
    names.add(name)
    results = fn(*operands)
    results = results if isinstance(results, (list, tuple)) else [results]
    numbers = [tensor(np.asarray(x)) for x in operands], [tensor(np.asarray(y)) for y in results]
    print(name, "=", " ".join(numbers[0]), "->", " ".join(numbers[1]))
    if not name.startswith("Cast "):
        gradient(name, fn, operands)


def real(x):
    return x.dtype in (tf.float32, tf.float64, tf.complex64, tf.complex128)


def gradient(name, fn, operands):
    """TensorFlow's gradient, where fn is made of its ops."""
    xs = [tf.constant(x) for x in operands]
    if not any(map(real, xs)):
        return
    try:
        with tf.GradientTape() as tape:
            for x in filter(real, xs):
                tape.watch(x)
            ys = fn(*xs)
        ys = list(ys) if isinstance(ys, (list, tuple)) else [ys]
        dys = [rand(f"{name} {i}", *y.shape, dtype=y.dtype.as_numpy_dtype) if real(y) else None for i, y in enumerate(ys)]
        if all(dy is None for dy in dys):
            return
        pairs = [(y, tf.constant(dy)) for y, dy in zip(ys, dys) if dy is not None]
        dxs = iter(tape.gradient([y for y, _ in pairs], list(filter(real, xs)), [dy for _, dy in pairs]))
    except (LookupError, TypeError, ValueError, AttributeError, NotImplementedError) as e:
        print(f"{name}: no gradient: {type(e).__name__} {str(e)[:80]!r}", file=sys.stderr)
        return
    dxs = [next(dxs) if real(x) else None for x in xs]
    if all(dx is None for dx in dxs) and name.split()[0] not in ("Unary", "Binary"):
        print(f"{name}: not differentiated", file=sys.stderr)
        return
    show = lambda v: "-" if v is None else tensor(np.asarray(tf.convert_to_tensor(v)))
    print("g", *map(show, dys), "->", *map(show, dxs))


def lower(*flags):
    return " ".join(str(f).lower() for f in flags)


def rand(key, *shape, low=-2.0, high=2.0, dtype=F32, step=1 / 64):
    """Values that every floating-point type here holds exactly."""
    r = np.random.default_rng(zlib.crc32(key.encode()))
    return (np.rint(r.uniform(low, high, shape) / step) * step).astype(dtype)


def ints(key, *shape, low=-9, high=10, dtype=np.int32):
    return np.random.default_rng(zlib.crc32(key.encode())).integers(low, high, shape).astype(dtype)


def through32(fn, *x):
    """16-bit floating-point operands computed in float32: for ops that TensorFlow's CPU has no 16-bit kernel of."""
    narrow = x[0].dtype in (F16, BF16)
    return tf.cast(fn(*(v.astype(F32) if narrow else v for v in x)), x[0].dtype)


# ---- element by element

GRID = np.array(
    [-20, -6.5, -4, -3, -2.5, -1.5, -1, -0.75, -0.5, -0.25, -0.125, 0]
    + [0.125, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 3, 4, 6, 6.5, 20]
)
SPECIAL = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 100, -100, 1e-30, -1e-30], F32)



def some(grid, dtype):
    """The grid in this type; every third value of it where that is not float32, to keep the file small."""
    return grid.astype(F32).reshape(2, 3, 4) if dtype is F32 else grid[::3].astype(dtype).reshape(4, 1, 2)


UNARY = {
    "ABS": tf.abs, "NEG": tf.negative, "SIGN": tf.sign, "SQUARE": tf.square, "RELU": tf.nn.relu, "CEIL": tf.math.ceil,
    "FLOOR": tf.floor, "ROUND": tf.round, "EXP": tf.exp, "EXPM1": tf.math.expm1, "LOG": tf.math.log,
    "LOG1P": tf.math.log1p, "SQRT": tf.sqrt, "RSQRT": tf.math.rsqrt, "RECIPROCAL": tf.math.reciprocal, "SIN": tf.sin,
    "COS": tf.cos, "TAN": tf.tan, "ASIN": tf.asin, "ACOS": tf.acos, "ATAN": tf.atan, "SINH": tf.sinh, "COSH": tf.cosh,
    "TANH": tf.tanh, "ASINH": tf.asinh, "ACOSH": tf.acosh, "ATANH": tf.atanh, "SIGMOID": tf.sigmoid,
    "SOFTPLUS": tf.math.softplus, "ERF": tf.math.erf, "ERFC": tf.math.erfc,
}
for name, fn in UNARY.items():
    grid = {"ASIN": GRID / 20, "ACOS": GRID / 20, "ATANH": GRID / 24, "ACOSH": abs(GRID) + 1}.get(name, GRID)
    grid = abs(grid) + 0.125 if name in ("LOG", "LOG1P", "SQRT", "RSQRT", "RECIPROCAL") else grid
    for dtype in FLOATS:
        case(f"Unary {name} {np.dtype(dtype).name}", fn, some(grid, dtype))
    case(f"Unary {name} special", fn, SPECIAL)
for name in ("ABS", "NEG", "SIGN", "SQUARE", "RELU"):
    for dtype in (np.int32, np.int64, np.int8):
        case(f"Unary {name} {np.dtype(dtype).name}", UNARY[name], np.array([-5, -1, 0, 1, 11], dtype))
for shape in ((), (0,), (3, 0), (1,), (13,)):
    case(f"Unary RELU {list(shape)}", tf.nn.relu, rand("shape", *shape))

BINARY = {
    "ADD": tf.add, "SUB": tf.subtract, "MUL": tf.multiply, "DIV": tf.raw_ops.Div, "FLOOR_DIV": tf.math.floordiv,
    "FLOOR_MOD": tf.math.floormod, "REM": tf.math.mod, "POW": tf.pow, "MAX": tf.maximum, "MIN": tf.minimum,
    "ATAN2": tf.atan2,
}
BINARY["DIV"] = lambda x, y: tf.raw_ops.Div(x=x, y=y)
BINARY["REM"] = lambda x, y: through32(lambda a, b: tf.raw_ops.TruncateMod(x=a, y=b), x, y)
SIGNS = np.array([[7, -7, 7, -7, 0, 6, -6], [3, 3, -3, -3, 2, 3, 3]])
LEFT, RIGHT = rand("left", 2, 1, 3), rand("right", 5, 1, low=0.25)
for name, fn in BINARY.items():
    for dtype in FLOATS:
        case(f"Binary {name} {np.dtype(dtype).name}", fn, abs(LEFT).astype(dtype), RIGHT.astype(dtype))
    if name != "POW":
        case(f"Binary {name} signs", fn, SIGNS[0].astype(F32), SIGNS[1].astype(F32))
    if name != "ATAN2":
        for dtype in (np.int32, np.int64):
            right = abs(SIGNS[1]) if name == "POW" else SIGNS[1]
            case(f"Binary {name} {np.dtype(dtype).name}", fn, SIGNS[0].astype(dtype), right.astype(dtype))
case("Binary MAX special", tf.maximum, SPECIAL[:, None], SPECIAL[[0, 2, 3, 4]])
case("Binary MIN special", tf.minimum, SPECIAL[:, None], SPECIAL[[0, 2, 3, 4]])
case("Binary DIV special", tf.divide, SPECIAL[:, None], SPECIAL[[0, 2, 3, 4]])
for dtype in FLOATS:
    x = np.array([1, 0.3], dtype)
    case(f"Binary FLOOR_DIV rounds {np.dtype(dtype).name}", tf.math.floordiv, x, np.array(0.1, dtype))
case("Binary ADD wraps", tf.add, np.array([2**31 - 1, 5], np.int32), np.array([1, 5], np.int32))
case("Binary ADD uint8", tf.add, np.array([250, 5], np.uint8), np.array([10, 5], np.uint8))
for a, b in (((3,), ()), ((0, 3), (1, 3)), ((1, 0), (5, 1)), ((7, 1, 1), (11, 1))):
    case(f"Binary ADD {list(a)} {list(b)}", tf.add, rand("a", *a), rand("b", *b))
BITS = np.array([12, -1, 5, 0], np.int32), np.array([10, 7, 5, 3], np.int32)
BOOLS = np.array([True, True, False, False]), np.array([True, False, True, False])
for name, bits, logical in (
    ("AND", tf.bitwise.bitwise_and, tf.logical_and),
    ("OR", tf.bitwise.bitwise_or, tf.logical_or),
    ("XOR", tf.bitwise.bitwise_xor, tf.math.logical_xor),
):
    case(f"Binary {name} int32", bits, *BITS)
    case(f"Binary {name} bool", logical, *BOOLS)

COMPARE = {
    "EQ": tf.equal, "NE": tf.not_equal, "LT": tf.less, "LE": tf.less_equal, "GT": tf.greater, "GE": tf.greater_equal,
}
for name, fn in COMPARE.items():
    case(f"Compare {name} float32", fn, SPECIAL[:, None], SPECIAL[[0, 2, 4, 5]])
    case(f"Compare {name} int64", fn, np.array([[1], [2], [2**62]], np.int64), np.array([2, 2**62 + 1], np.int64))
    case(f"Compare {name} bfloat16", fn, np.array([1, 2, 3], BF16), np.array([2, 2, 2], BF16))
for name in ("EQ", "NE"):
    case(f"Compare {name} bool", COMPARE[name], *BOOLS)
    case(f"Compare {name} string", COMPARE[name], np.array([b"a", b"b", b""]), np.array(b"b"))

select = tf.where
case("Select float32", select, np.array([[True], [False]]), rand("s1", 2, 3), rand("s2", 3))
case("Select scalar", select, np.array([True, False, True]), np.array(1.5, F32), rand("s3", 3))
case("Select int64", select, np.array(True), ints("s4", 2, 2, dtype=np.int64), np.array(3, np.int64))
case("Select string", select, BOOLS[0], np.array([b"a", b"b", b"c", b"d"]), np.array(b"z"))
case("Select empty", select, np.zeros((0, 1), bool), rand("s5", 1, 3), np.array(1, F32))

CASTS = {
    "float32": (np.array([-2.7, -0.5, 0, 0.5, 2.7, 100.2, -100.7], F32),
                "float64 float16 bfloat16 int32 int64 int8 bool"),
    "float64": (np.array([-2.7, 0, 1 / 3, 1e-300, 123456789.123], F64), "float32 int32 int64 bool"),
    "float16": (np.array([-2.7, 0, 1 / 3, 65504], F16), "float32 float64 bfloat16 int32"),
    "bfloat16": (np.array([-2.7, 0, 1 / 3, 3e38], BF16), "float32 float64"),
    "int32": (np.array([-300, -1, 0, 1, 127, 128, 70000], np.int32),
              "float32 float64 int64 int16 int8 uint8 uint16 bool"),
    "int64": (np.array([-(2**40), -1, 0, 2**53 + 1, 2**62 + 2**38 + 1], np.int64), "float32 float64 int32 uint64"),
    "uint8": (np.array([0, 1, 200], np.uint8), "float32 int8 int32 bool"),
    "uint64": (np.array([0, 2**63, 2**64 - 1], np.uint64), "float64 int64"),
    "bool": (BOOLS[0], "float32 float16 int32 int64"),
}
for source, (x, targets) in CASTS.items():
    for target in targets.split():
        case(f"Cast {source} {target}", lambda v: tf.cast(v, target), x)

# ---- moving data

case("Constant", lambda: np.array([[1.5, -2]], F32))
X = rand("x", 2, 3, 5)
case("Transpose [2, 0, 1]", lambda x: tf.transpose(x, [2, 0, 1]), X)
case("Transpose [1, 0] empty", lambda x: tf.transpose(x, [1, 0]), rand("t", 0, 3))
case("Transpose [] scalar", lambda x: x, np.array(3, F32))
case("Transpose [1, 0] string", tf.transpose, np.array([[b"a", b"b", b"c"]]))
case("Transpose [0, 2, 1, 3] bfloat16", lambda x: tf.transpose(x, [0, 2, 1, 3]), rand("t4", 2, 3, 2, 1, dtype=BF16))
for shape in ((5, 6), (-1,), (3, -1, 1), (2, 15)):
    case(f"Reshape {list(shape)}", tf.reshape, X, np.array(shape, np.int32))
case("Reshape []", tf.reshape, np.array([7], np.int32), np.array([], np.int32))
case("Reshape [0, 4]", tf.reshape, rand("r", 4, 0), np.array([0, 4], np.int64))
case("BroadcastTo [2, 3, 5]", tf.broadcast_to, rand("b", 3, 1), np.array([2, 3, 5], np.int32))
case("BroadcastTo [0, 3]", tf.broadcast_to, rand("b2", 3), np.array([0, 3], np.int32))
case("BroadcastTo scalar", tf.broadcast_to, np.array(True), np.array([3], np.int32))
case("ShapeOf", tf.shape, X)
case("ShapeOf scalar", tf.shape, np.array(1, F32))
case("ShapeOf empty", tf.shape, rand("e", 0, 7))
for n in (0, 1, 7):
    case(f"Iota {n}", lambda v: tf.range(v, dtype=tf.float32), np.array(n, np.int32))
case("Iota int64", lambda v: tf.range(tf.cast(v, tf.int64)), np.array(5, np.int32))
for axis in (0, 1, 2):
    case(f"Concat {axis}", lambda *x: tf.concat(x, axis), X, np.delete(X, 0, axis), np.delete(X, 1, axis))
case("Concat empty", lambda x, y: tf.concat([x, y], 0), rand("c0", 0, 3), rand("c1", 2, 3))
case("Concat string", lambda x, y: tf.concat([x, y], 0), np.array([b"a"]), np.array([b"b", b"c"]))
case("Slice a", lambda x: x[:, 1:3, ::2], X)
case("Slice b", lambda x: x[-1:, :-1, -4:-1:3], X)
case("Slice c", lambda x: x[:, 3:1, :], X)
case("Slice d", lambda x: x[-99:99], rand("sl", 7))
case("Slice scalar", lambda x: x, np.array(2, F32))
case("Reverse [0, 2]", lambda x: tf.reverse(x, [0, 2]), X)
case("Reverse []", lambda x: x, X)
case("Reverse empty", lambda x: tf.reverse(x, [1]), rand("re", 2, 0))
case("Gather 0", lambda x, i: tf.gather(x, i, axis=0), X, np.array([1, 0, 1], np.int32))
case("Gather 1", lambda x, i: tf.gather(x, i, axis=1), X, np.array([[2, 2], [0, 1]], np.int64))
case("Gather 2 scalar", lambda x, i: tf.gather(x, i, axis=2), X, np.array(4, np.int32))
case("Gather none", lambda x, i: tf.gather(x, i, axis=1), X, np.zeros((0,), np.int32))
case("Gather string", tf.gather, np.array([b"a", b"b"]), np.array([1, 1], np.int32))
pads = [[1, 0], [2, 1]]
P = rand("p", 3, 4)
case("Pad CONSTANT", lambda x, v: tf.pad(x, pads, constant_values=v), P, np.array(0.5, F32))
case("Pad REFLECT", lambda x, v: tf.pad(x, pads, "REFLECT"), P, np.array(0, F32))
case("Pad SYMMETRIC", lambda x, v: tf.pad(x, pads, "SYMMETRIC"), P, np.array(0, F32))
case("Pad CONSTANT empty", lambda x, v: tf.pad(x, pads, constant_values=v), rand("p0", 0, 4), np.array(-1, F32))
case("Pad CONSTANT int32", lambda x, v: tf.pad(x, pads, constant_values=v), ints("pi", 1, 2), np.array(7, np.int32))

# ---- reductions

REDUCE = {
    "SUM": tf.reduce_sum, "MEAN": tf.reduce_mean, "PROD": tf.reduce_prod, "MAX": tf.reduce_max, "MIN": tf.reduce_min,
}
for name, fn in REDUCE.items():
    for dtype in FLOATS:
        case(f"Reduce {name} {np.dtype(dtype).name} [1]", lambda x: fn(x, axis=[1]), X.astype(dtype))
    case(f"Reduce {name} [0, 2] keep", lambda x: fn(x, axis=[0, 2], keepdims=True), X)
    case(f"Reduce {name} all", fn, X)
    case(f"Reduce {name} []", lambda x: fn(x, axis=[]), X)
    case(f"Reduce {name} none", lambda x: fn(x, axis=0), rand("none", 0, 2))
    case(f"Reduce {name} NaN", lambda x: fn(x, axis=0), np.array([[1, 2], [np.nan, 3]], F32))
    if name != "MEAN":
        case(f"Reduce {name} int32", lambda x: fn(x, axis=0), ints("ri", 3, 2))
        case(f"Reduce {name} int64", lambda x: fn(x, axis=1), ints("ri", 3, 2, dtype=np.int64))
        for dtype in (np.int32, np.uint8, np.int64):
            case(f"Reduce {name} none {np.dtype(dtype).name}", lambda x: fn(x, axis=0), np.zeros((0, 1), dtype))
for name, fn in (("ANY", tf.reduce_any), ("ALL", tf.reduce_all)):
    b = ints("any", 4, 3, low=0, high=2).astype(bool)
    case(f"Reduce {name} [1]", lambda x: fn(x, axis=1), b)
    case(f"Reduce {name} none", lambda x: fn(x, axis=0), np.zeros((0, 2), bool))
ties = np.array([[3, 1, 3], [2, 2, 0]], F32)
case("ArgReduce max 1", lambda x: tf.argmax(x, axis=1), ties)
case("ArgReduce min 0", lambda x: tf.argmin(x, axis=0, output_type=tf.int32), ties)
case("ArgReduce max 1 int64", lambda x: tf.argmax(x, axis=1), ints("am", 2, 5, 3, dtype=np.int64))
case("ArgReduce max 1 empty", lambda x: tf.argmax(x, axis=1), rand("ae", 0, 3))
for flags in ((False, False), (True, False), (False, True), (True, True)):
    case(f"CumSum {lower(*flags)}", lambda x: tf.cumsum(x, 1, *flags), X)
case("CumSum int32", lambda x: tf.cumsum(x, 0), ints("cs", 5))
case("CumSum empty", lambda x: tf.cumsum(x, 1), rand("ce", 2, 0))
case("CumSum float64", lambda x: tf.cumsum(x, 0), rand("cd", 7, 1, dtype=F64))


def sort(x, axis, direction):
    return [tf.sort(x, axis, direction), tf.argsort(x, axis, direction, stable=True)]


S = ints("sort", 3, 7, low=0, high=4).astype(F32)
P7 = np.tile(np.arange(7, dtype=np.int32), (3, 1))
case("Sort ascending", lambda x, p: sort(x, 1, "ASCENDING"), S, P7)
case("Sort descending", lambda x, p: sort(x, 1, "DESCENDING"), S, P7)
case("Sort 0", lambda x: tf.sort(x, 0), X)
case("Sort int64", lambda x: tf.sort(x, 0, "DESCENDING"), ints("si", 5, dtype=np.int64))
case("Sort empty", lambda x: x, rand("se", 2, 0))

# ---- products

for ta in (False, True):
    for tb in (False, True):
        a, b = rand("ma", 3, 5), rand("mb", 5, 7)
        case(f"MatMul {lower(ta, tb)}", lambda x, y: tf.matmul(x, y, ta, tb), a.T if ta else a, b.T if tb else b)
for dtype in FLOATS + [np.int32]:
    a, b = rand("md", 2, 3, step=1).astype(dtype), rand("me", 3, 2, step=1).astype(dtype)
    case(f"MatMul {np.dtype(dtype).name}", tf.matmul, a, b)
case("MatMul batch", tf.matmul, rand("mf", 2, 1, 3, 5), rand("mg", 3, 5, 2))
case("MatMul shared", tf.matmul, rand("mh", 2, 3, 5), rand("mi", 5, 2))
case("MatMul no rows", tf.matmul, rand("mj", 0, 5), rand("mb", 5, 7))
case("MatMul no terms", tf.matmul, rand("mk", 2, 0), rand("ml", 0, 3))


FORMAT = {3: "NWC", 4: "NHWC", 5: "NDHWC"}


def conv(x, w, strides, padding, dilations=None, groups=1):
    parts = zip(tf.split(x, groups, -1), tf.split(w, groups, -1))
    return tf.concat([tf.nn.convolution(a, b, strides, padding, FORMAT[len(a.shape)], dilations) for a, b in parts], -1)


C2, W2 = rand("c2", 2, 5, 4, 4), rand("w2", 3, 2, 4, 6, step=1 / 16)
case("Conv valid", lambda x, w: conv(x, w, 1, "VALID"), C2, W2)
case("Conv same", lambda x, w: conv(x, w, 1, "SAME"), C2, W2)
case("Conv same stride", lambda x, w: conv(x, w, [2, 3], "SAME"), C2, W2)
case("Conv dilated", lambda x, w: conv(x, w, 1, "SAME", [2, 1]), C2, W2)
case("Conv groups", lambda x, w: conv(x, w, 1, "VALID", None, 2), C2, rand("wg", 3, 2, 2, 6, step=1 / 16))
case("Conv depthwise", lambda x, w: tf.nn.depthwise_conv2d(x, tf.reshape(w, [3, 2, 4, 2]), [1, 2, 2, 1], "SAME"), C2,
     rand("wd", 3, 2, 1, 8, step=1 / 16))
case("Conv no batch", lambda x, w: conv(x, w, 1, "VALID"), rand("cb", 0, 5, 4, 4), W2)
case("Conv 1d", lambda x, w: conv(x, w, 1, "VALID", 3), rand("c1", 1, 11, 2), rand("w1", 3, 2, 3, step=1 / 16))
case("Conv 3d", lambda x, w: conv(x, w, 1, "SAME"), rand("c3", 1, 3, 2, 4, 2), rand("w3", 2, 2, 3, 2, 3, step=1 / 16))
for dtype in FLOATS[1:]:
    case(f"Conv {np.dtype(dtype).name}", lambda x, w: through32(lambda a, b: conv(a, b, 1, "SAME"), x, w),
         rand("cd", 1, 3, 3, 2, dtype=dtype), rand("wdt", 2, 2, 2, 3, dtype=dtype, step=1 / 4))
case("Conv transposed", lambda x, w: tf.nn.conv2d_transpose(
    x, tf.transpose(tf.reverse(w, [0, 1]), [0, 1, 3, 2]), [2, 9, 7, 6], [2, 2], "VALID"), rand("ct", 2, 4, 3, 4),
     rand("wt", 3, 3, 4, 6, step=1 / 16))


def pool(kind, size, strides, padding):
    return lambda x: tf.nn.pool(x, size, kind, strides=strides, padding=padding)


for kind in ("MAX", "AVG"):
    case(f"Pool {kind} valid", pool(kind, [2, 3], [2, 1], "VALID"), C2)
    case(f"Pool {kind} same", pool(kind, [3, 2], [2, 2], "SAME"), C2)
    case(f"Pool {kind} 1d", pool(kind, [3], [1], "SAME"), rand("c1", 1, 11, 2))
    case(f"Pool {kind} 3d", pool(kind, [2, 2, 2], [1, 1, 1], "SAME"), rand("c3", 1, 3, 2, 4, 2))
    case(f"Pool {kind} no batch", pool(kind, [2, 3], [2, 1], "VALID"), rand("cb", 0, 5, 4, 4))
    for dtype in FLOATS[1:]:
        case(f"Pool {kind} {np.dtype(dtype).name}", lambda x: through32(pool(kind, [2, 2], [1, 1], "SAME"), x),
             rand("cd", 1, 3, 3, 2, dtype=dtype))


def slope(f):
    """The derivative by x, from x and dy."""
    def g(x, dy):
        with tf.GradientTape() as tape:
            x = tf.convert_to_tensor(x)
            tape.watch(x)
            y = f(x)
        return tape.gradient(y, x, dy)
    return g


for name, f, x, dy in (
        ("valid", lambda kind: pool(kind, [2, 3], [2, 1], "VALID"), C2, [2, 2, 2, 4]),
        ("same", lambda kind: pool(kind, [3, 2], [2, 2], "SAME"), C2, [2, 3, 2, 4]),
        ("1d", lambda kind: pool(kind, [3], [1], "SAME"), rand("c1", 1, 11, 2), [1, 11, 2]),
        ("3d", lambda kind: pool(kind, [2, 2, 2], [1, 1, 1], "SAME"), rand("c3", 1, 3, 2, 4, 2), [1, 3, 2, 4, 2]),
        ("ties", lambda kind: pool(kind, [2, 3], [1, 2], "SAME"), ints("pt", 1, 5, 6, 3, low=0, high=2).astype(F32),
         [1, 5, 3, 3]),
        ("no batch", lambda kind: pool(kind, [2, 3], [2, 1], "VALID"), rand("cb", 0, 5, 4, 4), [0, 2, 2, 4])):
    dy = rand("dy" + name, *dy)
    case(f"MaxPoolGradient {name}", slope(f("MAX")), x, dy)
    case(f"AvgPoolGradient {name}", lambda dy, s: slope(f("AVG"))(tf.zeros(s), dy), dy, np.array(x.shape, np.int32))
case("MaxPoolGather valid", lambda x, v: tf.raw_ops.MaxPoolGradGrad(
    orig_input=x, orig_output=tf.nn.max_pool(x, [2, 3], [2, 1], "VALID"), grad=v, ksize=[1, 2, 3, 1], strides=[1, 2, 1, 1],
    padding="VALID"), C2, rand("mg", 2, 5, 4, 4))
for name, f, x, w, dy in (
        ("valid", lambda x, w: conv(x, w, 1, "VALID"), C2, W2, [2, 3, 3, 6]),
        ("same stride", lambda x, w: conv(x, w, [2, 3], "SAME"), C2, W2, [2, 3, 2, 6]),
        ("1d", lambda x, w: conv(x, w, 1, "VALID"), rand("c1", 1, 11, 2), rand("w1", 3, 2, 3, step=1 / 16), [1, 9, 3]),
        ("3d", lambda x, w: conv(x, w, 1, "SAME"), rand("c3", 1, 3, 2, 4, 2), rand("w3", 2, 2, 3, 2, 3, step=1 / 16),
         [1, 3, 2, 4, 3]),
        ("groups", lambda x, w: conv(x, w, 1, "VALID", None, 2), C2, rand("wg", 3, 2, 2, 6, step=1 / 16), [2, 3, 3, 6]),
        ("no batch", lambda x, w: conv(x, w, 1, "VALID"), rand("cb", 0, 5, 4, 4), W2, [0, 3, 3, 6])):
    case(f"ConvFilterGradient {name}", lambda x, dy: slope(lambda w: f(tf.convert_to_tensor(x), w))(w, dy), x,
         rand("dw" + name, *dy, step=1 / 16))
for name, shape in ((" [3, 1]", [3, 1]), (" []", []), (" [5, 1, 4]", [5, 1, 4])):
    case(f"SumTo{name}", lambda x, s: slope(lambda y: tf.broadcast_to(y, [5, 3, 4]))(tf.zeros(s), x), rand("st", 5, 3, 4),
         np.array(shape, np.int32))
for name, axis, i, u in (("0", 0, [1, 0, 1], [3, 3, 5]), ("1", 1, [[2, 2], [0, 1]], [2, 2, 2, 5]), ("2 scalar", 2, 4, [2, 3]),
                         ("none", 1, np.zeros([0]), [2, 0, 5])):
    case(f"ScatterAdd {name}", lambda i, u, s: tf.convert_to_tensor(slope(lambda x: tf.gather(x, i, axis=axis))(
        tf.zeros(s), u)), np.array(i, np.int32), rand("sa" + name, *u), np.array([2, 3, 5], np.int32))


def scan(c, xs, w, reverse):
    order = range(len(xs))[::-1] if reverse else range(len(xs))
    ys = [None] * len(xs)
    for t in order:
        c = c * F32(0.5) + xs[t]
        ys[t] = c * w
    return [tf.identity(c), tf.stack(ys) if ys else tf.zeros_like(xs)]


for n in (5, 1, 0):
    for reverse in (False, True):
        case(f"Scan {n} {lower(reverse)}", lambda c, xs, w: scan(c, xs, w, reverse),
             rand("sc", 2, 3), rand("sx", n, 2, 3), rand("sw", 3))

# ---- composites

A = keras.activations
ACTIVATIONS = {
    "Linear": A.linear, "Relu6": A.relu6, "LeakyRelu 0.2": A.leaky_relu,
    "LeakyRelu 1.5": lambda x: A.leaky_relu(x, 1.5),
    "ClippedRelu null 0 0": A.relu, "ClippedRelu 6 0 0": lambda x: A.relu(x, 0.0, 6.0),
    "ClippedRelu 2 0 0.5": lambda x: A.relu(x, 0.0, 2.0, 0.5), "ClippedRelu null 0.25 0": lambda x: A.relu(x, 0.25),
    "ClippedRelu 2 0.25 0": lambda x: A.relu(x, 0.25, 2.0), "ClippedRelu 6 0.25 0": lambda x: A.relu(x, 0.25, 6.0),
    "ClippedRelu 2 0.25 1": lambda x: A.relu(x, 0.25, 2.0, 1.0),
    "ClippedRelu null 0.25 1": lambda x: A.relu(x, 0.25, None, 1.0), "Elu 1": A.elu, "Elu 0.5": lambda x: A.elu(x, 0.5),
    "Selu": A.selu, "Celu 1": A.celu, "Celu 2": lambda x: A.celu(x, 2.0),
    "Silu": A.silu, "Gelu false": A.gelu, "Gelu true": lambda x: A.gelu(x, True), "Softsign": A.softsign,
    "HardSigmoid KERAS3": A.hard_sigmoid, "HardSigmoid KERAS2": lambda x: tf.clip_by_value(x * 0.2 + 0.5, 0, 1),
    "HardSilu": A.hard_silu, "HardTanh": A.hard_tanh, "Mish": A.mish, "LogSigmoid": A.log_sigmoid,
    "TanhShrink": A.tanh_shrink, "SoftShrink 0.5": A.soft_shrink, "HardShrink 0.5": A.hard_shrink,
    "Squareplus 4": A.squareplus, "Squareplus 1": lambda x: A.squareplus(x, 1), "SparsePlus": A.sparse_plus,
    "SparseSigmoid": A.sparse_sigmoid, "Threshold 0.5 -1": lambda x: A.threshold(x, 0.5, -1.0),
}
for name, fn in ACTIVATIONS.items():
    for dtype in FLOATS:
        case(f"{name} {np.dtype(dtype).name}", lambda x: fn(tf.constant(x)), some(GRID, dtype))
    case(f"{name} special", lambda x: fn(tf.constant(x)), SPECIAL)
    case(f"{name} empty", lambda x: fn(tf.constant(x)), rand("none", 0, 2))

case("ErfInv", tf.math.erfinv, np.linspace(-0.98, 0.97, 14).astype(F32))

for name, layer in (("Softmax", keras.layers.Softmax), ("LogSoftmax", None)):
    def fn(x, axes):
        if layer is None:
            return tf.nn.log_softmax(x, axes[0]) if len(axes) == 1 else x - tf.reduce_logsumexp(x, axes, keepdims=True)
        return layer(axes[0] if len(axes) == 1 else axes, dtype=tf.as_dtype(x.dtype).name)(tf.constant(x))
    for dtype in FLOATS:
        case(f"{name} [-1] {np.dtype(dtype).name}", lambda x: fn(x, [-1]), 4 * X.astype(dtype))
    case(f"{name} [1]", lambda x: fn(x, [1]), 4 * X)
    case(f"{name} [-1, 1]", lambda x: fn(x, [-1, 1]), 4 * X)
    case(f"{name} large", lambda x: fn(x, [-1]), np.array([[1000, 1001, -1000], [-1e30, 0, 1e30]], F32))
    case(f"{name} empty", lambda x: fn(x, [-1]), rand("none", 0, 2))
for dtype in FLOATS:
    case(f"Sparsemax -1 {np.dtype(dtype).name}", lambda x: A.sparsemax(tf.constant(x)), X.astype(dtype))
case("Sparsemax 1", lambda x: A.sparsemax(tf.constant(x), 1), X)
case("Sparsemax one", lambda x: A.sparsemax(tf.constant(x)), np.array([[5, 1, 0], [0.25, 0.25, 0.25]], F32))
for dtype in FLOATS:
    case(f"Glu -1 {np.dtype(dtype).name}", lambda x: A.glu(tf.constant(x)), rand("glu", 3, 4, dtype=dtype))
case("Glu 1", lambda x: A.glu(tf.constant(x), 1), rand("glu1", 2, 6, 3))


def layer_norm(axes, rms=False):
    def fn(x, *w):
        kept = list(w)
        gamma = kept.pop(0) if "scale" in fn.flags else None
        beta = kept.pop(0) if "center" in fn.flags else None
        kwargs = {"rms_scaling": True} if rms else {}
        return keras.ops.layer_normalization(tf.constant(x), gamma, beta, axes, 1e-3, **kwargs)
    return fn


G5, B5, G35, B35, G23, B23 = (rand(k, *s) for k, s in (
    ("g5", [5]), ("b5", [5]), ("g35", [3, 5]), ("b35", [3, 5]), ("g23", [2, 3]), ("b23", [2, 3])))
for flags, weights in (("scale center", [G5, B5]), ("scale", [G5]), ("center", [B5]), ("none", [])):
    f = layer_norm([-1])
    f.flags = flags
    case(f"LayerNorm [-1] {flags}", f, X, *weights)
for axes, weights in (([1, 2], [G35, B35]), ([0, 1], [G23, B23]), ([1], [G35[:, 0], B35[:, 0]])):
    f = layer_norm(axes)
    f.flags = "scale center"
    case(f"LayerNorm {axes}", f, X, *weights)
for dtype in FLOATS[1:]:
    f = layer_norm([-1])
    f.flags = "scale center"
    case(f"LayerNorm {np.dtype(dtype).name}", f, X.astype(dtype), G5.astype(dtype), B5.astype(dtype))
f = layer_norm([-1], True)
f.flags = "scale"
case("LayerNorm rms", f, X, G5)
case("RmsNorm [-1]", lambda x, g: keras.ops.rms_normalization(tf.constant(x), g, -1, 1e-6), X, G5)
case("RmsNorm [1, 2]", lambda x, g: keras.ops.rms_normalization(tf.constant(x), g, (1, 2), 1e-6), X, G35)
case("RmsNorm none", lambda x: keras.ops.rms_normalization(tf.constant(x), None, -1, 1e-6), X)
case("RmsNorm float16", lambda x, g: keras.ops.rms_normalization(tf.constant(x), g, -1, 1e-6), X.astype(F16), G5)


def batch_norm(axis):
    return lambda x, g, b, m, v: keras.ops.batch_normalization(tf.constant(x), m, v, axis, b, g, 1e-3)


M5, V5 = rand("m5", 5), rand("v5", 5, low=0.1, high=3)
case("BatchNorm -1", batch_norm(-1), X, G5, B5, M5, V5)
case("BatchNorm 1", batch_norm(1), X, G5[:3], B5[:3], M5[:3], V5[:3])
case("BatchNorm float64", batch_norm(-1), *(v.astype(F64) for v in (X, G5, B5, M5, V5)))
case("BatchNorm no batch", batch_norm(-1), X[:0], G5, B5, M5, V5)
case("BatchNorm float16", lambda x, *w: tf.cast(batch_norm(-1)(x.astype(F32), *w), tf.float16),
     X.astype(F16), G5, B5, M5, V5)

RX, T, U = rand("rx", 3, 5, 2), 5, 3
MASK = np.array([[1, 1, 1, 0, 0], [0, 1, 0, 1, 1], [0, 0, 0, 0, 0]], bool)


def rnn(cell, n_states, weights, reverse=False, zero=False):
    """Runs a cell over x with keras' own loop; outputs are put back to where their inputs stood."""
    def fn(x, *rest):
        arrays, rest = list(rest[:weights]), rest[weights:]
        states = [tf.constant(s) for s in rest[:n_states]]
        mask = tf.constant(rest[n_states]) if len(rest) > n_states else None
        if not cell.built:
            cell.build((None, x.shape[-1]))
        cell.set_weights(pack(cell, arrays))
        _, y, last = backend.rnn(lambda i, s: cell(i, s), tf.constant(x), states, go_backwards=reverse, mask=mask,
                                 zero_output_for_mask=zero)
        return [y[:, ::-1] if reverse else y, *last]
    return fn


def pack(cell, arrays):
    if isinstance(cell, keras.layers.GRUCell):
        kernel, recurrent, bias, inner = arrays
        return [kernel, recurrent, np.stack([bias, inner]) if cell.reset_after else bias]
    return arrays


def weights_of(key, gates, dtype=F32, biases=1):
    shapes = [(2, gates * U), (U, gates * U)] + [(gates * U,)] * biases
    return [rand(f"{key}{i}", *s, low=-1, high=1, dtype=dtype) for i, s in enumerate(shapes)]


H, C = rand("h", 3, U, low=-1, high=1), rand("c", 3, U, low=-1, high=1)
for name, gates, states, biases, cells in (
    ("Lstm", 4, [H, C], 1, {
        "tanh sigmoid": keras.layers.LSTMCell(U),
        "relu hard": keras.layers.LSTMCell(U, activation="relu", recurrent_activation="hard_sigmoid"),
        "softmax linear": keras.layers.LSTMCell(U, activation="softmax", recurrent_activation="linear"),
    }),
    ("Gru", 3, [H], 2, {
        "after": keras.layers.GRUCell(U),
        "before": keras.layers.GRUCell(U, reset_after=False),
        "softmax": keras.layers.GRUCell(U, recurrent_activation="softmax"),
    }),
    ("SimpleRnn", 1, [H], 1, {
        "tanh": keras.layers.SimpleRNNCell(U),
        "selu": keras.layers.SimpleRNNCell(U, activation="selu"),
    }),
):
    w = weights_of(name, gates, biases=biases)
    for variant, cell in cells.items():
        for direction in ("forward", "reverse"):
            r = direction == "reverse"
            row = f"{name} {variant} {direction}"
            case(row, rnn(cell, len(states), len(w), r), RX, *w, *states)
            case(f"{row} masked", rnn(cell, len(states), len(w), r), RX, *w, *states, MASK)
            case(f"{row} masked zero", rnn(cell, len(states), len(w), r, True), RX, *w, *states, MASK)
    case(f"{name} one step", rnn(next(iter(cells.values())), len(states), len(w)), RX[:, :1], *w, *states)
    wide = {"Lstm": keras.layers.LSTMCell, "Gru": keras.layers.GRUCell, "SimpleRnn": keras.layers.SimpleRNNCell}[name]
    doubles = [v.astype(F64) for v in (RX, *w, *states)]
    case(f"{name} float64", rnn(wide(U, dtype="float64"), len(states), len(w)), *doubles)

IMAGES = rand("im", 2, 3, 4, 2)
for method in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"):
    for h, w in ((6, 10), (7, 4), (2, 3), (1, 1), (3, 4), (5, 11)):
        case(f"Resize {method.upper()} {h} {w}", lambda x: keras.ops.image.resize(x, (h, w), method),
             IMAGES[:1, :, :, :1])
    for h, w in ((2, 2), (3, 1)):
        layer = keras.layers.UpSampling2D((h, w), interpolation=method)
        case(f"UpSample {method.upper()} {h} {w}", layer, IMAGES[:1])
case("Resize BILINEAR float16", lambda x: tf.cast(keras.ops.image.resize(x, (5, 7)), tf.float16),
     IMAGES[:1].astype(F16))
case("Resize NEAREST int32", lambda x: keras.ops.image.resize(x, (5, 2), "nearest"), ints("ii", 1, 3, 4, 1))
case("UpSample NEAREST float64", lambda x: tf.repeat(tf.repeat(x, 2, 1), 3, 2), IMAGES[:1].astype(F64))

TEXTS = np.array([t.encode() for t in (
    "", "The quick, brown FOX!", "  na\u00efve\t\u00dcBER  \u65e5\u672c ", "a-b_c 12.5% [#tag] \\ 'x' \"end\"",
    "0123456789abcdef", "0123456789abcdefg", "abc", "abcdefgh", "x" * 70, "q" * 33, "r" * 64, "s" * 129, "ab")],
    dtype=object)
for buckets in (1, 7, 1 << 40):
    case(f"HashBucket {buckets}", lambda x: tf.strings.to_hash_bucket_fast(x, buckets), TEXTS)
    case(f"HashBucket {buckets} 133 -5", lambda x: tf.strings.to_hash_bucket_strong(x, buckets, [133, -5]), TEXTS)


def crossed(buckets):
    return lambda *x: tf.sparse.to_dense(tf.sparse.cross_hashed([tf.constant(v) for v in x], buckets))


CROSSED = np.array([[b"a"], [b""], [b"longer than that"]], dtype=object), np.array([[3], [-1], [1 << 40]], np.int64)
case("HashCross 9", crossed(9), *CROSSED)
case("HashCross 0", crossed(0), *CROSSED, CROSSED[1][::-1])
case("AsString int64", tf.strings.as_string, CROSSED[1])
case("AsString uint8", tf.strings.as_string, np.array([0, 255], np.uint8))
case("AsString bool", tf.strings.as_string, np.array([True, False]))
for upper in (False, True):
    for encoding in ("", "utf-8"):
        fn = tf.strings.upper if upper else tf.strings.lower
        case(f"StringCase {lower(upper, bool(encoding))}", lambda x: fn(x, encoding), TEXTS)
for name, pattern, rewrite, every in (
    ("punctuation", r"""[!"#$%&()\*\+,-\./:;<=>?@\[\\\]^_`{|}~\']""", "", True),
    ("groups", r"(\w)(\w)", r"\2\\\1$1", True),
    ("empty", r"[bq]*", "-", True),
    ("class", r"[[:space:][]+|[]&&x]", "_", True),
    ("first", r"[a-z]+$", "<\\0>", False),
):
    case(f"RegexReplace {name}", lambda x: tf.strings.regex_replace(x, pattern, rewrite, every), TEXTS)
for name, sep, cuts in (("words", "", -1), ("words 1", "", 1), ("comma", ", ", -1), ("e 1", "e", 1)):
    case(f"StringSplit {name}", lambda x: list(tf.raw_ops.StringSplitV2(input=x, sep=sep, maxsplit=cuts)), TEXTS[:4])


def ngrams(separator, widths):
    return lambda x, s: list(tf.raw_ops.StringNGrams(
        data=x, data_splits=s, separator=separator, ngram_widths=widths, left_pad="", right_pad="", pad_width=0,
        preserve_short_sequences=False))


for widths in ([1, 2], [3], [2, 1, 5]):
    case(f"NGrams {widths}", ngrams(" ", widths), TEXTS[:7], np.array([0, 3, 3, 7], np.int64))
for right, fn in (("false", "left"), ("true", "right")):
    for dtype in (F32, np.int64):
        case(f"SearchSorted {right} {np.dtype(dtype).name}",
             lambda s, x: tf.searchsorted(s, x, fn, tf.int32), np.array([-3, 0, 0, 2, 7], dtype),
             np.array([[-4, -3, 0], [1, 7, 8]], dtype).reshape(-1))
NUMBERS = ints("bc", 3, 5, low=0, high=6)
for binary in (False, True):
    case(f"BinCount 4 {lower(binary)}",
         lambda x: tf.math.bincount(x, minlength=4, maxlength=4, dtype=tf.int64, axis=-1, binary_output=binary), NUMBERS)
case("BinCount 8 weights",
     lambda x, w: tf.math.bincount(x, weights=w, minlength=8, maxlength=8, axis=-1), NUMBERS, rand("bw", 3, 5))


def lookup(keys, values):
    def run(x, default):
        init = tf.lookup.KeyValueTensorInitializer(np.array(keys), np.array(values))
        return tf.lookup.StaticHashTable(init, default.item())[tf.constant(x)]
    return run


case("Lookup string", lookup([b"a", b"b c", b""], [5, 6, 7]),
     np.array([[b"a", b"", b"x"], [b"b c", b"A", b"b"]], dtype=object), np.array(-1, np.int64))
case("Lookup int64", lookup([3, -1], [b"three", b"less"]), np.array([-1, 0, 3, 4]), np.array(b"none"))
RAGGED = np.array([1.0, 2, 3, 4, 5, 6], F32), np.array([0, 2, 2, 6], np.int64), np.array(-1, F32)
for length in (-1, 0, 3, 6):
    shape = [None, None if length < 0 else length]
    case(f"RaggedToDense {length}", lambda x, s, f: tf.RaggedTensor.from_row_splits(x, s).to_tensor(f, shape=shape), *RAGGED)
for method in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"):
    for h, w in ((2, 3), (5, 2)):
        case(f"Resize {method.upper()} antialias {h} {w}",
             lambda x: keras.ops.image.resize(x, (h, w), method, antialias=True), rand("ra", 1, 5, 7, 1))
