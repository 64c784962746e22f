"""Layers in odd places and with odd options."""

import keras
import numpy as np
from keras import layers as L
from keras import ops

from ..inputs import bools, f32, holes, image, ints, padded, steps, strings, uniform


def prelu(**kw):
    return L.PReLU(alpha_initializer="random_uniform", **kw)


def inner(f, *shapes, name="inner", **kw):
    xs = [keras.Input(s, **kw) for s in shapes]
    return keras.Model(xs if len(xs) > 1 else xs[0], f(*xs), name=name)


def activations(c):
    rows = {
        "dense_prelu": (lambda: L.Dense(3, activation=prelu()), f32(4)),
        "dense_prelu_time": (lambda: L.Dense(3, activation=prelu(shared_axes=[1])), f32(5, 4)),
        "conv2d_prelu_shared": (lambda: L.Conv2D(3, 2, activation=prelu(shared_axes=[1, 2])), f32(4, 4, 2)),
        "conv2d_first": (lambda: L.Conv2D(3, 2, activation=prelu(), data_format="channels_first"), f32(2, 4, 4)),
        "conv1d_normalization": (lambda: L.Conv1D(3, 2, activation=L.LayerNormalization()), f32(4, 2)),
        "conv3d_prelu": (lambda: L.Conv3D(2, 2, activation=prelu()), f32(3, 3, 3, 1)),
        "transpose_prelu": (lambda: L.Conv2DTranspose(3, 2, activation=prelu()), f32(3, 3, 2)),
        "separable_prelu": (lambda: L.SeparableConv2D(3, 2, activation=prelu()), f32(4, 4, 2)),
        "separable1d_prelu": (lambda: L.SeparableConv1D(3, 2, activation=prelu()), f32(4, 2)),
        "depthwise_prelu": (lambda: L.DepthwiseConv2D(2, activation=prelu()), f32(4, 4, 2)),
        "einsum_prelu": (lambda: L.EinsumDense("abc,cd->abd", (None, 3), bias_axes="d", activation=prelu()), f32(4, 4)),
        "activation_prelu": (lambda: L.Activation(prelu()), f32(4)),
        "activation_of_activation": (lambda: L.Activation(L.Activation(prelu())), f32(4)),
        "dense_batch_normalization": (lambda: L.Dense(3, activation=L.BatchNormalization()), f32(4)),
        "dense_softmax_axis": (lambda: L.Dense(3, activation=L.Softmax(axis=1)), f32(4, 4)),
        "dense_dense": (lambda: L.Dense(3, activation=L.Dense(3, activation=prelu())), f32(4)),
        "dense_sequential": (lambda: L.Dense(3, activation=keras.Sequential([L.Dense(3), prelu()])), f32(4)),
        "dense_elu": (lambda: L.Dense(3, activation=L.ELU(0.3)), f32(4)),
        "dense_dropout": (lambda: L.Dense(3, activation=L.Dropout(.4)), f32(4)),
        "dense_reshape": (lambda: L.Dense(4, activation=L.Reshape((2, 2))), f32(4)),
        "dense_glu": (lambda: L.Dense(4, activation="glu"), f32(4)),
        "time_distributed_prelu": (lambda: L.TimeDistributed(L.Dense(3, activation=prelu())), f32(5, 4)),
        "spectral_prelu": (lambda: L.SpectralNormalization(L.Dense(3, activation=prelu())), f32(4)),
        "lora_prelu": (lambda: L.Dense(3, activation=prelu(), use_bias=False), f32(4)),
        "lstm_prelu": (lambda: L.LSTM(3, activation=prelu()), f32(5, 4)),
        "lstm_both": (lambda: L.LSTM(3, activation=prelu(), recurrent_activation=L.ReLU(1.0), return_sequences=True), f32(5, 4)),
        "gru_prelu": (lambda: L.GRU(3, activation=prelu()), f32(5, 4)),
        "simple_rnn_prelu": (lambda: L.SimpleRNN(3, activation=prelu(), return_sequences=True), f32(5, 4)),
        "rnn_cell_prelu": (lambda: L.RNN(L.GRUCell(3, activation=prelu())), f32(5, 4)),
        "conv_lstm_prelu": (lambda: L.ConvLSTM1D(2, 2, activation=prelu()), f32(3, 5, 2)),
    }
    for name, (make, x) in rows.items():
        c.model(f"activations/{name}", lambda make=make, x=x: called(lambda y: make()(y), x), x, grads=True,
                train=name in ("dense_prelu", "dense_batch_normalization", "dense_dense"), tags=("spectral",) if "spectral" in name else ())
    c.model("activations/prelu_frozen", lambda: called(lambda x: L.Dense(3, activation=prelu(trainable=False))(x), f32(4)), f32(4),
            grads=True, train=True)
    c.graph("activations/never_called", lambda x: L.Dense(3, activation=L.PReLU())(x), f32(4))


def called(f, x):
    """A model that was called: layers that are activations are built only then."""
    i = keras.Input(x.shape, dtype=x.dtype)
    m = keras.Model(i, f(i), name="model")
    m(np.zeros((2, *x.shape), x.dtype))
    return m


def wrapped(c):
    """TimeDistributed calls its layer past Keras's dispatch."""
    def dense():
        return L.TimeDistributed(L.Dense(4, activation="relu"))
    for mode in ("int8", "int4", "float8"):
        c.model(f"wrapped/dense_{mode}", lambda mode=mode: made(lambda x: L.Dense(2)(dense()(x)), mode, shape=(3, 4)), f32(3, 4),
                randomize_weights=False, tags=("quantized",))
    for mode in ("int8", "int4"):
        c.model(f"wrapped/einsum_{mode}", lambda mode=mode: made(lambda x: L.TimeDistributed(
            L.EinsumDense("abc,cd->abd", (None, 3), bias_axes="d"))(x), mode, shape=(2, 3, 4)), f32(2, 3, 4), randomize_weights=False,
            tags=("quantized",))
        c.model(f"wrapped/embedding_{mode}", lambda mode=mode: made(lambda x: L.TimeDistributed(L.Embedding(9, 5))(x), mode,
                shape=(2, 3), dtype="int32"), ints(2, 3, high=9), randomize_weights=False, tags=("quantized",))
        c.model(f"wrapped/sequential_{mode}", lambda mode=mode: made(lambda x: L.TimeDistributed(keras.Sequential(
            [L.Dense(3, activation="relu"), L.Dense(2)]))(x), mode, shape=(3, 4)), f32(3, 4), randomize_weights=False, tags=("quantized",))
    c.model("wrapped/twice_int8", lambda: made(lambda x: L.TimeDistributed(L.TimeDistributed(L.Dense(3)))(x), "int8", shape=(2, 3, 4)),
            f32(2, 3, 4), randomize_weights=False, tags=("quantized",))
    c.model("wrapped/attention_int8", lambda: made(lambda x: L.Bidirectional(L.GRU(2, return_sequences=True))(L.Dense(4)(x)), "int8",
            shape=(3, 4)), f32(3, 4), randomize_weights=False, tags=("quantized",))
    half = ("float16",)
    for name, layer in {
            "dense_half": lambda: L.Dense(3, dtype="float16"), "dense_mixed": lambda: L.Dense(3, dtype="mixed_float16"),
            "normalization_half": lambda: L.BatchNormalization(dtype="float16"),
            "layer_normalization_half": lambda: L.LayerNormalization(dtype="mixed_float16"),
            "gru_half": lambda: L.GRU(2, dtype="mixed_float16"), "conv_half": lambda: L.Conv1D(3, 2, dtype="mixed_float16"),
            "prelu_half": lambda: L.PReLU(dtype="float16"), "scale_half": lambda: L.Rescaling(.3, dtype="float16"),
            "double": lambda: L.Dense(3, dtype="float64"), "softmax_half": lambda: L.Softmax(dtype="float16"),
            "attention_half": lambda: L.LayerNormalization(dtype="float16")}.items():
        x = f32(2, 3, 4) if name in ("gru_half", "conv_half") else f32(3, 4)
        if name != "prelu_half":
            c.layer(f"wrapped/{name}_in_single", lambda layer=layer: L.TimeDistributed(layer()), x, tags=half)
        c.layer(f"wrapped/{name}_in_mixed", lambda layer=layer: L.TimeDistributed(layer(), dtype="mixed_float16"), x, tags=half)
        if name == "conv_half":
            continue  # Keras mixes the types in its own convolution
        c.layer(f"wrapped/{name}_in_half", lambda layer=layer: L.TimeDistributed(layer(), dtype="float16"), x, tags=half)
    c.layer("wrapped/embedding_half", lambda: L.TimeDistributed(L.Embedding(9, 2, dtype="mixed_float16")), ints(2, 3, high=9), tags=half)
    c.layer("wrapped/single_in_half", lambda: L.TimeDistributed(L.Dense(3, dtype="float32"), dtype="float16"), f32(3, 4), tags=half)
    c.layer("wrapped/activity_training", lambda: L.TimeDistributed(L.Dense(3, activity_regularizer="l2")), f32(3, 4), train=True, grads=True)
    c.layer("wrapped/own_activity_training", lambda: L.TimeDistributed(L.Dense(3), activity_regularizer="l2"), f32(3, 4), train=True, grads=True)
    c.graph("wrapped/masking_inside", lambda x: L.TimeDistributed(L.Masking())(x), steps(5, 3))
    c.graph("wrapped/mask_to_average", lambda x: L.TimeDistributed(L.GlobalAveragePooling1D())(x), f32(3, 4, 2))
    c.graph("wrapped/lambda_free_model_mask", lambda x: L.TimeDistributed(keras.Sequential([L.Masking(), L.LSTM(2)]))(x), f32(3, 4, 2))
    c.layer("wrapped/lookup", lambda: L.TimeDistributed(L.StringLookup(vocabulary=["a", "b"])), strings(3, 2, values=["a", "b", "c"]))
    c.layer("wrapped/augmentation", lambda: L.TimeDistributed(L.RandomFlip()), f32(2, 4, 4, 3))
    c.layer("wrapped/spectral", lambda: L.TimeDistributed(L.SpectralNormalization(L.Dense(3))), f32(3, 4), tags=("spectral",))
    c.layer("wrapped/rnn_states", lambda: L.TimeDistributed(L.Bidirectional(L.SimpleRNN(2, return_sequences=True), merge_mode="sum")), f32(2, 3, 4))


def quantized_attention(x):
    y = L.MultiHeadAttention(2, 4)(x, x)
    return L.Dense(3)(L.LayerNormalization()(L.Add()([x, y])))


def made(build, mode=None, config=None, shape=(4,), dtype="float32"):
    x = keras.Input(shape, dtype=dtype)
    m = keras.Model(x, build(x), name="model")
    rng = np.random.default_rng(0)
    for w in m.weights:
        if "float" in w.dtype:
            w.assign(rng.normal(size=w.shape))
    if config is None:
        m.quantize(mode)
    else:
        m.quantize(config=config)
    return m


def quantized(c):
    Q = keras.quantizers
    options = dict(randomize_weights=False, tags=("quantized",))
    add = lambda name, build, mode, x, **kw: c.model(  # noqa: E731
        f"quantized/{name}", lambda: made(build, mode if isinstance(mode, str) else None, None if isinstance(mode, str) else mode(),
                                               shape=x.shape, dtype=x.dtype), x, **{**options, **kw})
    for mode in ("int8", "int4"):
        for tie in (True, False):
            add(f"reversible_{mode}_{'tied' if tie else 'untied'}", lambda x, tie=tie: (lambda e: e(L.Dense(5)(e(x)), reverse=True))(
                L.ReversibleEmbedding(9, 5, tie_weights=tie)), mode, ints(4, high=9))
        add(f"attention_{mode}", quantized_attention, mode, f32(5, 8))
        add(f"grouped_attention_{mode}", lambda x: L.GroupQueryAttention(4, 4, 2)(x, x), mode, f32(5, 8))
        add(f"embedding_mask_{mode}", lambda x: L.GRU(2)(L.Embedding(9, 5, mask_zero=True)(x)), mode, holes(5, high=9))
        add(f"dense_shared_{mode}", lambda x: (lambda d: d(L.ReLU()(d(x))))(L.Dense(4)), mode, f32(4))
        add(f"dense_wide_{mode}", lambda x: L.Dense(3, use_bias=False)(L.Dense(300, activation="gelu")(x)), mode, f32(4))
        add(f"dense_rank4_{mode}", lambda x: L.Dense(3, activation="softmax")(x), mode, f32(2, 3, 4))
        add(f"nested_{mode}", lambda x: keras.Sequential([L.Dense(5, activation="elu"), L.BatchNormalization(), L.Dense(2)])(x), mode, f32(4))
        add(f"half_{mode}", lambda x: L.Dense(3, dtype="bfloat16")(L.Dense(5, dtype="mixed_bfloat16")(x)), mode, f32(4),
            tags=("quantized", "bfloat16"))
        add(f"einsum_heads_{mode}", lambda x: L.EinsumDense("btd,dnh->btnh", (None, 2, 3), bias_axes="nh")(x), mode, f32(4, 6))
        add(f"one_unit_{mode}", lambda x: L.Dense(1)(x), mode, f32(7))
    add("embedding_float8", lambda x: L.Dense(2)(L.Flatten()(L.Embedding(9, 3)(x))), "float8", ints(4, high=9))
    add("einsum_float8", lambda x: L.EinsumDense("btd,dnh->btnh", (None, 2, 3), bias_axes="nh", activation="relu")(x), "float8", f32(4, 6))
    add("int8_weights_alone", lambda x: L.Dense(3)(L.Dense(5, activation="relu")(x)), lambda: Q.Int8QuantizationConfig(
        activation_quantizer=None), f32(4))
    add("int4_block_2", lambda x: L.Dense(3)(L.Dense(5, activation="relu")(x)), lambda: Q.Int4QuantizationConfig(block_size=2), f32(7))
    add("int4_no_block", lambda x: L.Dense(3)(L.Dense(5, activation="relu")(x)), lambda: Q.Int4QuantizationConfig(block_size=-1), f32(7))
    add("int4_embedding_block", lambda x: L.Dense(3)(L.Embedding(9, 5)(x)), lambda: Q.Int4QuantizationConfig(block_size=2), ints(4, high=9))
    for tie in (True, False):
        add(f"reversible_block_{'tied' if tie else 'untied'}", lambda x, tie=tie: (lambda e: e(L.Dense(5)(e(x)), reverse=True))(
            L.ReversibleEmbedding(9, 5, tie_weights=tie)), lambda: Q.Int4QuantizationConfig(block_size=2), ints(4, high=9))
        add(f"reversible_weights_alone_{'tied' if tie else 'untied'}", lambda x, tie=tie: (lambda e: e(e(x), reverse=True))(
            L.ReversibleEmbedding(9, 5, tie_weights=tie, logit_soft_cap=4.0)), lambda: Q.Int8QuantizationConfig(activation_quantizer=None),
            ints(4, high=9))

    def filtered():
        x = keras.Input((4,))
        m = keras.Model(x, L.Dense(3, name="kept")(L.Dense(5, activation="relu", name="made")(x)), name="model")
        m.quantize("int8", filters=["made"])
        return m
    c.model("quantized/filtered", filtered, f32(4), **options)

    def adapted(mode):
        m = made(lambda x: L.Dense(3, name="d")(x), mode)
        m.get_layer("d").enable_lora(2)
        for w in m.get_layer("d").trainable_weights:
            w.assign(np.random.default_rng(1).normal(size=w.shape) * .1)
        return m
    c.model("quantized/lora_int8", lambda: adapted("int8"), f32(4), **options)
    c.model("quantized/lora_int4", lambda: adapted("int4"), f32(4), **options)


def policies(c):
    h, bf = ("float16",), ("bfloat16",)
    for policy in ("mixed_float16", "mixed_bfloat16", "float16", "bfloat16", "float64"):
        tags = bf if "bf" in policy else h if "16" in policy else ()
        d = dict(dtype=policy)
        for name, layer, x in (
                ("gru", lambda d=d: L.GRU(3, return_sequences=True, **d), f32(4, 3)),
                ("lstm_dropout", lambda d=d: L.LSTM(3, dropout=.1, **d), f32(4, 3)),
                ("simple_rnn", lambda d=d: L.Bidirectional(L.SimpleRNN(3, **d), **d), f32(4, 3)),
                ("group_normalization", lambda d=d: L.GroupNormalization(2, **d), f32(3, 4)),
                ("rms", lambda d=d: L.RMSNormalization(**d), f32(4)),
                ("unit", lambda d=d: L.UnitNormalization(**d), f32(4)),
                ("attention", lambda d=d: L.Attention(use_scale=True, **d), None),
                ("additive", lambda d=d: L.AdditiveAttention(**d), None),
                ("separable", lambda d=d: L.SeparableConv1D(3, 2, activation="gelu", **d), f32(5, 4)),
                ("transpose", lambda d=d: L.Conv2DTranspose(2, 3, strides=2, **d), f32(3, 3, 2)),
                ("average", lambda d=d: L.AveragePooling2D(2, padding="same", **d), f32(3, 3, 2)),
                ("resizing", lambda d=d: L.UpSampling2D(2, interpolation="bilinear", **d), f32(3, 3, 2)),
                ("embedding", lambda d=d: L.Embedding(7, 3, **d), ints(4, high=7)),
                ("einsum", lambda d=d: L.EinsumDense("ab,bc->ac", 3, bias_axes="c", activation="softmax", **d), f32(4)),
                ("spectrogram", lambda d=d: L.STFTSpectrogram(frame_length=8, frame_step=4, fft_length=8, **d), f32(32, 1))):
            if policy == "bfloat16" and name in ("gru", "lstm_dropout", "simple_rnn") or "bf" in policy and name == "spectrogram":
                continue  # TensorFlow has no orthogonal initializer and no transform of that type
            if x is None:
                c.layer(f"policies/{name}_{policy}", layer, f32(3, 4), f32(5, 4), merge=True, tags=tags)
            else:
                c.layer(f"policies/{name}_{policy}", layer, x, tags=tags)
    c.layer("policies/integers_rescaled", lambda: L.Rescaling(2, dtype="int32"), ints(4))
    c.layer("policies/bytes_flipped", lambda: L.RandomFlip(dtype="uint8"), image(4, 4, dtype="uint8"))
    c.layer("policies/bytes_resized", lambda: L.Resizing(3, 5, dtype="uint8"), image(4, 4, dtype="uint8"))
    c.layer("policies/bytes_cropped", lambda: L.CenterCrop(3, 3, dtype="uint8"), image(5, 5, dtype="uint8"))
    c.layer("policies/integers_padded", lambda: L.ZeroPadding1D(1, dtype="int32"), ints(4, 2))
    c.layer("policies/lookup_of_int64", lambda: L.StringLookup(vocabulary=["a"], dtype="int64"), strings(3, values=["a", "b"]))


def masks(c):
    e = lambda x, n=3: L.Embedding(7, n, mask_zero=True)(x)  # noqa: E731
    X = holes(6, high=7)
    rows = {
        "conv1d": lambda x: L.GRU(2)(L.Conv1D(3, 3, padding="same")(e(x))),
        "max_pooling": lambda x: L.GRU(2)(L.MaxPooling1D(2)(e(x))),
        "up_sampling": lambda x: L.GRU(2)(L.UpSampling1D(2)(e(x))),
        "zero_padding": lambda x: L.GRU(2)(L.ZeroPadding1D(1)(e(x))),
        "cropping": lambda x: L.GRU(2)(L.Cropping1D(1)(e(x))),
        "permute": lambda x: L.GRU(2)(L.Permute((2, 1))(e(x, 6))),
        "flatten": lambda x: L.Dense(2)(L.Flatten()(e(x))),
        "repeat_vector": lambda x: L.GRU(2)(L.RepeatVector(3)(L.GRU(2)(e(x)))),
        "prelu": lambda x: L.GRU(2)(prelu()(e(x))),
        "leaky": lambda x: L.GRU(2)(L.LeakyReLU()(e(x))),
        "group_normalization": lambda x: L.GRU(2)(L.GroupNormalization(3)(e(x))),
        "layer_normalization_axes": lambda x: L.GRU(2)(L.LayerNormalization(axis=[1, 2])(e(x))),
        "unit_normalization": lambda x: L.GRU(2)(L.UnitNormalization()(e(x))),
        "rms_normalization": lambda x: L.GRU(2)(L.RMSNormalization()(e(x))),
        "spectral": lambda x: L.GRU(2)(L.SpectralNormalization(L.Dense(3))(e(x))),
        "gaussian": lambda x: L.GRU(2)(L.GaussianNoise(.1)(L.AlphaDropout(.1)(e(x)))),
        "masking_twice": lambda x: L.GRU(2)(L.Masking(0.5)(e(x))),
        "identity": lambda x: L.GRU(2)(L.Identity()(e(x))),
        "concatenate_half": lambda x: L.GRU(2)(L.Concatenate()([e(x), L.Embedding(7, 2)(x)])),
        "concatenate_half_time": lambda x: L.GRU(2)(L.Concatenate(axis=1)([e(x), L.Embedding(7, 3)(x)])),
        "subtract": lambda x: L.GRU(2)(L.Subtract()([e(x), e(x)])),
        "dot": lambda x: L.Dot(axes=2)([e(x), e(x)]),
        "multiply_three": lambda x: L.GRU(2)(L.Multiply()([e(x), e(x), L.Embedding(7, 3)(x)])),
        "einsum": lambda x: L.GRU(2)(L.EinsumDense("abc,cd->abd", (None, 2))(e(x))),
        "reshape_keeps": lambda x: L.GRU(2)(L.Reshape((6, 3))(e(x))),
        "bidirectional_states": lambda x: list(L.Bidirectional(L.LSTM(2, return_state=True, return_sequences=True), merge_mode="mul")(e(x))),
        "rnn_of_rnn": lambda x: L.RNN(L.StackedRNNCells([L.GRUCell(2), L.LSTMCell(3)]), return_sequences=True, return_state=True)(e(x)),
        "global_max": lambda x: L.GlobalMaxPooling1D()(e(x)),
        "global_average_first": lambda x: L.GlobalAveragePooling1D(data_format="channels_first")(L.Permute((2, 1))(e(x))),
        "attention_cross": lambda x: L.Attention()([L.Embedding(7, 3)(x), e(x)]),
        "attention_return": lambda x: list(L.Attention()([e(x), e(x)], return_attention_scores=True, use_causal_mask=True)),
        "additive_self": lambda x: L.GRU(2)(L.AdditiveAttention()([e(x), e(x)])),
        "grouped_query": lambda x: (lambda y: L.GRU(2)(L.GroupQueryAttention(2, 4, 2)(y, y)))(e(x, 4)),
        "multi_head_value_alone": lambda x: L.MultiHeadAttention(2, 2)(L.Embedding(7, 4)(x), e(x, 4)),
        "multi_head_key": lambda x: L.MultiHeadAttention(2, 2)(L.Embedding(7, 4)(x), L.Embedding(7, 4)(x), key=e(x, 4)),
        "nested_cut": lambda x: L.GRU(2)(inner(lambda y: L.Dense(3)(y), (6, 3))(e(x))),
        "nested_inside": lambda x: L.GRU(2)(inner(lambda y: L.Masking()(y), (6, 3))(L.Embedding(7, 3)(x))),
        "operation_then_layer": lambda x: L.GRU(2)(L.Dense(3)(e(x) + 0.0)),
        "computed": lambda x: L.GRU(2)(L.Embedding(7, 3)(x), mask=ops.not_equal(x, 2)),
        "given_none": lambda x: L.GRU(2)(e(x), mask=None),
        "conv_lstm": lambda x: L.ConvLSTM1D(2, 2)(L.Reshape((6, 3, 1))(e(x))),
        "unroll_backwards": lambda x: L.SimpleRNN(2, unroll=True, go_backwards=True, return_sequences=True)(e(x)),
        "zero_output_lstm": lambda x: L.RNN(L.LSTMCell(2), zero_output_for_mask=True, return_sequences=True, go_backwards=True)(e(x)),
        "time_distributed_twice": lambda x: L.GRU(2)(L.TimeDistributed(L.Dense(2))(L.TimeDistributed(L.Dense(3))(e(x)))),
    }
    for name, f in rows.items():
        c.graph(f"{'spectral_' if name == 'spectral' else ''}mask/{name}", f, X, tags=("spectral",) if name == "spectral" else ())


def preprocessing(c):
    V = ["a", "b", "ü", "日本"]
    S = strings(3, values=V + ["?", ""])
    c.layer("preprocessing/lookup_encoding", lambda: L.StringLookup(vocabulary=V, encoding="utf-8", mask_token="", oov_token="<u>"), S)
    c.layer("preprocessing/lookup_no_oov", lambda: L.StringLookup(vocabulary=V + ["?", ""], num_oov_indices=0), S)
    c.layer("preprocessing/lookup_tf_idf", lambda: L.StringLookup(vocabulary=V, idf_weights=[1., 2., 3., .5], output_mode="tf_idf",
            pad_to_max_tokens=True, max_tokens=9), S)
    c.layer("preprocessing/lookup_sparse_false", lambda: L.StringLookup(vocabulary=V, output_mode="count", num_oov_indices=2), S)
    c.layer("preprocessing/integer_invert", lambda: L.IntegerLookup(vocabulary=[5, 7, -2], invert=True, num_oov_indices=2, oov_token=-7), ints(4, high=6))
    c.layer("preprocessing/integer_multi_hot", lambda: L.IntegerLookup(vocabulary=[5, 7, 2], output_mode="multi_hot", num_oov_indices=3), ints(4, high=9))
    c.layer("preprocessing/integer_int64", lambda: L.IntegerLookup(vocabulary=np.array([2 ** 40, 7])), ints(4, high=9, dtype="int64"))
    c.layer("preprocessing/hash_integers", lambda: L.Hashing(11, salt=133), ints(4, high=1000))
    c.layer("preprocessing/hash_one_hot", lambda: L.Hashing(4, output_mode="one_hot"), ints(1, high=1000))
    c.layer("preprocessing/hash_mask", lambda: L.Hashing(4, mask_value=3, output_mode="multi_hot"), ints(5, high=6))
    c.layer("preprocessing/text_none", lambda: L.TextVectorization(vocabulary=["A b", "c"], split=None, standardize=None), strings(1, values=["A b", "c", "C"]))
    c.layer("preprocessing/text_strip", lambda: L.TextVectorization(vocabulary=["a", "b"], standardize="strip_punctuation", split="whitespace",
            output_sequence_length=2), strings(1, values=["a, b! a", "B", "...", "  "]))
    c.layer("preprocessing/text_ngrams_3", lambda: L.TextVectorization(vocabulary=["a", "a b", "a b c"], ngrams=3, output_sequence_length=7), strings(1, values=["a b c", "c b", ""]))
    c.layer("preprocessing/text_unicode", lambda: L.TextVectorization(vocabulary=["straße", "é"], split="character", output_mode="multi_hot"), strings(1, values=["Straße", "ÉÀ", "é"]))
    c.layer("preprocessing/discretize_one_hot", lambda: L.Discretization(bin_boundaries=[-1., 0., .5], output_mode="one_hot"), f32(1))
    c.layer("preprocessing/discretize_multi", lambda: L.Discretization(bin_boundaries=[-1., 0., .5], output_mode="multi_hot"), f32(5))
    c.layer("preprocessing/discretize_int", lambda: L.Discretization(bin_boundaries=[1, 3]), ints(4))
    c.layer("preprocessing/category_one_hot", lambda: L.CategoryEncoding(5, output_mode="one_hot"), ints(high=5))
    c.layer("preprocessing/category_one_hot_column", lambda: L.CategoryEncoding(5, output_mode="one_hot"), ints(3, 1, high=5))
    c.layer("preprocessing/normalize_axes", lambda: L.Normalization(axis=(1, 3), mean=np.ones((2, 3)), variance=np.full((2, 3), 4.)), f32(2, 4, 3))
    c.layer("preprocessing/normalize_vector", lambda: L.Normalization(mean=[1., 2., 3.], variance=[1., 4., 9.]), f32(3))
    c.layer("preprocessing/rescale_lists", lambda: L.Rescaling([.5, 2., 1.], offset=[1., 0., -1.]), f32(2, 3))
    c.layer("preprocessing/resize_half", lambda: L.Resizing(3, 4, interpolation="bicubic", antialias=True), image(7, 6))
    c.layer("preprocessing/resize_pad", lambda: L.Resizing(8, 3, pad_to_aspect_ratio=True, fill_mode="constant", fill_value=7.), image(5, 6))
    c.layer("preprocessing/resize_first", lambda: L.Resizing(8, 3, interpolation="nearest", data_format="channels_first"), f32(3, 5, 6))
    c.layer("preprocessing/resize_area", lambda: L.Resizing(3, 3, interpolation="lanczos5"), image(7, 6))
    c.layer("preprocessing/stft_modes", lambda: L.STFTSpectrogram(mode="angle", frame_length=6, frame_step=3, fft_length=8, window="hamming", padding="same"), f32(20, 2), tolerance={"rtol": 1e-3, "atol": 1e-3})
    c.layer("preprocessing/stft_real", lambda: L.STFTSpectrogram(mode="real", frame_length=6, frame_step=2, fft_length=16, window=None, expand_dims=True, scaling="spectrum"), f32(20, 1))
    c.layer("preprocessing/mel", lambda: L.MelSpectrogram(fft_length=16, sequence_stride=8, num_mel_bins=5, sampling_rate=100, min_freq=2, max_freq=None, power_to_db=False), f32(64), tags=("deep",))
    c.layer("preprocessing/mel_db", lambda: L.MelSpectrogram(fft_length=16, sequence_stride=8, num_mel_bins=5, sampling_rate=100, mag_exp=1., top_db=40., ref_power=.5), f32(64), tags=("deep",))
    c.layer("preprocessing/pipeline", lambda: L.Pipeline([L.Rescaling(.5), L.Resizing(3, 3), L.RandomFlip()]), image(5, 5))


def recurrent(c):
    rows = {
        "lstm_bias_free_backwards": lambda x: L.LSTM(3, use_bias=False, go_backwards=True, return_state=True)(x),
        "gru_reset_before_all": lambda x: L.GRU(3, reset_after=False, use_bias=False, go_backwards=True, return_sequences=True, return_state=True)(x),
        "gru_activations": lambda x: L.GRU(3, activation="softplus", recurrent_activation="hard_silu")(x),
        "lstm_activations": lambda x: L.LSTM(3, activation="elu", recurrent_activation="linear")(x),
        "lstm_none": lambda x: L.LSTM(3, activation=None, recurrent_activation=None, return_sequences=True)(x),
        "rnn_softmax": lambda x: L.SimpleRNN(3, activation="softmax")(x),
        "stacked_cells_states": lambda x: L.RNN([L.SimpleRNNCell(2), L.GRUCell(3), L.LSTMCell(2)], return_state=True)(x),
        "stacked_nested": lambda x: L.RNN(L.StackedRNNCells([L.StackedRNNCells([L.GRUCell(2)]), L.GRUCell(3)]))(x),
        "bidirectional_of_stack": lambda x: L.Bidirectional(L.RNN([L.GRUCell(2), L.LSTMCell(2)], return_sequences=True), merge_mode="ave")(x),
        "bidirectional_twice": lambda x: (lambda b: b(b(x)))(L.Bidirectional(L.GRU(2, return_sequences=True))),
        "initial_of_other": lambda x: L.LSTM(2)(x, initial_state=list(L.LSTM(2, return_state=True)(x)[1:])),
        "initial_constant": lambda x: L.GRU(3)(x, initial_state=ops.ones_like(x[:, 0, :3])),
        "one_step": lambda x: L.LSTM(2, return_sequences=True)(x[:, :1]),
        "no_time_left": lambda x: L.GRU(2, return_sequences=True)(x[:, :2])[:, 1:],
        "cells_alone": lambda x: L.LSTMCell(3)(x[:, 0], [x[:, 1, :3], x[:, 2, :3]])[0],
        "stacked_cell_alone": lambda x: L.StackedRNNCells([L.GRUCell(2), L.GRUCell(3)])(x[:, 0], [x[:, 1, :2], x[:, 2, :3]])[0],
        "unit_forget": lambda x: L.LSTM(2, unit_forget_bias=False)(x),
        "training_true": lambda x: L.GRU(2, dropout=.0)(x, training=True),
    }
    for name, f in rows.items():
        c.graph(f"recurrent/{name}", lambda x, f=f: keras.tree.flatten(f(x)), f32(4, 4), grads=name in ("stacked_cells_states", "gru_activations"))
    c.layer("recurrent/conv_dilated", lambda: L.ConvLSTM2D(2, 2, dilation_rate=(1, 2), padding="same", go_backwards=True, return_state=False, return_sequences=True), f32(3, 5, 5, 1))
    c.layer("recurrent/conv_odd", lambda: L.ConvLSTM1D(2, 3, padding="same", recurrent_activation="hard_sigmoid", unit_forget_bias=False, use_bias=True, activation="relu"), f32(3, 5, 2))


def others(c):
    rows = {
        "dot_axes": (lambda: L.Dot(axes=(2, 1)), (f32(3, 4), f32(4, 2))),
        "dot_normalized": (lambda: L.Dot(axes=-1, normalize=True), (f32(3, 4), f32(2, 4))),
        "add_broadcast": (lambda: L.Add(), (f32(3, 1), f32(1, 4))),
        "multiply_ranks": (lambda: L.Multiply(), (f32(3, 4), f32(4))),
        "maximum_many": (lambda: L.Maximum(), (f32(3), f32(3), f32(3), f32(3))),
        "concatenate_front": (lambda: L.Concatenate(axis=1), (f32(3, 4), f32(1, 4))),
        "concatenate_dtypes": (lambda: L.Concatenate(), (f32(3), ints(2))),
    }
    for name, (make, xs) in rows.items():
        c.layer(f"others/{name}", make, *xs, merge=True)
    one = {
        "normalization_axis1": (lambda: L.BatchNormalization(axis=1, scale=False, epsilon=.1), f32(3, 4)),
        "normalization_renamed": (lambda: L.BatchNormalization(center=False, momentum=0.), f32(4)),
        "group_minus": (lambda: L.GroupNormalization(-1, axis=1), f32(4, 3)),
        "layer_norm_three": (lambda: L.LayerNormalization(axis=(1, 3), center=False), f32(3, 2, 4)),
        "layer_norm_rms": (lambda: L.LayerNormalization(rms_scaling=True), f32(3, 4)),
        "unit_axes": (lambda: L.UnitNormalization(axis=(1, 2)), f32(3, 4)),
        "pool_same_large": (lambda: L.AveragePooling2D((3, 2), strides=(2, 3), padding="same"), f32(5, 7, 2)),
        "pool_stride_larger": (lambda: L.MaxPooling1D(2, strides=4), f32(9, 2)),
        "pool_first": (lambda: L.MaxPooling2D(2, data_format="channels_first", padding="same"), f32(2, 5, 5)),
        "global_keep": (lambda: L.GlobalMaxPooling3D(keepdims=True), f32(2, 3, 2, 2)),
        "adaptive": (lambda: L.AdaptiveAveragePooling2D((3, 2)), f32(7, 5, 2)),
        "crop_uneven": (lambda: L.Cropping2D(((0, 2), (1, 0))), f32(5, 5, 2)),
        "pad_uneven": (lambda: L.ZeroPadding3D(((1, 0), (0, 2), (1, 1))), f32(2, 2, 2, 1)),
        "pad_first": (lambda: L.ZeroPadding2D((1, 2), data_format="channels_first"), f32(2, 3, 3)),
        "reshape_minus": (lambda: L.Reshape((-1, 2)), f32(3, 4)),
        "reshape_none": (lambda: L.Reshape((2, -1)), f32(None, 4, dynamic=6)),
        "flatten_first": (lambda: L.Flatten(data_format="channels_first"), f32(2, 3, 4)),
        "permute_four": (lambda: L.Permute((3, 1, 2)), f32(2, 3, 4)),
        "causal_dilated": (lambda: L.Conv1D(4, 3, padding="causal", dilation_rate=3, groups=2), f32(9, 4)),
        "conv_one": (lambda: L.Conv2D(3, 1, strides=3), f32(7, 7, 2)),
        "conv_kernel_wide": (lambda: L.Conv2D(2, (1, 5), padding="same", dilation_rate=(1, 2)), f32(3, 9, 2)),
        "conv_stride_same_even": (lambda: L.Conv2D(2, 4, strides=3, padding="same"), f32(7, 8, 2)),
        "depthwise_first": (lambda: L.DepthwiseConv2D(3, strides=2, depth_multiplier=2, data_format="channels_first", padding="same"), f32(2, 7, 7)),
        "depthwise_dilated": (lambda: L.DepthwiseConv1D(3, dilation_rate=2, depth_multiplier=3, use_bias=False), f32(9, 2)),
        "transpose_dilated": (lambda: L.Conv2DTranspose(2, 3, dilation_rate=2), f32(4, 4, 2)),
        "transpose_padding": (lambda: L.Conv1DTranspose(2, 5, strides=4, padding="same", output_padding=1), f32(4, 3)),
        "transpose3d": (lambda: L.Conv3DTranspose(2, 2, strides=(1, 2, 2), output_padding=(0, 1, 0)), f32(2, 3, 3, 1)),
        "up_first": (lambda: L.UpSampling2D((2, 3), interpolation="nearest", data_format="channels_first"), f32(2, 3, 3)),
        "up_bicubic": (lambda: L.UpSampling2D((2, 3), interpolation="bicubic"), f32(3, 3, 2)),
        "relu_all": (lambda: L.ReLU(max_value=1.5, negative_slope=.2, threshold=.3), f32(6)),
        "softmax_axes": (lambda: L.Softmax(axis=(1, 2)), f32(3, 4)),
        "prelu_shared": (lambda: L.PReLU(shared_axes=[1, 3]), f32(2, 3, 4)),
        "einsum_ellipsis_middle": (lambda: L.EinsumDense("ab...,bc->ac...", 3, bias_axes="c"), f32(4, 2)),
        "discrete_dense": (lambda: L.Dense(2, kernel_constraint=keras.constraints.MinMaxNorm(.1, .9), bias_regularizer="l1"), f32(3)),
        "random_rotation": (lambda: L.RandomRotation((-.1, .3), fill_mode="wrap", interpolation="nearest"), image(5, 5)),
        "random_crop": (lambda: L.RandomCrop(3, 4), image(6, 6)),
        "random_crop_larger": (lambda: L.RandomCrop(7, 9), image(5, 6)),
        "grayscale": (lambda: L.RandomGrayscale(.5), image(4, 4)),
        "solarize": (lambda: L.Solarization(addition_factor=.1, threshold_factor=.5), image(4, 4)),
        "max_boxes": (lambda: L.MaxNumBoundingBoxes(3), image(4, 4)),
    }
    for name, (make, x) in one.items():
        c.layer(f"others/{name}", make, x, grads=name in ("transpose_dilated", "conv_stride_same_even", "layer_norm_rms", "depthwise_first"))
