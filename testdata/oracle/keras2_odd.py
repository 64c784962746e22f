"""Odd models of Keras 2: layers as activations, calls with structures, keywords and constants, wrappers, policies and names."""
import fnmatch
import importlib

import numpy as np
import tensorflow as tf

from oracle.inputs import bools, f32, holes, image, ints, padded, steps, strings, uniform


KEPT = ("activation_*", "td_*", "simple_prelu", "convolutions", "attention_constant_mask", "attention_mask_list", "dictionary_*", "one_hot",
        "random_*", "slice_tensor", "signal_*", "fourier_*", "sync_*", "sequential_unbuilt_inside", "nested_outputs", "names", "lstm_states_given",
        "bidirectional_initial", "gru_implementation_1", "tensors_in_lists", "structures", "frozen_parts")


def kept(name):
    """Whether the archive holds it."""
    return any(fnmatch.fnmatch(name.removeprefix("odd/"), p) for p in KEPT)


def define(c, keras):
    L, K = keras.layers, keras.backend
    kernelized = importlib.import_module("keras.layers.kernelized")
    normalization = importlib.import_module("keras.layers.normalization.batch_normalization")

    def inner(f, *shapes, name="inner", **kw):
        xs = [L.Input(s, **kw) for s in shapes]
        return keras.Model(xs if len(xs) > 1 else xs[0], f(*xs), name=name)

    def several(rows, *specs, **kw):
        for name, f in rows.items():
            c.graph("odd/" + name, f, *specs, **kw)
    prelu = lambda **kw: L.PReLU(alpha_initializer="random_uniform", **kw)  # noqa: E731
    several({
        "activation_prelu": lambda x: L.Dense(3, activation=prelu())(x),
        "activation_layer_of_prelu": lambda x: L.Activation(prelu())(x),
        "activation_leaky": lambda x: L.Dense(3, activation=L.LeakyReLU(0.2))(x),
        "activation_thresholded": lambda x: L.Dense(3, activation=L.ThresholdedReLU(0.2))(x),
        "activation_normalization": lambda x: L.Dense(3, activation=L.BatchNormalization())(x),
        "activation_names": lambda x: L.Concatenate()([L.Dense(2, activation=a)(x) for a in (
            "hard_sigmoid", "swish", "gelu", "exponential", "softsign", "elu", "selu", "linear", "mish", "relu6")]),
        "keyword_inputs": lambda x: L.Dense(3)(inputs=x),
        "training_keywords": lambda x: L.BatchNormalization()(L.Dropout(.3)(x, training=False), training=False),
        "list_of_one": lambda x: L.Concatenate()([x, L.Add()([x, x]), L.Average()([x, x, x])]),
        "constant_left": lambda x: 2.0 - x * np.float32(3) + np.array([1., 2., 3., 4.], "float32") / (x + 9.0),
        "constant_matrix": lambda x: tf.matmul(x, np.arange(12, dtype="float32").reshape(4, 3)) + tf.constant([1., 0., -1.]),
        "tensors_in_lists": lambda x: tf.stack([tf.concat([x, x + 1.0], -1), tf.concat([x - 1.0, x], axis=-1)], axis=1),
        "shape_of_input": lambda x: tf.reshape(tf.tile(tf.expand_dims(x, 1), [1, 3, 1]), [tf.shape(x)[0], -1]),
        "slices": lambda x: [x[:, 1:3], x[:, -1], x[..., None], x[:, ::-2], x[:1], x[:, tf.newaxis, 1:]],
        "slice_tensor": lambda x: x[:, :tf.shape(x)[1] - 1],
        "outputs_repeated": lambda x: (lambda y: [y, x, y])(L.Dense(2)(x)),
        "dictionary_outputs": lambda x: {"z": L.Dense(2)(x), "a": L.Dense(3)(x), "m": x},
        "nested_outputs": lambda x: inner(lambda y: [L.Dense(2)(y), L.Dense(3)(y)], (4,))(x),
        "shared_three_times": lambda x: (lambda d: d(d(x)) + d(x))(L.Dense(4, activation="tanh")),
        "model_twice": lambda x: (lambda m: m(m(x)) - m(x))(inner(lambda y: L.BatchNormalization()(L.Dense(4)(y)), (4,))),
        "sequential_twice": lambda x: (lambda m: m(m(x)))(keras.Sequential([L.Dense(3), L.Dropout(.2), L.Dense(4)], name="s")),
        "sequential_unbuilt_inside": lambda x: keras.Sequential([L.Dense(3), keras.Sequential([L.ReLU(), L.Dense(2)])])(x),
        "frozen_parts": lambda x: L.Dense(2)(inner(lambda y: L.Dense(3, trainable=False)(L.BatchNormalization(trainable=False)(y)), (4,))(x)),
        "regularised": lambda x: L.Dense(3, kernel_regularizer=keras.regularizers.L1L2(.1, .2), bias_constraint=keras.constraints.MinMaxNorm(
            .1, .9), activity_regularizer="l2", kernel_initializer=keras.initializers.VarianceScaling(2., "fan_out"))(x),
        "names": lambda x: L.Dense(2, name="kernel")(L.Dense(3, name="a.b-c")(L.Dense(3, name="x.y-z")(x))),
        "reshape_minus": lambda x: L.Reshape((-1, 2))(x),
        "identity_normalization": lambda x: L.UnitNormalization()(L.LayerNormalization(axis=1, center=False)(x)),
        "group": lambda x: L.GroupNormalization(2)(x),
        "noise": lambda x: L.AlphaDropout(.2)(L.GaussianDropout(.2)(L.GaussianNoise(.1)(x))),
        "cast_and_back": lambda x: tf.cast(tf.cast(x * 3., "int8"), tf.float32) + tf.cast(x > 0, x.dtype),
        "backend": lambda x: [K.mean(x, axis=-1, keepdims=True), K.softmax(x), K.l2_normalize(x, axis=1), K.clip(x, -1, 1), K.exp(x), K.sum(x)],
        "conditional_like": lambda x: tf.where(x > 0.0, x, tf.zeros_like(x)) + tf.where(tf.equal(x, 0.0), 1.0, 2.0),
    }, f32(4), tags=("spectral",))
    several({
        "td_dense": lambda x: L.TimeDistributed(L.Dense(3, activation=prelu()))(x),
        "td_half": lambda x: L.TimeDistributed(L.Dense(3, dtype="mixed_float16"))(x),
        "td_td": lambda x: L.TimeDistributed(L.TimeDistributed(L.Dense(2)))(tf.expand_dims(x, 1)),
        "td_normalization": lambda x: L.TimeDistributed(L.BatchNormalization())(x),
        "td_masking": lambda x: L.LSTM(2)(L.TimeDistributed(L.Dense(3))(L.Masking()(x))),
        "bidirectional_backward": lambda x: L.Bidirectional(L.LSTM(2, return_sequences=True), backward_layer=L.GRU(
            2, go_backwards=True, return_sequences=True), merge_mode="ave")(x),
        "bidirectional_states": lambda x: list(L.Bidirectional(L.LSTM(2, return_state=True))(x)),
        "bidirectional_initial": lambda x: L.Bidirectional(L.GRU(2))(x, initial_state=[x[:, 0, :2], x[:, 1, :2]]),
        "lstm_states_given": lambda x: L.LSTM(3)(x, initial_state=[x[:, 0, :3], x[:, 1, :3]]),
        "gru_implementation_1": lambda x: L.GRU(3, implementation=1, reset_after=False, recurrent_dropout=.1)(x),
        "lstm_implementation_1": lambda x: L.LSTM(3, implementation=1, unroll=True, recurrent_activation="hard_sigmoid")(x),
        "stacked_cells": lambda x: L.RNN(L.StackedRNNCells([L.GRUCell(2), L.LSTMCell(3)]), return_state=True, return_sequences=True)(x),
        "simple_prelu": lambda x: L.SimpleRNN(3, activation=L.LeakyReLU(.1))(x),
        "attention_constant_mask": lambda x: L.MultiHeadAttention(2, 2)(x, x, attention_mask=np.tril(np.ones((1, 4, 4), bool))),
        "attention_all": lambda x: list(L.MultiHeadAttention(2, 2, value_dim=3, output_shape=5)(x, x, key=x, return_attention_scores=True, use_causal_mask=True)),
        "attention_mask_list": lambda x: L.Attention()([x, x], mask=[None, x[:, :, 0] > 0]),
        "additive": lambda x: L.AdditiveAttention(use_scale=False)([x, x, x * 2.]),
        "mask_to_mean": lambda x: L.GlobalAveragePooling1D()(L.Masking()(x), mask=x[..., 0] > 0.),
        "convolutions": lambda x: L.Conv1D(3, 3, padding="causal", dilation_rate=2, activation=prelu(shared_axes=[1]))(x),
        "separable": lambda x: L.SeparableConv1D(3, 2, depth_multiplier=2, data_format="channels_last")(x),
        "transpose": lambda x: L.Conv1DTranspose(2, 4, strides=3, padding="same", output_padding=1)(x),
        "locally": lambda x: L.LocallyConnected1D(2, 3, strides=1, activation="elu")(x),
        "dot": lambda x: L.Dot(axes=(2, 2), normalize=True)([x, x]),
        "conv_lstm": lambda x: L.ConvLSTM1D(2, 2, return_sequences=True)(tf.reshape(x, (-1, 2, 4, 2))),
    }, f32(4, 4), tags=("float16",))
    several({
        "embedding_masks": lambda x: L.LSTM(2)(L.Concatenate()([L.Embedding(9, 3, mask_zero=True)(x), L.Embedding(9, 2)(x)])),
        "embedding_length": lambda x: L.Flatten()(L.Embedding(9, 3, input_length=5, embeddings_regularizer="l2")(x)),
        "compute_mask_operator": lambda x: L.GRU(2)(L.Embedding(9, 3, mask_zero=True)(x) * 2.0),
        "category_encoding": lambda x: L.CategoryEncoding(9, output_mode="multi_hot")(x),
        "integer_lookup": lambda x: L.IntegerLookup(vocabulary=[3, 5, 7], mask_token=0, num_oov_indices=2)(x),
        "hashing": lambda x: L.Hashing(5, salt=[1, 2])(x),
        "one_hot": lambda x: tf.one_hot(x, 9, on_value=2.0, off_value=-1.0, axis=1),
        "gather": lambda x: tf.gather(tf.constant(np.arange(27, dtype="float32").reshape(9, 3)), x),
    }, holes(5, high=9))
    several({
        "pictures": lambda x: [L.Rescaling([.5, 1., 2.], [0., 1., -1.])(x), L.Resizing(3, 5, interpolation="bicubic")(x), L.CenterCrop(3, 4)(x),
                               L.ZeroPadding2D(((1, 0), (0, 2)))(x), L.UpSampling2D((2, 1), interpolation="bilinear")(x)],
        "augmentation": lambda x: L.RandomZoom(.1)(L.RandomContrast(.1)(L.RandomFlip("horizontal")(L.RandomRotation(.1)(x)))),
        "random_size": lambda x: L.RandomWidth(.2)(L.RandomHeight(.2)(x)),
        "sync_normalization": lambda x: normalization.SyncBatchNormalization()(x),
        "depthwise": lambda x: L.DepthwiseConv2D(3, strides=2, depth_multiplier=2, padding="same", activation="swish")(x),
        "pooling": lambda x: [L.AveragePooling2D(2, strides=1, padding="same")(x), L.GlobalMaxPooling2D(keepdims=True)(x), L.MaxPooling2D((1, 3))(x)],
        "spatial": lambda x: L.SpatialDropout2D(.2)(L.Permute((2, 1, 3))(x)),
    }, image(6, 7))
    c.graph("odd/fourier_features", lambda x: kernelized.RandomFourierFeatures(5, scale=2.0, kernel_initializer="laplacian")(x), f32(4))
    c.graph("odd/fourier_features_gaussian", lambda x: kernelized.RandomFourierFeatures(3, trainable=True)(x), f32(4))
    z = lambda x: tf.signal.stft(x, 8, 4)  # noqa: E731
    several({
        "signal_inverse": lambda x: [tf.signal.inverse_stft(z(x), 8, 4), tf.signal.inverse_stft(z(x), 8, 3, fft_length=8), tf.signal.inverse_stft(
            z(x), 8, 4, window_fn=None), tf.signal.inverse_stft(z(x), 10, 2, fft_length=8), tf.signal.inverse_stft(z(x), 7, 2, fft_length=8)],
        "signal_overlap": lambda x: tf.signal.overlap_and_add(tf.reshape(x, (-1, 4, 6)), 2),
        "signal_frame": lambda x: tf.signal.frame(x, 5, 3),
    }, f32(24))
    several({
        "random_gamma": lambda x: tf.random.gamma(tf.shape(x), 1.5, seed=3),
        "random_gamma_many": lambda x: tf.random.gamma([3], x ** 2 + 0.2, beta=[1., 4., 2., .5, 1., 3.], seed=4),
        "random_poisson": lambda x: tf.random.poisson([4], x ** 2 + 1.0, seed=5),
        "random_poisson_large": lambda x: tf.random.poisson(tf.shape(x), 30.0, seed=6),
    }, f32(6), random=True)
    c.graph("odd/structures", lambda a, b: inner(lambda x, y: [L.Dense(2)(x), y * 2.0, L.Dense(2)(y)], (3,), (3,))([b, a]), f32(3), f32(3))
    c.graph("odd/dictionary_inputs", lambda a, b: keras.Model({"p": (p := L.Input((3,), name="p")), "q": (q := L.Input((3,), name="q"))},
            {"s": L.Dense(2)(p) + q[:, :2]}, name="d")({"q": a, "p": b})["s"], f32(3), f32(3))
    c.graph("odd/texts", lambda x: L.TextVectorization(vocabulary=["the", "cat"], output_sequence_length=3)(x), strings(1, values=["The cat!", "a the", ""]))
    c.graph("odd/lookups", lambda x: L.StringLookup(vocabulary=["a", "b"], output_mode="count", num_oov_indices=2)(x), strings(3, values=["a", "b", "c"]))
    c.model("odd/sequential_fixed_batch", lambda: keras.Sequential([L.LSTM(3, stateful=True, batch_input_shape=(2, 4, 3))], name="s"), f32(4, 3, batch=2))
    c.model("odd/sequential_of_functional", lambda: keras.Sequential([L.Input((4,)), inner(lambda x: L.Dense(3)(x) * 2.0, (4,)), L.Dense(2)], name="s"), f32(4))
    c.model("odd/cloned", lambda: keras.models.clone_model(inner(lambda x: L.Dense(3, activation="tanh")(x), (4,))), f32(4))
    c.graph("odd/int_inputs", lambda a, b: L.Concatenate()([tf.cast(a, "float32"), b]), ints(3, dtype="int64"), f32(2))
    c.graph("odd/boolean", lambda m, x: tf.where(m, x, -x), bools(4), f32(4))
    c.graph("odd/masks_twice", lambda a, b: L.GRU(2)(L.Add()([L.Masking()(a), L.Masking(1.0)(b)])), steps(4, 3), steps(4, 3, fill=1.0))
    c.graph("odd/padded", lambda x: L.Bidirectional(L.GRU(2, return_sequences=True))(L.Embedding(9, 3, mask_zero=True)(x)), padded(5, high=9))
    c.graph("odd/uniform", lambda x: L.Discretization(bin_boundaries=[.2, .5], output_mode="one_hot")(x), uniform(1))
