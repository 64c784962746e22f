"""Policies, operations, indices, strings, options and arguments."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L
from keras import ops

from ..inputs import bools, f32, holes, image, ints, padded, strings, uniform
from .graphs import model


def quantised(m, mode):
    m.quantize(mode)
    return m


def policies(c):
    c.graph("policies/mixed16_in_float32", lambda x: L.Dense(2)(L.Dense(3, dtype="mixed_float16")(x)), f32(4), tags=("float16",))
    c.graph("policies/embedding16_mask", lambda x: L.GRU(2, dtype="mixed_float16")(L.Embedding(7, 3, mask_zero=True, dtype="mixed_float16")(x)), holes(5, high=7), tags=("float16",))
    c.graph("policies/nested_model_mixed", lambda x: model(lambda y: L.Dense(2)(L.Dense(3, dtype="mixed_bfloat16")(y)), (4,))(x), f32(4), tags=("bfloat16",))
    c.graph("policies/softmax_back_to_32", lambda x: L.Activation("softmax", dtype="float32")(L.Dense(3, dtype="mixed_float16")(x)), f32(4), tags=("float16",))
    c.graph("policies/add_mixed", lambda x: L.Add()([L.Dense(3, dtype="mixed_float16")(x), L.Dense(3)(x)]), f32(4), tags=("float16",))
    c.graph("policies/ops_on_half", lambda x: ops.exp(L.Dense(3, dtype="float16")(x)) * 2.0 + 1, f32(4), tags=("float16",))
    c.graph("policies/concat_half_double", lambda x: ops.concatenate([L.Dense(2, dtype="float64")(x), L.Dense(2, dtype="float16")(x)], axis=-1), f32(4), tags=("float16",))
    c.graph("policies/attention_mixed", lambda x: L.MultiHeadAttention(2, 2, dtype="mixed_bfloat16")(x, x), f32(4, 4), tags=("bfloat16",))
    c.graph("policies/int8_dense_nested", lambda x: quantised(model(lambda y: L.Dense(3)(L.Dense(8, activation="relu")(y)), (6,)), "int8")(x), f32(6), tags=("quantized",))
    c.graph("policies/int4_dense_nested", lambda x: quantised(model(lambda y: L.Dense(3)(L.Dense(8, activation="relu")(y)), (6,)), "int4")(x), f32(6), tags=("quantized",))


def operations(c):
    A = f32(3, 4)
    P = uniform(3, 4, low=.2, high=2.)
    fs = {
        "prod_dtype": lambda x: ops.prod(x, axis=-2, dtype="float64"),
        "max_initial": lambda x: ops.max(x, axis=-1, initial=0.3),
        "min_initial_all": lambda x: ops.min(x, axis=(1, 2), initial=-0.1, keepdims=True),
        "argmax_keepdims": lambda x: ops.argmax(x, axis=-2, keepdims=True),
        "top_k": lambda x: list(ops.top_k(x, 2)),
        "roll_many": lambda x: ops.roll(x, (1, -2), axis=(1, 2)),
        "flip_many": lambda x: ops.flip(x, axis=(1, -1)),
        "pad_reflect": lambda x: ops.pad(x, ((0, 0), (1, 1), (2, 0)), mode="reflect"),
        "pad_symmetric": lambda x: ops.pad(x, ((0, 0), (2, 1), (0, 1)), mode="symmetric"),
        "repeat_list": lambda x: ops.repeat(x, [1, 0, 2], axis=1),
        "reshape_minus": lambda x: ops.reshape(x, (-1, 2, 6)),
        "squeeze_expand": lambda x: ops.squeeze(ops.expand_dims(x, (1, -1)), axis=(1, -1)),
        "split_list": lambda x: list(ops.split(x, [1, 3], axis=-1)),
        "unstack": lambda x: ops.unstack(x, 3, axis=1)[2],
        "where_three": lambda x: ops.where(ops.abs(x) < 0.5, ops.zeros_like(x), x ** 3),
        "select": lambda x: ops.select([x > 1.0, x < -1.0], [x * 0.0, x * 2.0], default=7.0),
        "clip_none": lambda x: ops.clip(x, -0.5, 0.25),
        "take_nested": lambda x: ops.take(x, [[0, 1], [2, -1]], axis=2),
        "einsum_ellipsis": lambda x: ops.einsum("...ij->...j", x),
        "tensordot_axes": lambda x: ops.tensordot(x, np.ones((4, 3, 2), "float32"), axes=[[1, 2], [1, 0]]),
        "matmul_constant_left": lambda x: ops.matmul(np.linspace(-1, 1, 6, dtype="float32").reshape(2, 3), x),
        "norm_inf": lambda x: ops.norm(x, ord=np.inf, axis=-1),
        "one_hot_axis": lambda x: ops.one_hot(ops.cast(ops.abs(x) * 2, "int32"), 4, axis=1, dtype="float32"),
        "diag_trace": lambda x: [ops.diagonal(x, offset=1, axis1=1, axis2=2), ops.trace(x, offset=-1, axis1=1, axis2=2), ops.tril(x, -1), ops.triu(x, 1)],
        "quantile": lambda x: ops.quantile(x, [0.1, 0.5], axis=-1, method="midpoint"),
        "digitize": lambda x: ops.digitize(x, np.array([-1.0, 0.0, 0.5], "float32")),
        "linspace_between": lambda x: ops.linspace(x[:, 0, 0], x[:, 1, 0], num=4, axis=-1),
        "scalars_int": lambda x: 3 - x // 1 + 2 ** (x * 0 + 1) - (7 % (ops.abs(x) + 1)),
        "compare_int_float": lambda x: ops.cast(x, "int32") >= x,
        "rfft": lambda x: list(ops.rfft(x, fft_length=6)),
        "segment_sum": lambda x: ops.segment_sum(x[0], np.array([0, 0, 2], "int32"), num_segments=4),
        "conv_op": lambda x: ops.conv(x, np.ones((2, 4, 3), "float32"), strides=1, padding="same", dilation_rate=2),
        "moments": lambda x: list(ops.moments(x, axes=[1, 2], keepdims=True)),
        "attention_op": lambda x: ops.dot_product_attention(ops.reshape(x, (-1, 3, 2, 2)), ops.reshape(x, (-1, 3, 2, 2)), ops.reshape(x, (-1, 3, 2, 2)), is_causal=True, scale=0.3),
        "slice_update": lambda x: ops.slice_update(x, (0, 1, 0), np.zeros((2, 1, 4), "float32")),
        "nan_ops": lambda x: [ops.nansum(ops.where(x > 1, np.nan, x), axis=-1), ops.nan_to_num(ops.where(x > 1, np.inf, x), posinf=4.0)],
        "unravel": lambda x: list(ops.unravel_index(ops.argmax(ops.reshape(x, (-1, 12)), axis=-1), (3, 4))),
        "isin_isclose": lambda x: [ops.isin(ops.round(x), [0.0, 1.0]), ops.isclose(x, ops.round(x), rtol=0.1, atol=0.05)],
        "power_consts": lambda x: [ops.power(2.0, x), ops.power(ops.abs(x), 0.5), ops.logaddexp(x, 1.0), ops.arctan2(x, 2.0), ops.maximum(0.5, x)],
    }
    for name, f in fs.items():
        c.graph(f"operations/{name}", f, A)
    fs4 = {
        "resize_pad": lambda x: ops.image.resize(x, (8, 5), pad_to_aspect_ratio=True, fill_value=3.0),
        "gray_hsv": lambda x: [ops.image.rgb_to_grayscale(x), ops.image.rgb_to_hsv(x / 255.0)],
        "patches": lambda x: ops.image.extract_patches(x, (2, 3), strides=(2, 1), padding="same"),
        "affine": lambda x: ops.image.affine_transform(x, np.array([1., .1, 2., -.1, 1., -1., 0, 0], "float32"), fill_mode="reflect"),
        "blur": lambda x: ops.image.gaussian_blur(x, (3, 3), (1.0, 0.5)),
        "crop_pad": lambda x: ops.image.pad_images(ops.image.crop_images(x, 1, 1, target_height=3, target_width=4), 2, 1, target_height=7, target_width=8),
        "depth_space": lambda x: ops.nn.space_to_depth(x, 2) ,
        "depthwise": lambda x: ops.depthwise_conv(x, np.ones((2, 2, 3, 2), "float32") * .1, strides=2, padding="same"),
        "separable": lambda x: ops.separable_conv(x, np.ones((2, 2, 3, 1), "float32") * .1, np.ones((1, 1, 3, 4), "float32"), padding="valid"),
        "psnr": lambda x: ops.psnr(x, x * 0.9, 255.0),
    }
    for name, f in fs4.items():
        c.graph(f"images/{name}", f, image(6, 6))
    lin = {
        "cholesky": lambda x: ops.linalg.cholesky(x @ ops.transpose(x, (0, 2, 1)) + ops.eye(3)),
        "det_inv": lambda x: [ops.det(x), ops.inv(x + 3.0 * ops.eye(3))],
        "eigh": lambda x: ops.eigh(x + ops.transpose(x, (0, 2, 1)))[0],
        "qr_r": lambda x: ops.abs(ops.qr(x)[1]),
        "svd_values": lambda x: ops.svd(x, compute_uv=False),
        "solve": lambda x: ops.solve(x + 3.0 * ops.eye(3), x[:, :, :1]),
        "solve_triangular": lambda x: ops.solve_triangular(x + 3.0 * ops.eye(3), x, lower=True),
        "lstsq": lambda x: ops.lstsq(x[0, :, :2], x[0, :, 2]),
        "slogdet": lambda x: list(ops.slogdet(x)),
    }
    for name, f in lin.items():
        c.graph(f"linalg/{name}", f, f32(3, 3), tolerance={"rtol": 1e-4, "atol": 1e-4})


def indexing(c):
    fs = {
        "ellipsis_middle": lambda x: x[:, ..., 1],
        "none_middle": lambda x: x[:, None, 1:, ..., None],
        "negative_step": lambda x: x[:, ::-2, ::-1],
        "all_kinds": lambda x: x[:, -1, None, ..., 1:3],
        "start_only": lambda x: x[:, 2:],
        "stop_negative": lambda x: x[:, :-1, :-2],
        "empty": lambda x: x[:, 1:1],
        "beyond": lambda x: x[:, 1:99],
        "list_index": lambda x: ops.take(x, np.array([2, 0]), axis=1),
        "batch_one": lambda x: x[0],
        "none_last": lambda x: x[..., None],
        "twice": lambda x: x[:, 1][:, 2],
        "step_slice": lambda x: x[:, 0:3:2, 1::3],
        "boolean_mask_where": lambda x: ops.where(x[:, :, :1] > 0, x, 0.0),
        "nonzero": lambda x: ops.nonzero(x[0, 0] > 0)[0],
        "pairs": lambda x: x[:, :2] - x[:, -2:],
        "symbolic_gather": lambda x: ops.take(x, ops.argmax(x[0, 0]), axis=-1),
    }
    for name, f in fs.items():
        c.graph(f"indexing/{name}", f, f32(3, 4), grads=name != "nonzero")
    c.graph("indexing/tensor_bounds", lambda x, i: ops.take_along_axis(x, i[:, None], axis=1), f32(4), ints(high=4))
    c.graph("indexing/string_column", lambda x: L.StringLookup(vocabulary=["a", "b"])(x[:, 1]), strings(3, values=["a", "b", "c"]))
    c.graph("indexing/bool_column", lambda x: ops.cast(x[:, ::2], "int32"), bools(5))


def texts(c):
    V = ["a", "b", "ü", "日本"]
    S = strings(3, values=V + ["?"])
    c.graph("strings/lookup_then_embed", lambda x: L.Dense(2)(L.Flatten()(L.Embedding(6, 2, mask_zero=True)(L.StringLookup(vocabulary=V, mask_token="")(x)))), S)
    c.graph("strings/invert", lambda x: L.StringLookup(vocabulary=V, invert=True)(x), ints(3, high=5))
    c.graph("strings/multi_oov", lambda x: L.StringLookup(vocabulary=V, num_oov_indices=3, output_mode="multi_hot")(x), S)
    c.graph("strings/hash_salt", lambda x: L.Hashing(7, salt=[3, 5], output_mode="count")(x), S)
    c.graph("strings/hash_mask", lambda x: L.Hashing(5, mask_value="a")(x), S)
    c.graph("strings/crossing", lambda a, b: L.HashedCrossing(9, output_mode="one_hot")((a, b)), strings(1, values=V), ints(1))
    c.graph("strings/text", lambda x: L.TextVectorization(vocabulary=["the", "cat", "sat"], output_sequence_length=4)(x), strings(1, values=["The cat!", "sat, the. CAT dog mouse", ""]))
    c.graph("strings/text_chars", lambda x: L.TextVectorization(vocabulary=["a", "b", "c"], split="character", standardize="lower", output_mode="count")(x), strings(1, values=["aBc", "ccc a", "zü"]))
    c.graph("strings/text_ngrams", lambda x: L.TextVectorization(vocabulary=["the", "the cat", "cat"], ngrams=2, output_mode="tf_idf", idf_weights=[1., 2., .5])(x), strings(1, values=["The cat!", "the the cat", "dog"]))
    c.graph("strings/text_ngram_tuple", lambda x: L.TextVectorization(vocabulary=["the cat", "cat sat"], ngrams=(2,), output_mode="multi_hot", pad_to_max_tokens=True, max_tokens=8)(x), strings(1, values=["The cat sat", "the cat"]))
    c.graph("strings/two_lookups_one_table", lambda a, b: (lambda l: [l(a), l(b)])(L.StringLookup(vocabulary=V)), S, S)
    c.graph("strings/in_nested_model", lambda x: L.Dense(2)(model(lambda y: L.StringLookup(vocabulary=V, output_mode="one_hot")(y), (1,), dtype="string")(x)), strings(1, values=V))
    c.graph("strings/identity", lambda x: [x, L.StringLookup(vocabulary=V)(x)], S)
    c.graph("strings/reshape", lambda x: ops.reshape(L.StringLookup(vocabulary=V)(L.Reshape((3, 1))(x)), (-1, 3)), S)
    c.graph("strings/integer_lookup_float", lambda x: L.IntegerLookup(vocabulary=[5, 7, -2], num_oov_indices=2, mask_token=0, output_mode="int")(x), ints(4, high=9))
    c.graph("strings/discretise_count", lambda x: L.Discretization(bin_boundaries=[-0.5, 0., 1.], output_mode="count")(x), f32(4))
    c.graph("strings/category_weights", lambda x, w: L.CategoryEncoding(num_tokens=5, output_mode="count")(x, count_weights=w), ints(3, high=5), f32(3))
    c.graph("strings/normalise_invert", lambda x: L.Normalization(axis=None, mean=2.0, variance=9.0, invert=True)(x), f32(4))


def layers(c):
    c.graph("layers/transpose_all", lambda x: L.Conv2DTranspose(3, (4, 3), strides=(3, 2), padding="same", output_padding=(1, 1), activation="tanh")(x), f32(3, 4, 2))
    c.graph("layers/separable_everything", lambda x: L.SeparableConv2D(5, 3, dilation_rate=2, depth_multiplier=2, activation="gelu", use_bias=False, pointwise_regularizer="l2")(x), f32(8, 8, 2))
    c.graph("layers/einsum_bias_axes", lambda x: L.EinsumDense("abc,cde->abde", output_shape=(None, 3, 2), bias_axes="de", activation="softmax")(x), f32(4, 5))
    c.graph("layers/activations", lambda x: L.Concatenate()([L.Dense(2, activation=a)(x) for a in ("mish", "hard_sigmoid", "hard_silu", "sparsemax", "squareplus", "tanh_shrink", "soft_shrink", "log_sigmoid", "exponential", "softsign", "relu6", "celu", "glu")]), f32(4))
    c.graph("layers/activation_object", lambda x: L.Dense(3, activation=L.LeakyReLU(0.1))(x), f32(4))
    c.graph("layers/initial_orthogonal_regularised", lambda x: L.Dense(4, kernel_regularizer=keras.regularizers.OrthogonalRegularizer(0.02), bias_constraint="non_neg", activity_regularizer="l1")(x), f32(4))
    c.graph("layers/resize_all", lambda x: [L.Resizing(3, 7, interpolation="lanczos3", antialias=True)(x), L.Resizing(7, 3, crop_to_aspect_ratio=True)(x), L.CenterCrop(3, 4)(x)], image(6, 8))
    c.graph("layers/mha_cross_all", lambda q, k, v: L.MultiHeadAttention(2, 3, dropout=.1)(q, v, key=k), f32(3, 4), f32(5, 6), f32(5, 2))
    c.graph("layers/reversible", lambda x: (lambda e: e(L.Dense(3)(e(x)), reverse=True))(L.ReversibleEmbedding(7, 3, tie_weights=True, logit_soft_cap=2.0)), ints(4, high=7))
    c.graph("layers/lora_shared", lambda x: (lambda d: d(d(x)))(L.Dense(4, lora_rank=2, lora_alpha=3)), f32(4), grads=False)
    c.graph("layers/sequence_random", lambda x: L.GaussianNoise(.1, seed=3)(L.GaussianDropout(.2, seed=4)(L.AlphaDropout(.1, seed=5)(L.SpatialDropout1D(.1, seed=6)(x)))), f32(4, 3))
    c.graph("layers/dropout_noise_shape", lambda x: L.Dropout(.4, noise_shape=(None, 1, 3))(x), f32(4, 3))
    c.graph("layers/augment_chain", lambda x: L.RandomContrast(.2)(L.RandomTranslation(.1, .1)(L.RandomRotation(.1)(L.RandomFlip("vertical")(x)))), image(6, 6))
    c.graph("layers/aug_mix_training", lambda x: L.AugMix(seed=3)(x), image(5, 6))
    c.graph("layers/aug_mix_few_training", lambda x: L.AugMix(num_chains=2, chain_depth=1, factor=0.2, all_ops=False)(x), image(5, 6))
    c.graph("layers/merge_broadcast", lambda x, y: [L.Add()([x, y]), L.Multiply()([y, x]), L.Minimum()([x, y])], f32(3, 4), f32(1, 4))


def kwargs(c):
    c.graph("kwargs/dense_inputs_keyword", lambda x: L.Dense(2)(inputs=x), f32(3))
    c.graph("kwargs/training_true", lambda x: L.BatchNormalization()(x, training=True), f32(4), )
    c.graph("kwargs/training_in_model", lambda x: model(lambda y: L.BatchNormalization()(y), (4,))(x, training=False), f32(4))
    c.graph("kwargs/model_training_true", lambda x: model(lambda y: L.BatchNormalization()(y), (4,))(x, training=True), f32(4))
    c.graph("kwargs/op_keywords_only", lambda x: ops.add(x1=x, x2=ops.mean(x=x, axis=-1, keepdims=True)), f32(4))
    c.graph("kwargs/op_constant_first", lambda x: ops.subtract(1.0, x) / ops.maximum(0.1, x), f32(4))
    c.graph("kwargs/int_constant_array", lambda x: x * np.array([1, 2, 3, 4]), f32(4))
    c.graph("kwargs/bool_constant_array", lambda x: ops.where(np.array([True, False, True, False]), x, -x), f32(4))
    c.graph("kwargs/f64_constant", lambda x: x + np.array([1.5, 2.5, 3.5, 4.5]), f32(4))
    c.graph("kwargs/tf_constant", lambda x: x + tf.constant([1., 2., 3., 4.]), f32(4))
    c.graph("kwargs/nested_list_tensors", lambda x: ops.stack([ops.concatenate([x, x + 1.0], axis=-1), ops.concatenate([x - 1.0, x], axis=-1)], axis=1), f32(4))
    c.graph("kwargs/einsum_three", lambda x, y: ops.einsum("bi,bj,ij->bij", x, y, np.ones((4, 3), "float32") * .5), f32(4), f32(3))
    c.graph("kwargs/concat_constant", lambda x: ops.concatenate([x, ops.zeros_like(x[:, :1]), ops.ones_like(x)], axis=-1), f32(4))
    c.graph("kwargs/inf_nan_constants", lambda x: ops.where(x > 0, x, float("inf")), f32(4), grads=False)
    c.graph("kwargs/neg_inf_mask", lambda x, m: ops.softmax(ops.where(m, x, -float("inf")), axis=-1), f32(4), bools(4), grads=False)
    c.graph("kwargs/big_constant", lambda x: ops.matmul(x, np.random.default_rng(0).standard_normal((4, 60)).astype("float32")), f32(4))


def more(c):
    def tied(x):
        e = L.Embedding(8, 4, name="e")
        y = L.GRU(4, return_sequences=True)(e(x))
        return ops.matmul(y, ops.transpose(ops.convert_to_tensor(np.eye(4, 8, dtype="float32").T)))
    c.graph("more/tied_like", tied, ints(5, high=8))

    def transformer(x):
        e = L.Embedding(12, 8, mask_zero=True)(x)
        pos = ops.expand_dims(ops.arange(6, dtype="float32") * 0.1, -1)
        h = e + pos
        for i in range(2):
            a = L.MultiHeadAttention(2, 4, dropout=.1)(L.LayerNormalization(epsilon=1e-6)(h), L.LayerNormalization(epsilon=1e-6)(h), use_causal_mask=True)
            h = h + a
            h = h + L.Dense(8)(L.Dense(16, activation="gelu")(L.LayerNormalization()(h)))
        return L.Dense(12)(h)
    c.graph("more/transformer", transformer, padded(6, high=12), tags=("deep",))

    def tabular():
        ins = {"age": keras.Input((1,), name="age"), "city": keras.Input((1,), name="city", dtype="string"), "n": keras.Input((1,), name="n", dtype="int64")}
        city = L.StringLookup(vocabulary=["x", "y"], output_mode="one_hot")(ins["city"])
        n = L.IntegerLookup(vocabulary=[1, 2, 3], output_mode="multi_hot")(ins["n"])
        age = L.Normalization(mean=3.0, variance=2.0)(ins["age"])
        return keras.Model(ins, {"p": L.Dense(1, activation="sigmoid")(L.Concatenate()([age, ops.cast(city, "float32"), ops.cast(n, "float32")]))}, name="tab")
    c.model("more/tabular_dict", tabular, f32(1), strings(1, values=["x", "y", "z"]), ints(1, high=5, dtype="int64"))

    def wavenet(x):
        skips = []
        for i in range(3):
            t = L.Conv1D(3, 2, padding="causal", dilation_rate=2 ** i, activation="tanh")(x)
            s = L.Conv1D(3, 2, padding="causal", dilation_rate=2 ** i, activation="sigmoid")(x)
            z = L.Multiply()([t, s])
            skips.append(L.Conv1D(2, 1)(z))
            x = L.Conv1D(3, 1)(z) + x
        return ops.relu(L.Add()(skips))
    c.graph("more/wavenet", wavenet, f32(9, 3))

    c.graph("more/dense_initialiser_object", lambda x: L.Dense(3, kernel_initializer=keras.initializers.VarianceScaling(2.0, "fan_out", "uniform", seed=4), bias_initializer=keras.initializers.Constant(0.3))(x), f32(4))
    c.graph("more/position_encoding", lambda x: x + ops.stack([ops.sin(ops.arange(5, dtype="float32")), ops.cos(ops.arange(5, dtype="float32"))], axis=-1), f32(5, 2))
    c.graph("more/rotary", lambda x: ops.concatenate([-x[..., 2:], x[..., :2]], axis=-1) * ops.sin(ops.cast(ops.arange(3), "float32"))[:, None] + x, f32(3, 4))
    c.graph("more/mixed_dtype_outputs", lambda x: {"f": x, "i": ops.argmax(x, axis=-1), "b": x > 0, "h": ops.cast(x, "float16")}, f32(4))
