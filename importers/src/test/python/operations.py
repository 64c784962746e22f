"""Writes operations.zip: functional models of one keras.ops call each, over types, axes and modes, and what Keras computes.

    python operations.py

For each case the archive holds <name>.json (the model's configuration), <name>.in.<i>.npy and <name>.out.<i>.npy; where
TensorFlow differentiates, operations.gradients.zip holds <name>.dy.<i>.npy for outputs and <name>.dx.<i>.npy for inputs.
"""
import io
import json
import os
import pathlib
import zipfile
import zlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import keras
import numpy as np
import tensorflow as tf
from keras import ops as K

TARGET = pathlib.Path(__file__).parent.parent / "resources/dev/posthorn/keras/operations.zip"
RANDOM = np.random.RandomState(0)
X = ((3, 4), "float32")
TYPES = {t: ((3, 4), t) for t in ("float32", "int32", "bool", "float16", "int64", "uint8", "int8", "float64")}
entries = {}
gradients = {}
refused = []


def data(shape, dtype):
    if dtype == "bool":
        return RANDOM.rand(*shape) > 0.5
    if dtype.startswith("uint"):
        return RANDOM.randint(0, 6, shape).astype(dtype)
    if dtype.startswith("int"):
        return RANDOM.randint(-5, 6, shape).astype(dtype)
    return RANDOM.randn(*shape).astype(dtype)


def case(name, call, *specs, nan=False, batch=None):
    specs = specs or (X,)
    values = [data((2,) + tuple(shape), dtype) for shape, dtype in specs]
    if nan:
        values[0][0, 0, 1] = values[0][1, 2] = np.nan
    inputs = [keras.Input(shape, batch_size=batch, dtype=dtype, name=f"in{i}") for i, (shape, dtype) in enumerate(specs)]
    try:
        model = keras.Model(inputs, call(*inputs), name="model")
        outputs = [np.asarray(v) for v in keras.tree.flatten(model(values))]
    except Exception as error:  # what TensorFlow or Keras refuses is no case
        refused.append(f"{name}: {error}"[:200].replace("\n", " "))
        return
    entries[f"{name}.json"] = json.dumps(json.loads(model.to_json()), separators=(",", ":")).encode()
    for kind, arrays in (("in", values), ("out", outputs)):
        for i, array in enumerate(arrays):
            entries[f"{name}.{kind}.{i}.npy"] = saved(array)
    try:
        differentiate(name, model, values)
    except (LookupError, NotImplementedError, ValueError, tf.errors.OpError) as error:
        refused.append(f"{name}, gradient: {error}"[:200].replace("\n", " "))


def saved(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def differentiate(name, model, values):
    xs = [tf.constant(v) for v in values]
    real = [i for i, x in enumerate(xs) if x.dtype.is_floating]
    random = np.random.RandomState(zlib.crc32(name.encode()))
    with tf.GradientTape() as tape:
        for i in real:
            tape.watch(xs[i])
        ys = keras.tree.flatten(model(xs))
    dys = {i: np.asarray(random.randn(*y.shape)).astype(y.dtype.as_numpy_dtype) for i, y in enumerate(ys) if y.dtype.is_floating}
    if not dys or not real:
        return
    dxs = tape.gradient([ys[i] for i in dys], [xs[i] for i in real], [tf.constant(d) for d in dys.values()])
    dxs = {i: np.asarray(tf.convert_to_tensor(d)) for i, d in zip(real, dxs) if d is not None}
    if dxs:
        for kind, arrays in (("dy", dys), ("dx", dxs)):
            for i, array in arrays.items():
                gradients[f"{name}.{kind}.{i}.npy"] = saved(array)


def elementwise():
    for name in ("absolute arccos arctan ceil cos exp exp2 expm1 floor isfinite isinf isnan log log10 log1p negative "
                 "round sign signbit sinc sqrt square tanh trunc cbrt deg2rad fabs logical_not").split():
        for t in ("int32", "bool", "int64", "uint8"):
            case(f"{name}.{t}", getattr(K, name), TYPES[t])
    for name in ("add subtract multiply divide floor_divide mod fmod power maximum fmin equal greater logical_and arctan2 "
                 "heaviside hypot logaddexp").split():
        op = getattr(K, name)
        for a, b in (("float32", "int32"), ("int32", "int64"), ("float16", "float32"), ("bool", "int32"), ("uint8", "int8"),
                     ("bool", "bool")):
            case(f"{name}.{a}.{b}", op, TYPES[a], TYPES[b])
        for t in ("int32", "float16", "uint8"):
            case(f"{name}.{t}.int", lambda x: op(x, 2), TYPES[t])
            case(f"{name}.{t}.float", lambda x: op(x, 1.5), TYPES[t])
            case(f"{name}.int.{t}", lambda x: op(3, x), TYPES[t])


def reductions():
    for name in ("sum mean prod max std var any argmax argmin logsumexp median nanmax nanmean nansum nanvar ptp "
                 "nanargmax").split():
        op = getattr(K, name)
        for axis in (None, 0, -1, (0, 1)):
            for keep in (False, True):
                case(f"{name}.{axis}.{keep}", lambda x: op(x, axis=axis, keepdims=keep))
        for t in ("int32", "bool", "uint8", "int64"):
            case(f"{name}.{t}", lambda x: op(x, axis=1), TYPES[t])
        if name.startswith("nan"):
            case(f"{name}.nan", lambda x: op(x, axis=-1), nan=True)
    for name in ("cumsum", "cumprod", "nancumsum"):
        op = getattr(K, name)
        for axis in (None, 1, -1, 0):
            case(f"{name}.{axis}", lambda x: op(x, axis=axis), nan=name.startswith("nan"))
        case(f"{name}.bool", lambda x: op(x, axis=1), TYPES["bool"])
        case(f"{name}.dtype", lambda x: op(x, axis=1, dtype="float32"), TYPES["int32"])
    case("average", lambda x: K.average(x, axis=1))
    case("average.vector", lambda x: K.average(x, axis=1, weights=np.array([1.0, 2.0, 3.0], "float32")))
    case("count_nonzero", lambda x: K.count_nonzero(x))
    case("quantile.axes", lambda x: K.quantile(x, 0.3, axis=(1, 2), keepdims=True))
    case("percentile", lambda x: K.percentile(x, 30, axis=1))
    for order in (None, 0, 1, 3, np.inf, -np.inf):
        case(f"norm.{order}", lambda x: K.norm(x, ord=order, axis=-1, keepdims=True))
    for order in ("fro", 1, -1, np.inf, -np.inf):
        case(f"norm.matrix.{order}", lambda x: K.norm(x, ord=order, axis=(1, 2)))
    case("moments", lambda x: K.moments(x, axes=[0, 1], keepdims=True))
    case("trapezoid", lambda x: K.trapezoid(x, axis=1, dx=0.5))
    case("size", lambda x: K.size(x) + 0 * K.cast(K.sum(x), "int32"))


def shapes():
    calls = {
        "reshape": lambda x: K.reshape(x, (-1, 4, 3)),
        "transpose": lambda x: K.transpose(x),
        "transpose.negative": lambda x: K.transpose(x, (0, -1, 1)),
        "squeeze": lambda x: K.squeeze(K.expand_dims(x, (1, -1)), axis=(1, -1)),
        "stack": lambda x: K.stack([x, 2 * x], axis=-1),
        "concatenate.types": lambda x: K.concatenate([x, K.cast(x, "int32")], axis=-1),
        "tile.one": lambda x: K.tile(x, 2),
        "tile.more": lambda x: K.tile(x, (2, 1, 1, 3)),
        "repeat": lambda x: K.repeat(x, 2),
        "repeat.batch": lambda x: K.repeat(x, 2, axis=0),
        "flip": lambda x: K.flip(x),
        "fliplr": lambda x: K.fliplr(x),
        "roll": lambda x: K.roll(x, (1, -5), axis=(1, 2)),
        "rot90": lambda x: K.rot90(x, 1, (1, 2)),
        "rot90.twice": lambda x: K.rot90(x, 2, (1, 2)),
        "rot90.back": lambda x: K.rot90(x, -1, (2, 1)),
        "pad": lambda x: K.pad(x, ((0, 0), (1, 1), (2, 0)), constant_values=7),
        "moveaxis": lambda x: K.moveaxis(x, (0, 1), (2, 0)),
        "swapaxes": lambda x: K.swapaxes(x, 0, -1),
        "diagonal.above": lambda x: K.diagonal(x, offset=1, axis1=1, axis2=2),
        "diagonal.below": lambda x: K.diagonal(x, offset=-2, axis1=2, axis2=1),
        "trace": lambda x: K.trace(x, offset=1, axis1=1, axis2=2),
        "diag": lambda x: K.diag(K.sum(x, 0), k=1),
        "diagflat": lambda x: K.diagflat(K.sum(x, 0)),
        "tril": lambda x: K.tril(x, -1),
        "triu": lambda x: K.triu(x, -1),
        "diff": lambda x: K.diff(x, n=2, axis=1),
        "split": lambda x: K.split(x, [1, 2], axis=-1),
        "array_split": lambda x: K.array_split(x, 3, axis=2),
        "hsplit": lambda x: K.hsplit(x, 3),
        "dsplit": lambda x: K.dsplit(x, 2),
        "dstack": lambda x: K.dstack([K.sum(x, 0), K.sum(x, 0)]),
        "append": lambda x: K.append(x, x),
        "unstack": lambda x: K.unstack(x, axis=-1),
        "full_like": lambda x: K.full_like(x, 2, dtype="int32"),
        "getitem.integer": lambda x: x[:, -1, 1:3],
        "getitem.backwards": lambda x: x[:, 2:0:-1, ::2],
        "getitem.ellipsis": lambda x: x[..., None, 0],
        "getitem.negative": lambda x: x[1:, -2:, -3:-1],
        "getitem.beyond": lambda x: x[:, :10, 5:],
        "slice": lambda x: K.slice(x, (0, 1, 2), (2, 2, 1)),
    }
    for name, call in calls.items():
        case(name, call)


def choices():
    calls = {
        "sort": lambda x: K.sort(x, axis=1),
        "sort.flat": lambda x: K.sort(x, axis=None),
        "argsort": lambda x: K.argsort(x, axis=1),
        "top_k": lambda x: K.top_k(x, 3),
        "take": lambda x: K.take(x, np.array([[0, -1], [2, 1]]), axis=1),
        "take.flat": lambda x: K.take(x, [3, 5]),
        "take_along_axis": lambda x: K.take_along_axis(x, np.array([[[0, 1, 2, 0]]]), axis=1),
        "take_along_axis.flat": lambda x: K.take_along_axis(x, np.array([0, 5, -1]), axis=None),
        "one_hot": lambda x: K.one_hot(K.cast(x, "int32"), 3, axis=1, dtype="int32"),
        "multi_hot": lambda x: K.multi_hot(K.cast(K.abs(x), "int32")[:, :, 0], 4),
        "where.weak": lambda x: K.where(x > 0, 1, 2),
        "where.types": lambda x: K.where(x > 0, 1.5, K.cast(x, "int32")),
        "select": lambda x: K.select([x > 1, x > 0], [x * 10, x * 2], -1),
        "isin": lambda x: K.isin(K.cast(x, "int32"), np.array([0, 1]), invert=True),
        "isclose": lambda x: K.isclose(x, x + 1e-6),
        "digitize": lambda x: K.digitize(x, np.array([-1.0, 0.0, 0.5])),
        "searchsorted": lambda x: K.searchsorted(np.array([-1.0, 0.0], "float32"), K.ravel(x), side="right"),
        "segment_sum": lambda x: K.segment_sum(x, np.array([0, 1]), num_segments=3),
        "scatter_update": lambda x: K.scatter_update(x, [[0, 1]], np.ones((1, 4), "float32")),
        "scatter_update.add": lambda x: K.scatter_update(x, [[0, 1, 2], [0, 1, 2]], [1.0, 2.0], reduction="add"),
        "slice_update": lambda x: K.slice_update(x, [1, 1, 1], np.ones((1, 1, 2), "float32")),
        "clip": lambda x: K.clip(x, 0, 1),
        "nan_to_num": lambda x: K.nan_to_num(x / 0.0),
        "round.digits": lambda x: K.round(x, 2),
        "saturate_cast": lambda x: K.saturate_cast(x * 1000, "int8"),
    }
    for name, call in calls.items():
        case(name, call)


def matrices():
    ones = lambda *shape: np.arange(np.prod(shape), dtype="float32").reshape(shape) / 7
    calls = {
        "matmul.column": lambda x: K.matmul(x, ones(4)),
        "matmul.row": lambda x: K.matmul(ones(3), x),
        "dot": lambda x: K.dot(x, ones(2, 4, 5)),
        "inner": lambda x: K.inner(x, ones(2, 4)),
        "outer": lambda x: K.outer(x, ones(2)),
        "vdot": lambda x: K.vdot(x, x),
        "tensordot.0": lambda x: K.tensordot(x, ones(2, 2), axes=0),
        "tensordot.2": lambda x: K.tensordot(x, ones(3, 4, 2), axes=2),
        "tensordot.pairs": lambda x: K.tensordot(x, ones(4, 3), axes=[[1, 2], [1, 0]]),
        "kron": lambda x: K.kron(K.sum(x, 0), ones(2, 2)),
        "fft": lambda x: K.fft((x, 2 * x)),
        "fft2": lambda x: K.fft2((x, 2 * x)),
        "ifft2": lambda x: K.ifft2((x, 2 * x)),
        "rfft": lambda x: K.rfft(x, fft_length=6),
        "irfft": lambda x: K.irfft((x, x), fft_length=5),
    }
    for name, call in calls.items():
        case(name, call)
    for equation in ("bij->bji", "bij->b", "bij"):
        case(f"einsum.{equation}".replace("->", "_"), lambda x: K.einsum(equation, x))
    for equation in ("bij,bij->bi", "bij,bkj->bik", "bij,cij->bc", "...ij,...kj->...ik"):
        case(f"einsum.{equation}".replace("->", "_"), lambda x: K.einsum(equation, x, x))
    case("einsum.three", lambda x: K.einsum("bij,j,k->bik", x, ones(4), ones(2)))
    case("matmul.int8", lambda x, y: K.matmul(x, K.transpose(y, (0, 2, 1))), TYPES["int8"], TYPES["int8"])
    square = ((3, 3), "float32")
    definite = lambda x: K.matmul(x, K.transpose(x, (0, 2, 1))) + 3 * np.eye(3, dtype="float32")
    case("inv", K.inv, square)
    case("det", K.det, square)
    case("slogdet", K.slogdet, square)
    case("qr", K.qr, square)
    case("cholesky.upper", lambda x: K.cholesky(definite(x), upper=True), square)
    case("solve", lambda x: K.solve(x, K.ones_like(x)), square)
    case("solve_triangular", lambda x: K.solve_triangular(x + 2 * np.eye(3, dtype="float32"), K.ones_like(x)), square)


def neural():
    wide = lambda x: K.expand_dims(x, 2)
    calls = {
        "softmax.all": lambda x: K.softmax(x, axis=None),
        "log_softmax": lambda x: K.log_softmax(x, axis=1),
        "normalize.1": lambda x: K.normalize(x, axis=1, order=1),
        "layer_normalization": lambda x: K.layer_normalization(
            x, 2 * np.ones((3, 4), "float32"), np.ones((3, 4), "float32"), axis=(1, 2)),
        "batch_normalization": lambda x: K.batch_normalization(
            x, np.ones(3, "float32"), 2 * np.ones(3, "float32"), 1, np.ones(3, "float32"), 3 * np.ones(3, "float32")),
        "conv": lambda x: K.conv(x, np.ones((2, 4, 5), "float32"), padding="valid", dilation_rate=2),
        "depthwise_conv": lambda x: K.depthwise_conv(x, np.ones((2, 4, 2), "float32")),
        "separable_conv": lambda x: K.separable_conv(x, np.ones((2, 4, 2), "float32"), np.ones((1, 8, 3), "float32")),
        "max_pool": lambda x: K.max_pool(x, 2, strides=1, padding="same"),
        "average_pool": lambda x: K.average_pool(x, 2),
        "attention.causal": lambda x: K.dot_product_attention(wide(x), wide(x), wide(x), is_causal=True),
        "attention.bias": lambda x: K.dot_product_attention(
            wide(x), wide(x), wide(x), bias=np.ones((1, 1, 3, 3), "float32"), scale=0.3),
        "attention.mask": lambda x: K.dot_product_attention(
            wide(x), wide(x), wide(x), mask=np.tril(np.ones((1, 1, 3, 3))) > 0),
        "binary_crossentropy.logits": lambda x: K.binary_crossentropy(K.sigmoid(x), x, from_logits=True),
        "categorical_crossentropy.logits": lambda x: K.categorical_crossentropy(
            K.softmax(x), x, from_logits=True, axis=1),
    }
    for name, call in calls.items():
        case(name, call)
    case("unfold", lambda x: K.unfold(x, (2, 3), padding=1, stride=2), ((2, 6, 7), "float32"))
    case("stft", lambda x: K.stft(x, 12, 5, 16, window="hamming", center=False), ((40,), "float32"))
    image = ((5, 6, 3), "float32")
    case("extract_patches", lambda x: K.image.extract_patches(x, (2, 2), strides=(1, 2), padding="same"), image)
    case("resize", lambda x: K.image.resize(x, (3, 9), antialias=True), image)
    case("gaussian_blur", lambda x: K.image.gaussian_blur(x, (3, 5), (0.5, 1.0)), image)
    case("crop_images", lambda x: K.image.crop_images(
        x, top_cropping=1, left_cropping=1, bottom_cropping=1, right_cropping=2), image)
    case("pad_images", lambda x: K.image.pad_images(
        x, bottom_padding=1, right_padding=2, target_height=8, target_width=9), image)


def symmetric(x):
    return K.add(x, K.swapaxes(x, -1, -2))


def decompositions():
    square, tall, wide = ((4, 4), "float32"), ((5, 3), "float32"), ((3, 4), "float32")
    case("eigh", lambda x: K.eigh(symmetric(x)), square)
    for name, spec in (("square", square), ("tall", tall), ("wide", wide)):
        case(f"svd.{name}", K.svd, spec)
        case(f"svd.{name}.reduced", lambda x: K.svd(x, full_matrices=False), spec)
        case(f"svd.{name}.values", lambda x: K.svd(x, compute_uv=False), spec)
        case(f"pinv.{name}", K.linalg.pinv, spec)
        case(f"matrix_rank.{name}", K.linalg.matrix_rank, spec)
        case(f"lstsq.{name}", lambda x, y: K.lstsq(x[0], y[0]), spec, ((spec[0][0], 2), "float32"))
    case("pinv.rcond", lambda x: K.linalg.pinv(x, rcond=0.5), tall)
    case("matrix_rank.tol", lambda x: K.linalg.matrix_rank(x, tol=1.0), square)
    case("lu_factor", lambda x: K.lu_factor(x[0]), square)
    case("lstsq.vector", lambda x, y: K.lstsq(x[0], y[0]), tall, ((5,), "float32"))
    case("lstsq.rcond", lambda x, y: K.lstsq(x[0], y[0], rcond=0.4), tall, ((5,), "float32"))
    case("cholesky_inverse", lambda x: K.linalg.cholesky_inverse(K.cholesky(
        K.add(K.matmul(x, K.swapaxes(x, -1, -2)), K.eye(4)))), square)
    case("cholesky_inverse.upper", lambda x: K.linalg.cholesky_inverse(K.cholesky(
        K.add(K.matmul(x, K.swapaxes(x, -1, -2)), K.eye(4)), upper=True), upper=True), square)
    case("cdist", lambda x, y: K.cdist(x, y), wide, ((5, 4), "float32"))


def images():
    image, first = ((6, 5, 3), "float32"), ((3, 6, 5), "float32")
    transform = [1.1, 0.2, -0.7, -0.1, 0.9, 0.6, 0.01, -0.02]
    for method in ("bilinear", "nearest"):
        for fill in ("constant", "nearest", "reflect", "wrap"):
            case(f"affine_transform.{method}.{fill}", lambda x: K.image.affine_transform(
                x, np.array([transform] , "float32"), method, fill, 0.5), image)
    case("affine_transform.first", lambda x: K.image.affine_transform(
        x, np.array(transform, "float32"), data_format="channels_first"), first)
    case("affine_transform.int", lambda x: K.image.affine_transform(x, np.array(transform, "float32")), ((6, 5, 3), "uint8"))
    case("affine_transform.each", lambda x, t: K.image.affine_transform(x, t), image, ((8,), "float32"))
    start = np.array([[[0, 0], [0, 4], [5, 0], [5, 4]]] * 2, "float32")
    end = np.array([[[1.1, 0.6], [0, 4.2], [4.3, 1], [5, 3.1]]] * 2, "float32")
    for method in ("bilinear", "nearest"):
        case(f"perspective_transform.{method}", lambda x: K.image.perspective_transform(
            x, start, end, method, fill_value=0.5), image)
    case("perspective_transform.first", lambda x: K.image.perspective_transform(
        x, start, end, data_format="channels_first"), first)
    places = RANDOM.uniform(-3, 8, (3, 4, 5)).astype("float32")
    for order in (0, 1):
        for fill in ("constant", "nearest", "wrap", "mirror", "reflect"):
            case(f"map_coordinates.{order}.{fill}", lambda x: K.image.map_coordinates(
                x, places, order, fill, 0.25), ((5, 4), "float32"))
    case("map_coordinates.int", lambda x: K.image.map_coordinates(x, places, 1, "nearest"), ((5, 4), "int32"))
    for name in ("linear", "cubic", "lanczos3", "lanczos5"):
        for antialias in (True, False):
            case(f"scale_and_translate.{name}.{antialias}", lambda x: K.image.scale_and_translate(
                x, (2, 4, 7, 3), np.array([0.7, 1.3], "float32"), np.array([0.2, -0.4], "float32"), (1, 2), name,
                antialias), image)
    case("scale_and_translate.int", lambda x: K.image.scale_and_translate(
        x, (2, 4, 7, 3), np.array([0.7, 1.3], "float32"), np.array([0.2, -0.4], "float32"), (1, 2), "linear"),
        ((6, 5, 3), "uint8"))
    case("sobel_edges", K.image.sobel_edges, image)
    case("sobel_edges.first", lambda x: K.image.sobel_edges(x, data_format="channels_first"), first)
    case("psnr", lambda x, y: K.psnr(x, y, 2.0), image, image)
    big = ((14, 13, 2), "float32")
    case("ssim", lambda x, y: K.image.ssim(x, y, 2.0), big, big)
    case("elastic_transform", lambda x: K.image.elastic_transform(x, alpha=3.0, sigma=1.0, seed=3), image)
    for fill in ("constant", "nearest", "wrap", "reflect"):
        case(f"elastic_transform.{fill}", lambda x: K.image.elastic_transform(
            x, alpha=9.0, sigma=1.5, seed=4, fill_mode=fill, interpolation="nearest", fill_value=0.3), image)


def creation():
    case("full", lambda x: K.full((2, 3), x[0, 0, 0]), X)
    case("full_like", lambda x: K.full_like(x, 2.5), X)
    case("linspace", lambda x: K.linspace(x[0, 0], x[1, 1], 5), X)
    case("linspace.open", lambda x: K.linspace(x[0, 0], x[1, 1], 5, endpoint=False, axis=-1), X)
    case("linspace.step", lambda x: K.linspace(x[0, 0], x[1, 1], 5, retstep=True), X)
    case("logspace", lambda x: K.logspace(x[0, 0], x[1, 1], 5), X)
    case("logspace.base", lambda x: K.logspace(x[0, 0], x[1, 1], 5, base=2, endpoint=False), X)
    case("geomspace", lambda x: K.geomspace(K.exp(x[0, 0]), K.exp(x[1, 1]), 5), X)
    case("geomspace.open", lambda x: K.geomspace(K.exp(x[0, 0]), K.exp(x[1, 1]), 4, endpoint=False), X)
    case("array", lambda x: K.array(x, dtype="float16"), X)
    case("vander", lambda x: K.vander(x[0, 0]), X)
    case("vander.n", lambda x: K.vander(x[0, 0], 3, increasing=True), X)
    case("ndim", lambda x: K.add(x, K.ndim(x)), X)
    case("view", lambda x: K.view(x, dtype="int32"), X)
    case("view.narrow", lambda x: K.view(x, dtype="int16"), X)
    case("view.wide", lambda x: K.view(x, dtype="float32"), ((3, 4), "int16"))
    case("rearrange", lambda x: K.rearrange(x, "b (h p) c -> b h (p c)", p=2), ((4, 3), "float32"), batch=2)
    case("rearrange.swap", lambda x: K.rearrange(x, "b a c -> b c a"), X, batch=2)
    for t in ("float32", "int32"):
        case(f"isreal.{t}", K.isreal, TYPES[t])
        case(f"imag.{t}", K.imag, TYPES[t])
        case(f"angle.{t}", K.angle, TYPES[t])
    case("gcd", K.gcd, TYPES["int32"], TYPES["int32"])
    case("lcm", K.lcm, TYPES["int32"], TYPES["int32"])
    case("gcd.mixed", K.gcd, TYPES["int64"], TYPES["uint8"])
    case("lcm.mixed", K.lcm, TYPES["int64"], TYPES["int8"])
    case("nextafter", K.nextafter, X, X)
    case("nextafter.double", K.nextafter, TYPES["float64"], TYPES["float64"])


def statistics():
    case("corrcoef", lambda x: K.corrcoef(x[0]), X)
    for mode in ("valid", "same", "full"):
        case(f"correlate.{mode}", lambda x, y: K.correlate(x[0], y[0], mode), ((6,), "float32"), ((3,), "float32"))
        case(f"correlate.short.{mode}", lambda x, y: K.correlate(x[0], y[0], mode), ((3,), "float32"), ((6,), "float32"))
    for axis in (None, 1, -1, (1, 2)):
        for keep in (False, True):
            case(f"nanmedian.{axis}.{keep}", lambda x: K.nanmedian(x, axis, keepdims=keep), X, nan=True)
            case(f"nanquantile.{axis}.{keep}", lambda x: K.nanquantile(x, 0.3, axis, keepdims=keep), X, nan=True)
    for method in ("linear", "lower", "higher", "midpoint", "nearest"):
        case(f"nanquantile.{method}", lambda x: K.nanquantile(x, [0.2, 0.7], 1, method), X, nan=True)
        case(f"nanpercentile.{method}", lambda x: K.nanpercentile(x, [20.0, 70.0], 1, method), X, nan=True)
    case("argpartition", lambda x: K.take(x[0, 0], K.argpartition(x[0, 0], 2)), X)
    case("argpartition.axis", lambda x: K.argpartition(x[0, 0], 1), X)
    case("unravel_index", lambda x: K.unravel_index(K.abs(x), (4, 7)), TYPES["int32"])
    ids = np.array([0, 1, 1, 0, 2, 2], "int32")
    for name in ("min", "prod", "max", "sum"):
        fn = getattr(K, f"segment_{name}", None) or getattr(K.math, f"segment_{name}", None)
        if fn:
            for t in ("float32", "int32"):
                case(f"segment_{name}.{t}", lambda x: fn(K.reshape(x, (6, 4)), ids, num_segments=4), TYPES[t])
    case("scatter", lambda x: K.scatter(np.array([[0], [2], [0]]), K.reshape(x, (3, 8)), (5, 8)), X)
    case("scatter.points", lambda x: K.scatter(np.array([[0, 1], [2, 0], [0, 1]]), x[0, :, 0], (3, 2)), X)


def windows():
    signal, picture = ((7, 3), "float32"), ((5, 4, 3), "float32")
    for size in (1, 2, 3):
        for kind in ("average", "max"):
            fn = getattr(K, f"adaptive_{kind}_pool")
            case(f"adaptive_{kind}.{size}", lambda x: fn(x, (size,)), signal)
            case(f"adaptive_{kind}2d.{size}", lambda x: fn(x, (size, 2)), picture)
    case("adaptive_max.first", lambda x: K.adaptive_max_pool(x, (2, 2), data_format="channels_first"), picture)
    case("fold", lambda x: K.fold(x, (4, 5), (2, 2)), ((8, 12), "float32"))
    case("fold.options", lambda x: K.fold(x, (5, 5), (2, 2), dilation=2, padding=1, stride=2), ((8, 9), "float32"))
    case("istft", lambda x: K.istft(K.stft(x, 12, 5, 16), 12, 5, 16), ((40,), "float32"))
    case("istft.length", lambda x: K.istft(K.stft(x, 12, 4, 16, window="hamming"), 12, 4, 16, length=30,
                                           window="hamming"), ((40,), "float32"))
    case("istft.edge", lambda x: K.istft(K.stft(x, 12, 4, 12, center=False), 12, 4, 12, center=False), ((40,), "float32"))
    case("ctc_decode", lambda x: K.ctc_decode(x, np.array([7, 5]), "greedy"), ((7, 6), "float32"), batch=2)
    case("ctc_decode.merge", lambda x: K.ctc_decode(x, np.array([7, 5]), "greedy", merge_repeated=False, mask_index=0),
         ((7, 6), "float32"), batch=2)


def varying():
    """How large the results are is known when they are computed."""
    for t in ("bool", "int32", "float32"):
        case(f"nonzero.{t}", lambda x: K.nonzero(x), TYPES[t])
    for t in ("int32", "uint8", "int64", "float32"):
        case(f"unique.{t}", lambda x: K.unique(x), TYPES[t])
    case("unique.unsorted", lambda x: K.unique(x, sorted=False), TYPES["int32"])
    all = dict(return_index=True, return_inverse=True, return_counts=True)
    for order in (True, False):
        case(f"unique.all.{order}", lambda x: K.unique(x, sorted=order, **all), TYPES["int32"])
        for axis in (0, 1, -1):
            case(f"unique.axis.{axis}.{order}", lambda x: K.unique(K.concatenate([x, x], axis), order, axis=axis, **all),
                 ((3, 4), "int32"))
    for size in (3, 30):
        case(f"unique.size.{size}", lambda x: K.unique(x, size=size, **all), TYPES["int32"])
        case(f"unique.size.axis.{size}", lambda x: K.unique(K.mod(x, 2), axis=2, size=size, fill_value=9, **all), TYPES["int32"])


def transcriptions():
    labels = ((3,), "int32")
    lengths = np.array([3, 2]), np.array([7, 5])
    for t in ("float32", "float16", "float64"):
        case(f"ctc_loss.{t}", lambda l, x: K.ctc_loss(K.mod(K.abs(l), 4) + 1, x, *lengths), labels, ((7, 5), t), batch=2)
    for blank in (2, 4, -1):
        case(f"ctc_loss.blank.{blank}", lambda l, x: K.ctc_loss(K.mod(K.mod(l, 4) + blank + 1, 5), x, *lengths, blank),
             labels, ((7, 5), "float32"), batch=2)
    case("ctc_loss.inputs", lambda l, x, n, m: K.ctc_loss(K.mod(l, 4) + 1, x, K.mod(n, 3) + 1, K.mod(m, 3) + 5), labels,
         ((7, 5), "float32"), ((), "int32"), ((), "int32"))


for family in (elementwise, reductions, shapes, choices, matrices, neural, decompositions, images, creation, statistics,
               windows, varying, transcriptions):
    family()
for target, files in ((TARGET, entries), (TARGET.with_suffix(".gradients.zip"), gradients)):
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), files[name], zipfile.ZIP_DEFLATED, 9)
print("refused:", *refused, sep="\n  ")
print(sum(name.endswith(".json") for name in entries), "cases")
