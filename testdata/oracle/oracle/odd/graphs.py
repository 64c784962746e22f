"""Operations with arguments and types that nobody gives, calls, and models of models."""

import keras
import numpy as np
from keras import layers as L
from keras import ops

from ..inputs import bools, f32, holes, image, ints, steps, uniform
from .layers import inner


def several(c, family, rows, *specs, **kw):
    for name, f in rows.items():
        c.graph(f"{family}/{name}", f, *specs, **kw)


def operations(c):
    several(c, "operations", {
        "argmax_all": lambda x: [ops.argmax(x), ops.argmin(x, keepdims=True)],
        "sort_flat": lambda x: [ops.sort(x, axis=1), ops.argsort(x, axis=0)],
        "all_any_none": lambda x: [ops.all(x > -9), ops.any(x > 1, axis=(0, 2), keepdims=True)],
        "quantile_methods": lambda x: [ops.quantile(x, q, axis=a, method=m, keepdims=k) for q, a, m, k in (
            (.3, 1, "lower", False), (.7, (1, 2), "higher", True), ([.2, .9], -1, "nearest", False), (.5, None, "linear", False))],
        "percentile_median": lambda x: [ops.median(x, axis=(1, 2)), ops.median(x, keepdims=True)],
        "round_decimals": lambda x: [ops.round(x, 1), ops.round(x * 100, -1), ops.round(x, decimals=2)],
        "clip": lambda x: [ops.clip(x, -.5, .3), ops.clip(x, -1e9, 1)],
        "power_mixed": lambda x: [ops.power(x, 3), 2 ** x, ops.power(ops.abs(x), -.5), ops.square(x) ** .5],
        "take_out_of_range": lambda x: [ops.take(x, [-1, -2], axis=2), ops.take(x, 1), ops.take(x, [[5, 0]], axis=None)],
        "pad_negative_axis": lambda x: [ops.pad(x, ((1, 1), (1, 1), (1, 1))), ops.pad(x, ((0, 0), (1, 2), (2, 1)), constant_values=-3)],
        "concatenate_one": lambda x: [ops.concatenate([x]), ops.stack([x], axis=-1), ops.concatenate([x, x, x], axis=0)],
        "split_uneven": lambda x: list(ops.array_split(x, 3, axis=2)) + list(ops.split(x, [2], axis=1)),
        "einsum_forms": lambda x: [ops.einsum("bij->bji", x), ops.einsum("bij,bij->", x, x), ops.einsum("bij,bkj->bik", x, x), ops.einsum("bii->bi", x[:, :, :3])],
        "tensordot_zero": lambda x: [ops.tensordot(x, np.ones((2,), "float32"), axes=0), ops.tensordot(x, np.ones((4, 2), "float32"), axes=1)],
        "dot_ranks": lambda x: [ops.dot(x, np.ones((4,), "float32")), ops.dot(x, 2.0), ops.dot(x, np.ones((2, 4, 3), "float32"))],
        "matmul_ranks": lambda x: [ops.matmul(x, np.ones((4,), "float32")), ops.matmul(np.ones((3,), "float32"), x), ops.matmul(x[:, None], np.ones((5, 4, 2), "float32"))],
        "kron_vander": lambda x: [ops.kron(x[0], np.eye(2, dtype="float32")), ops.vander(x[0, 0], N=3, increasing=True), ops.outer(x[0, 0], x[0, 1])],
        "diag_forms": lambda x: [ops.diag(x[0, 0], k=1), ops.diag(x[0], k=-1), ops.diagflat(x[0], k=2), ops.diagonal(x, 1, 1, 2)],
        "cumulative": lambda x: [ops.cumsum(x), ops.cumprod(x, axis=-1, dtype="float64"), ops.nancumsum(x, axis=1), ops.cumsum(x > 0, axis=1)],
        "differences": lambda x: [ops.diff(x, n=2, axis=1), ops.diff(x, axis=0), ops.trapezoid(x, dx=.5, axis=1)],
        "correlate": lambda x: [ops.correlate(x[0, 0], x[0, 1], mode=m) for m in ("valid", "same", "full")],
        "corrcoef": lambda x: ops.corrcoef(x[0]),
        "searchsorted": lambda x: [ops.searchsorted(np.array([-1., 0., 1.], "float32"), x[0, 0], side=s) for s in ("left", "right")],
        "meshgrid_ij": lambda x: ops.meshgrid(x[0, 0], x[0, :, 0], indexing="ij"),
        "linspace": lambda x: [ops.linspace(x[:, 0], x[:, 1], 5, axis=1), ops.linspace(x[:, 0], 2., 3, endpoint=False), ops.logspace(x[:, 0], x[:, 1], 3, base=2.), ops.geomspace(ops.exp(x[:, 0]), ops.exp(x[:, 1]), 4)],
        "unravel": lambda x: ops.unravel_index(ops.argmax(ops.reshape(x, (-1, 12)), axis=1), (3, 4)),
        "nan_reductions": lambda x: [f(ops.where(x > .5, np.nan, x), axis=1) for f in (ops.nansum, ops.nanmean, ops.nanmax, ops.nanmin, ops.nanstd, ops.nanvar, ops.nanprod, ops.nanmedian)],
        "norms": lambda x: [ops.norm(x), ops.norm(x, ord=2, axis=1), ops.norm(x, ord=-1, axis=2, keepdims=True), ops.norm(x, ord="nuc", axis=(1, 2)), ops.norm(x, ord=-np.inf, axis=(1, 2))],
        "normalize": lambda x: [ops.normalize(x, axis=1, order=1), ops.normalize(x, axis=2, order=3)],
        "averages": lambda x: [ops.average(x), ops.average(x, axis=1, weights=np.array([1., 2., 0.], "float32")), ops.mean(x, axis=(0, 2))],
        "reshapes": lambda x: [ops.reshape(x, (-1, 2, 6)), ops.reshape(x, (-1,))],
        "rot_roll": lambda x: [ops.rot90(x, k=3, axes=(2, 1)), ops.roll(x, 5), ops.roll(x, (-1, 2), axis=(2, 1)), ops.flip(x)],
        "swap_move": lambda x: [ops.moveaxis(x, (0, 1), (-1, 0)), ops.swapaxes(x, -1, 0), ops.transpose(x)],
        "squeeze_expand": lambda x: [ops.squeeze(x[:, :1]), ops.squeeze(x[:, :1, :1], axis=(1, 2)), ops.expand_dims(x, (0, -1))],
        "select_default": lambda x: ops.select([x > 1, x > 0], [x, -x]),
        "where_forms": lambda x: [ops.where(x > 0, 1, 0), ops.where(x > 0, x, 0), ops.where(x > 0, 1., np.arange(4, dtype="float32"))],
        "topk_unsorted": lambda x: [ops.top_k(x, 1)[0], ops.top_k(x, 3, sorted=False)[0].shape[-1] + x],
        "scatter": lambda x: [ops.scatter(np.array([[0], [3]]), x[0, :2], (5, 4)), ops.scatter_update(x[0], np.array([[1], [0]]), x[1, :2])],
        "slice_dynamic": lambda x: ops.slice(x, (0, 1, 2), (1, 2, 2)),
        "segments": lambda x: [ops.segment_max(x[0, :, 0], np.array([0, 0, 1]), 2), ops.segment_sum(x[0], np.array([2, 0, 2]), 4), ops.segment_min(x[0, :, 0], np.array([0, 1, 1])), ops.segment_prod(x[0, :, 1], np.array([0, 0, 1]), 3)],
        "one_hot_forms": lambda x: [ops.one_hot(ops.cast(x, "int32"), 3, axis=1), ops.one_hot(ops.cast(x, "int32"), 2, dtype="int32"), ops.multi_hot(ops.cast(ops.abs(x), "int32"), 4, axis=1)],
        "logsumexp": lambda x: [ops.logsumexp(x), ops.logsumexp(x, axis=(0, 1), keepdims=True), ops.log_softmax(x, axis=1), ops.sparsemax(x, axis=1)],
        "moments": lambda x: ops.moments(x, axes=(0, 2), keepdims=True),
        "attention": lambda x: ops.dot_product_attention(x[:, :, None], x[:, :, None], x[:, :, None], bias=ops.ones((1, 1, 3, 3)) * .5, mask=np.tril(np.ones((1, 1, 3, 3), bool)), scale=None),
        "cdist": lambda x: ops.cdist(x, x[:, :2]) if hasattr(ops, "cdist") else x,
        "activations": lambda x: [ops.gelu(x, approximate=False), ops.leaky_relu(x, .3), ops.elu(x, .5), ops.celu(x, 2.), ops.hard_shrink(x, .2), ops.soft_shrink(x, .1), ops.threshold(x, .2, -5.), ops.squareplus(x, 1), ops.sparse_sigmoid(x), ops.glu(x, axis=2), ops.hard_tanh(x)],
        "view": lambda x: [ops.view(x, "int32"), ops.view(ops.cast(x, "float16"), "int16")] if hasattr(ops, "view") else x,
        "nextafter": lambda x: [ops.nextafter(x, 0. * x), ops.copy(x), ops.ldexp(x, ops.cast(x * 2, "int32")), ops.signbit(x)],
        "logic_of_floats": lambda x: [ops.logical_and(x, x > 0), ops.logical_not(x), ops.logical_xor(x > 0, x > 1), ops.count_nonzero(x > 0, axis=1)],
        "append_flat": lambda x: [ops.append(x, x), ops.append(x, x[:, :1], axis=1), ops.hstack([x, x]), ops.dstack([x, x]), ops.vstack([x, x])],
        "repeat_flat": lambda x: [ops.repeat(x, 2), ops.tile(x, 2), ops.tile(x, (2, 1, 1, 2)), ops.ravel(x)],
        "tri": lambda x: [ops.tril(x, 1), ops.triu(x, -1), x * ops.tri(3, 4, -1), ops.trace(x, 1, 1, 2), x[:, :, :3] + ops.eye(3, k=1)],
    }, f32(3, 4))


def integers(c):
    for dtype in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64"):
        signed = not dtype.startswith("u")
        c.graph(f"integers/{dtype}", lambda x: [y for y in (safe(lambda i=i: one(x, i)) for i in (range(28) if signed else (0, 1, 4, 6, 8, 9, 12, 16, 17, 26))) if y is not None],
                ints(4, low=-5 if signed else 0, high=9, dtype=dtype))
    c.graph("integers/bool", lambda x: [x * 3, ops.sum(x, axis=1), ops.mean(x, axis=1), ops.cast(x, "int8") - 1, x / 2, ops.max(x, axis=1), x & ~x, x ^ True, ops.cumsum(x, axis=1),
                                        ops.prod(x, axis=1), ops.var(x, axis=1), ops.where(x, 1, 2.5)], bools(4))
    c.graph("integers/shifts", lambda x: [ops.left_shift(x, 2), ops.right_shift(x, 1), x & 6, x | 1, x ^ 3, ops.bitwise_invert(x), ops.gcd(x, 6), ops.lcm(x, 4)], ints(4, low=-9, high=9))
    c.graph("integers/to_bytes", lambda x: [ops.cast(x, d) for d in ("uint8", "int8", "int16", "bool", "float16", "bfloat16")], uniform(6, low=-3, high=200))
    c.graph("integers/saturate", lambda x: [ops.saturate_cast(x, d) for d in ("uint8", "int8", "uint16", "int32")], uniform(6, low=-1e5, high=1e5))
    c.graph("integers/mixed", lambda x, y: [x + y, x * y, ops.maximum(x, y), ops.where(x > 0, x, y), ops.concatenate([x, y], axis=-1), x / y, x // y, x % y, ops.power(x, y - y + 2), ops.equal(x, y)],
            ints(4, low=-4, dtype="int8"), ints(4, low=1, dtype="int64"))
    c.graph("integers/with_floats", lambda x, y: [x + y, x * 2.5, ops.matmul(ops.cast(x, "float32"), ops.transpose(y)), ops.maximum(x, y), x - 1.5, ops.stack([x, y])],
            ints(4, dtype="int16"), f32(4, dtype="float16"), tags=("float16",))


def safe(f):
    try:
        return f()
    except Exception:
        return None


def one(x, i):
    y = ops.maximum(x, 1)
    fs = [lambda: x // 3, lambda: x % 3, lambda: -x, lambda: abs(x), lambda: x * 2, lambda: x ** 2, lambda: x / 2, lambda: ops.floor(x), lambda: ops.mean(x, axis=1),
          lambda: ops.sum(x, axis=1), lambda: ops.prod(y, axis=1), lambda: ops.std(x, axis=1), lambda: ops.max(x, axis=1), lambda: ops.sqrt(ops.abs(x)), lambda: ops.exp(x),
          lambda: ops.sign(x), lambda: x > 2, lambda: ops.cumsum(x, axis=1), lambda: ops.round(x), lambda: ops.divide_no_nan(x, x - x[:, :1]), lambda: ops.matmul(x, ops.transpose(x)),
          lambda: ops.average(x, axis=1), lambda: ops.median(x, axis=1), lambda: ops.clip(x, 1, 3), lambda: ops.relu(x), lambda: ops.square(x), lambda: ops.sort(x), lambda: ops.dot(x, x[0])]
    return fs[i]()


def signals(c):
    several(c, "signals", {
        "stft": lambda x: list(ops.stft(x, 8, 4, 16, window="hann", center=False)),
        "stft_centred": lambda x: list(ops.stft(x, 8, 3, 8, window="hamming", center=True)),
        "stft_plain": lambda x: list(ops.stft(x, 6, 2, 8, window=None)),
        "istft": lambda x: ops.istft(ops.stft(x, 8, 4, 8), 8, 4, 8, length=32),
        "istft_plain": lambda x: ops.istft(ops.stft(x, 8, 4, 16, window=None), 8, 4, 16, window=None),
        "fft": lambda x: list(ops.fft((x, x * .5))),
        "fft2": lambda x: list(ops.fft2((ops.reshape(x, (-1, 4, 8)), ops.reshape(x, (-1, 4, 8)) * 0.))),
        "ifft2": lambda x: list(ops.ifft2((ops.reshape(x, (-1, 4, 8)), ops.reshape(x, (-1, 4, 8))))),
        "rfft_lengths": lambda x: list(ops.rfft(x, 20)) + list(ops.rfft(x, 40)),
        "irfft": lambda x: [ops.irfft(ops.rfft(x)), ops.irfft(ops.rfft(x), fft_length=16)],
        "sequences": lambda x: ops.extract_sequences(x, 6, 3),
    }, f32(32), tolerance={"rtol": 1e-4, "atol": 1e-4})


def pictures(c):
    I = keras.ops.image
    several(c, "pictures", {
        "resize_kinds": lambda x: [I.resize(x, (4, 9), interpolation=i, antialias=a) for i, a in (("bilinear", True), ("nearest", False), ("bicubic", True), ("lanczos3", False))],
        "resize_crop": lambda x: I.resize(x, (4, 9), crop_to_aspect_ratio=True),
        "affine_modes": lambda x: [I.affine_transform(x, np.array([.9, .1, 1., -.1, 1.1, -1., 0, 0], "float32"), interpolation=i, fill_mode=f, fill_value=3.)
                                   for i, f in (("nearest", "constant"), ("bilinear", "nearest"), ("bilinear", "wrap"), ("nearest", "reflect"))],
        "perspective": lambda x: I.perspective_transform(x, np.array([[[0., 0.], [6., 0.], [0., 5.], [6., 5.]]] * 1, "float32"), np.array([[[1., 0.], [5., 1.], [0., 4.], [6., 5.]]] * 1, "float32")),
        "coordinates": lambda x: [I.map_coordinates(x[0, :, :, 0], ops.stack([x[1, :, :, 0] / 60., x[1, :, :, 1] / 60.]), order=o, fill_mode=f) for o, f in ((0, "nearest"), (1, "mirror"), (1, "reflect"))],
        "colours": lambda x: [I.rgb_to_hsv(x / 255.), I.hsv_to_rgb(x / 255.), I.rgb_to_grayscale(x)],
        "patches": lambda x: [I.extract_patches(x, 2, strides=1, dilation_rate=2), I.extract_patches(x, (3, 2), strides=1, padding="same")],
        "blur_sobel": lambda x: [I.gaussian_blur(x, kernel_size=(5, 3), sigma=(.5, 2.)), I.sobel_edges(x) if hasattr(I, "sobel_edges") else x],
        "pad_crop": lambda x: [I.pad_images(x, top_padding=1, left_padding=2, bottom_padding=0, right_padding=1), I.crop_images(x, 1, 0, 1, 2), I.crop_images(x, top_cropping=1, left_cropping=2, target_height=2, target_width=3)],
        "translate": lambda x: I.scale_and_translate(x, (2, 9, 8, 3), np.array([1.5, 1.2], "float32"), np.array([.5, -1.], "float32"), (1, 2), "linear"),
        "elastic": lambda x: I.elastic_transform(x, alpha=2., sigma=1., seed=3)[:, :0],
        "nn": lambda x: [ops.max_pool(x, (2, 3), strides=(2, 1), padding="same"), ops.average_pool(x, 2, padding="valid"), ops.adaptive_average_pool(x, (2, 3)) if hasattr(ops, "adaptive_average_pool") else x,
                         ops.depth_to_space(ops.concatenate([x] * 4, axis=-1), 2), ops.unfold(ops.transpose(x, (0, 3, 1, 2)), (2, 3), dilation=(1, 2), padding=1, stride=2)],
        "fold": lambda x: ops.fold(ops.unfold(ops.transpose(x, (0, 3, 1, 2)), 2, stride=2), (6, 6), 2, stride=2) if hasattr(ops, "fold") else x,
        "norms": lambda x: [ops.layer_normalization(x, axis=(1, 3)), ops.rms_normalization(x, scale=np.ones((3,), "float32") * 2, axis=-1), ops.batch_normalization(
            x, np.ones(3, "float32"), np.full(3, 2., "float32"), axis=3, offset=np.ones(3, "float32"), scale=np.full(3, .5, "float32"), epsilon=.1)],
        "ssim_psnr": lambda x: [ops.psnr(x, x * .9 + 3, 255.), ops.ssim(x, x * .9, 255., filter_size=3) if hasattr(ops, "ssim") else x],
    }, image(6, 7), tolerance={"rtol": 1e-4, "atol": 1e-3})
    several(c, "pictures_of_bytes", {
        "resize": lambda x: [I.resize(x, (4, 4)), I.resize(x, (8, 9), interpolation="nearest")],
        "gray": lambda x: I.rgb_to_grayscale(x),
        "arithmetic": lambda x: [x + 1, x / 255, ops.mean(x, axis=(1, 2)), 255 - x, ops.cast(x, "float32") / 127.5 - 1],
    }, image(5, 6, dtype="uint8"))


def calls(c):
    several(c, "calls", {
        "keywords": lambda x: L.Dense(2)(inputs=x),
        "training_true": lambda x: L.BatchNormalization()(x, training=True),
        "training_false_nested": lambda x: inner(lambda y: L.Dropout(.5)(L.Dense(3)(y)), (4,))(x, training=False),
        "none_argument": lambda x: L.LSTM(2)(ops.reshape(x, (-1, 2, 2)), initial_state=None, mask=None),
        "list_of_one": lambda x: L.Add()([x, x * 2]),
        "concatenate_of_nested": lambda x: L.Concatenate()([x, inner(lambda y: L.Dense(2)(y), (4,))(x), ops.relu(x)]),
        "attention_all": lambda x: (lambda y: list(L.MultiHeadAttention(2, 2, value_dim=3, output_shape=5, attention_axes=(1,))(y, y, y, return_attention_scores=True, use_causal_mask=True)))(ops.reshape(x, (-1, 2, 2))),
        "attention_mask_constant": lambda x: (lambda y: L.MultiHeadAttention(2, 2)(y, y, attention_mask=np.array([[[True, False], [True, True]]])))(ops.reshape(x, (-1, 2, 2))),
        "attention_scores": lambda x: (lambda y: L.Attention(score_mode="concat", use_scale=True, dropout=.1)([y, y, y * 2], return_attention_scores=True, use_causal_mask=True))(ops.reshape(x, (-1, 2, 2))),
        "operation_keywords": lambda x: ops.concatenate(xs=[x, ops.multiply(x1=x, x2=x)], axis=-1),
        "operation_of_layers": lambda x: ops.add(L.Dense(3)(x), L.Dense(3, use_bias=False)(x)),
        "numpy_first": lambda x: ops.subtract(np.ones((1, 4), "float32"), x),
        "same_tensor_twice": lambda x: ops.multiply(x, x) + ops.subtract(x, x),
        "outputs_repeated": lambda x: (lambda y: [y, x, y, [y]])(L.Dense(2)(x)),
        "normalization_mask_keyword": lambda x: L.BatchNormalization()(x),
        "slices": lambda x: [x[:, -1:], x[:, 1:3, None], x[..., ::-2], x[:, :], x[:, 3:0:-1]],
        "layer_on_slice": lambda x: L.Dense(2)(x[:, 1:]) + L.Dense(2)(x[:, :-1]),
        "identity_chain": lambda x: L.Identity()(L.Identity()(x)),
        "feature_axis_last": lambda x: L.Dense(3)(ops.expand_dims(x, -1)),
        "scalar_result": lambda x: ops.sum(x) * x,
        "batch_reduced": lambda x: x - ops.mean(x, axis=0, keepdims=True),
        "batch_merged": lambda x: ops.reshape(L.Dense(2)(ops.reshape(x, (-1, 2))), (-1, 4)),
        "softmax_then_take": lambda x: ops.take_along_axis(ops.softmax(x), ops.argsort(x), axis=1),
    }, f32(4))


def models(c):
    def tower(name, n=4, **kw):
        return keras.Sequential([keras.Input((n,)), L.Dense(n, activation="tanh"), L.BatchNormalization(**kw)], name=name)
    c.graph("models/two_levels_shared", lambda x: (lambda t: t(x) + keras.Sequential([t, L.Dense(4)], name="s")(x))(tower("t")), f32(4), grads=True, train=True)
    c.graph("models/wrapper_of_shared_model", lambda x: (lambda t: L.TimeDistributed(t)(ops.reshape(x, (-1, 2, 2))) + ops.reshape(t(ops.reshape(x, (-1, 2))), (-1, 2, 2)))(tower("t", 2)), f32(4))
    c.graph("models/shared_in_two_wrappers", lambda x: (lambda d: [L.TimeDistributed(d)(x), L.Bidirectional(L.GRU(2))(L.TimeDistributed(d, name="again")(x))])(L.Dense(3)), f32(3, 4))
    c.graph("models/multi_input_nested", lambda a, b: inner(lambda x, y: [x + y, L.Dense(2)(x), y], (3,), (3,))([b, a]), f32(3), f32(3))
    c.graph("models/nested_keywords", lambda a, b: inner(lambda x, y: L.Dense(2)(x) * L.Dense(2)(y), (3,), (3,), name="n")([a, inner(lambda x: -x, (3,), name="m")(b)]), f32(3), f32(3))
    c.graph("models/functional_without_weights", lambda x: inner(lambda y: ops.exp(y) + 1., (4,))(x), f32(4))
    c.graph("models/sequential_of_one", lambda x: keras.Sequential([L.Dense(2)])(x), f32(4))
    c.graph("models/empty_nested", lambda x: keras.Sequential([L.InputLayer((4,)), L.Identity()])(x), f32(4))
    c.model("models/sequential_only_flatten", lambda: keras.Sequential([keras.Input((2, 3)), L.Flatten()], name="m"), f32(2, 3))
    c.model("models/sequential_of_models", lambda: keras.Sequential([keras.Input((4,)), tower("a"), inner(lambda x: [x * 2][0], (4,), name="b"), tower("c")], name="m"), f32(4), grads=True, train=True)

    def clone():
        x = keras.Input((4,), name="x")
        m = keras.Model(x, L.Dense(3, name="d")(tower("t")(x)), name="m")
        return keras.models.clone_model(m)
    c.model("models/clone", clone, f32(4))

    def resumed():
        m = tower("m")
        m.pop()
        m.add(L.Dense(2, name="new"))
        return m
    c.model("models/popped", resumed, f32(4))

    def frozen():
        m = inner(lambda x: L.Dense(2, name="last")(tower("t")(x)), (4,), name="m")
        m.get_layer("t").trainable = False
        return m
    c.model("models/frozen_tower", frozen, f32(4), grads=True, train=True)
    c.graph("models/recurrent_over_nested", lambda x: L.RNN(L.LSTMCell(2))(L.TimeDistributed(inner(lambda y: L.Dense(3)(L.Flatten()(y)), (2, 2)))(x)), f32(3, 2, 2))
    c.graph("models/dictionary_inside", lambda x: keras.Model({"b": (a := keras.Input((4,), name="b"))}, {"z": L.Dense(2)(a), "a": a}, name="d")({"b": x})["z"], f32(4))
    c.graph("models/residual_elu", lambda x: L.Add()([x, L.Dense(4, activation=L.ELU())(L.Dense(3, activation=L.LeakyReLU(.1))(x))]), f32(4), grads=True)
    c.graph("models/masks_into_dictionary", lambda x: keras.Model({"b": (a := keras.Input((5, 3), name="b"))}, {"z": L.GRU(2)(a)}, name="d")({"b": L.Embedding(7, 3, mask_zero=True)(x)})["z"], holes(5, high=7))
    c.graph("models/masks_two_of_three", lambda a, b, d: L.GRU(2)(L.Add()([L.Masking()(a), b, L.Masking()(d)])), steps(4, 3), f32(4, 3), steps(4, 3))
