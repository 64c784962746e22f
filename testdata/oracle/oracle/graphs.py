"""Graphs as users build them in other ways than most: layers that several models share, calls with masks and keywords, odd
names and structures, policies by path, and operations that the suite ``models`` does not hold as nodes."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L
from keras import ops
from keras.src import backend
from keras.src.ops import math, nn

from .inputs import bools, f32, holes, ints, padded, steps, strings, uniform
from .keras_case import Collector


def cases():
    c = Collector("graphs")
    sharing(c)
    masks(c)
    structures(c)
    policies(c)
    operations(c)
    return c.cases


def model(f, *shapes, name, **kw):
    xs = [keras.Input(s, **kw) for s in shapes]
    return keras.Model(xs if len(xs) > 1 else xs[0], f(*xs), name=name)


def sharing(c):
    def nests(x):
        d = L.Dense(4, activation="tanh", name="d")
        one = model(d, (4,), name="one")
        two = model(lambda y: L.Dense(4, name="e")(d(y)), (4,), name="two")
        return L.Add()([one(x), two(x), d(x)])
    c.graph("sharing/across_nests", nests, f32(4))

    def outside_first(x):
        d = L.Dense(4, name="d")
        y = d(x)
        return model(lambda z: L.Dense(3)(d(L.ReLU()(z))), (4,), name="inner")(y)
    c.graph("sharing/outside_first", outside_first, f32(4))

    def wrapper(x):
        d = L.Dense(3, name="d")
        return L.Concatenate(axis=1)([L.TimeDistributed(d)(x), d(x)])
    c.graph("sharing/inside_wrapper", wrapper, f32(5, 4))

    def whole(x):
        tower = keras.Sequential([keras.Input((4,)), L.Dense(4, activation="relu", name="a"), L.BatchNormalization(name="b")],
                                 name="tower")
        middle = model(lambda y: L.Dense(4, name="m")(tower(y)), (4,), name="middle")
        return L.Subtract()([middle(x), tower(x)])
    c.graph("sharing/whole_model", whole, f32(4))

    def weight_free(x):
        drop, flat = L.Dropout(0.5, name="drop"), L.Flatten(name="flat")
        inner = model(lambda y: flat(drop(y)), (2, 3), name="inner")
        return [inner(x), flat(drop(x))]
    c.graph("sharing/without_weights", weight_free, f32(2, 3))

    def frozen(x):
        d = L.Dense(4, name="d")
        inner = model(lambda y: L.Dense(3, name="e")(d(y)), (4,), name="inner")
        inner.trainable = False
        return L.Concatenate()([inner(x), d(x), L.Dense(2, name="f")(x)])
    c.graph("sharing/frozen_inside", frozen, f32(4))

    def embedding(a, b):
        e = L.Embedding(10, 4, mask_zero=True, name="e")
        encode = model(lambda y: L.GRU(3, name="g")(e(y)), (5,), name="encode", dtype="int32")
        return L.Concatenate()([encode(a), L.GlobalAveragePooling1D()(e(b))])
    c.graph("sharing/embedding", embedding, padded(5), holes(6))

    def autoencoder(x):
        last = L.Dense(4, activation="sigmoid", name="last")
        auto = model(lambda y: last(L.Dense(2, name="code")(y)), (4,), name="auto")
        decoder = model(last, (2,), name="decoder")
        return [auto(x), decoder(L.Dense(2, name="other")(x))]
    c.graph("sharing/decoder", autoencoder, f32(4))


def masks(c):
    def two(a, b):
        rnn = L.LSTM(3, name="rnn")
        return L.Concatenate()([rnn(L.Masking(name="m0")(a)), rnn(L.Masking(2.0, name="m2")(b)), rnn(a)])
    c.graph("masks/one_layer_two_masks", two, steps(5, 3), steps(5, 3, fill=2.0))
    c.graph("masks/given", lambda x, m: L.GRU(3, return_sequences=True)(x, mask=m), f32(5, 2), bools(5))
    c.graph("masks/given_over_carried", lambda x, m: L.GlobalAveragePooling1D()(L.Masking()(x), mask=m), steps(5, 3), bools(5))
    c.graph("masks/bidirectional", lambda x: L.Dense(2)(L.Bidirectional(L.GRU(3, return_sequences=True), merge_mode="sum")(
        L.Embedding(9, 3, mask_zero=True)(x))), holes(5, high=9))
    c.graph("masks/through_nested_model", lambda x: L.LSTM(2)(model(
        lambda y: L.Dropout(0.2)(L.LayerNormalization()(L.Embedding(9, 3, mask_zero=True)(y))), (5,), name="inner",
        dtype="int32")(x)), padded(5, high=9))

    def into(x):
        inner = model(lambda y: L.LSTM(2)(L.Dense(3)(y)), (5, 3), name="inner")
        return inner(L.Masking()(x))
    c.graph("masks/into_nested_model", into, steps(5, 3))
    c.graph("masks/sequential", lambda x: keras.Sequential(
        [L.Embedding(9, 3, mask_zero=True), L.GRU(3, return_sequences=True), L.GRU(2)], name="s")(x), padded(5, high=9))
    c.graph("masks/merge_one_sided", lambda a, b: L.GRU(2)(L.Multiply()([L.Masking()(a), b])), steps(5, 3), f32(5, 3))
    c.graph("masks/attention_keywords", lambda q, v, m: L.MultiHeadAttention(2, 3)(
        query=q, value=v, attention_mask=m, use_causal_mask=True), f32(4, 6), f32(4, 6), bools(4, 4))
    c.graph("masks/attention_carried", lambda q, v: L.MultiHeadAttention(2, 3)(
        L.Embedding(9, 6, mask_zero=True)(q), L.Embedding(9, 6, mask_zero=True)(v)), padded(4, high=9), holes(5, high=9))
    c.graph("masks/operation_between", lambda x: L.GRU(2)(L.Embedding(9, 3, mask_zero=True)(x) * 2.0), padded(5, high=9))
    c.graph("masks/softmax_given", lambda x, m: L.Softmax()(x, m), f32(5), bools(5))


def structures(c):
    def dictionary():
        a, b = keras.Input((3,), name="a"), keras.Input((2,), name="b")
        inner = keras.Model({"y": b, "x": a}, {"sum": L.Dense(2)(a) + L.Dense(2)(b), "cat": L.Concatenate()([a, b])},
                            name="inner")
        p, q = keras.Input((2,), name="p"), keras.Input((3,), name="q")
        out = inner({"x": q, "y": p})
        return keras.Model([p, q], [out["cat"], L.Dense(1)(out["sum"])], name="model")
    c.model("structures/nested_dictionary", dictionary, f32(2), f32(3))

    def tuples(a, b):
        i, j = keras.Input((3,)), keras.Input((3,))
        inner = keras.Model((i, (j,)), (L.Dense(2)(i), [L.Dense(3)(j), i - j]), name="inner")
        x, (y, z) = inner((a, (b,)))
        return [y, x, z]
    c.graph("structures/nested_tuples", tuples, f32(3), f32(3))

    def twice(x):
        y, state = L.GRU(3, return_state=True, return_sequences=True, name="g")(x)
        z, last = L.GRU(3, return_state=True, name="h")(y, initial_state=state)
        return [z + last, state]
    c.graph("structures/states_as_nodes", twice, f32(4, 2))
    c.graph("structures/one_element_list", lambda x: L.Concatenate()([L.Add()([x, x]), L.Average()([x, x, x])]), f32(4))
    c.graph("structures/same_output_twice", lambda x: (lambda y: [y, y, L.ReLU()(y)])(L.Dense(2)(x)), f32(3))
    c.graph("structures/unicode_names", lambda x: L.Dense(2, name="выход")(L.Dense(3, name="層 1:a.b")(x)), f32(3))
    c.model("structures/deep_sequential", lambda: keras.Sequential([keras.Input((4,)), keras.Sequential(
        [L.Dense(3), keras.Sequential([L.ReLU(), L.Dense(2)], name="c")], name="b"), L.Dense(5)], name="a"), f32(4))
    c.model("structures/functional_in_sequential", lambda: keras.Sequential([keras.Input((4,)), model(
        lambda x: L.Dense(3)(x) + L.Dense(3)(x), (4,), name="f"), L.Dense(2)], name="a"), f32(4))

    def late():
        made = keras.Sequential([L.Conv2D(2, 3), L.Flatten(), L.Dense(2)], name="late")
        made(np.zeros((1, 6, 6, 1), "float32"))
        return made
    c.model("structures/sequential_built_by_call", late, f32(6, 6, 1))
    c.model("structures/sparse_flag", lambda: keras.Model(
        *(lambda x: (x, L.Dense(2)(x)))(keras.Input((4,), sparse=True, name="s"))), f32(4))
    c.graph("structures/unknown_dimensions", lambda x: L.GlobalMaxPooling2D()(L.Conv2D(2, 3, padding="same")(x)), f32(None, None, 2))
    c.graph("structures/strings", lambda x: L.Embedding(6, 2)(L.StringLookup(vocabulary=["a", "b", "ü"])(x)),
            strings(3, values=["a", "b", "ü", "?"]))
    c.graph("structures/integers_and_floats", lambda i, x: L.Concatenate()([ops.cast(i, "float32") / 3.0, x, ops.one_hot(
        i[:, 0], 4)]), ints(2, high=4), f32(3))
    c.graph("structures/axis_keywords", lambda x: ops.concatenate([x, ops.flip(x, axis=1)], axis=-1)[:, 1:, ::2], f32(4, 3))
    c.graph("structures/constants", lambda x: ops.matmul(x, np.arange(12, dtype="float32").reshape(4, 3)) + np.float32(0.5), f32(4))
    c.graph("structures/training_argument", lambda x: L.Dropout(0.5)(L.BatchNormalization()(x, training=False), training=False), f32(4))


def policies(c):
    def by_path(policy_map, default="float32"):  # without a default, files do not hold the names of the others
        return keras.dtype_policies.DTypePolicyMap(keras.DTypePolicy(default), policy_map)
    half = keras.DTypePolicy("mixed_bfloat16")
    c.graph("policies/by_path", lambda q, v: L.Dense(2, name="last")(L.MultiHeadAttention(
        2, 3, name="mha", dtype=by_path({"mha/query": half, "mha/(key|value)": keras.DTypePolicy("float64")}))(q, v)),
        f32(4, 6), f32(5, 6), tolerance={"rtol": 2e-2, "atol": 2e-2})
    c.graph("policies/default", lambda x: L.Dense(2, name="last", dtype="float32")(L.Dense(3, name="d", dtype=by_path(
        {"other.*": half}, "mixed_float16"))(x)), f32(4), tags=("float16",))
    c.graph("policies/one_layer", lambda x: L.Dense(3, name="d", dtype=by_path({"d": half}))(x), f32(4),
            tags=("bfloat16",))
    c.model("policies/sequential", lambda: keras.Sequential([keras.Input((4,)), L.Dense(
        3, name="d", dtype=by_path({"s/d": keras.DTypePolicy("float64")})), L.Dense(2, name="e")], name="s"), f32(4))
    c.graph("policies/each_its_own", lambda x: L.Dense(2, dtype="float64")(L.Dense(3, dtype="mixed_float16")(L.Dense(
        4, dtype="bfloat16")(L.Dense(5)(x)))), f32(4), tags=("bfloat16",))
    c.graph("policies/without_autocast", lambda x: L.Dense(2, dtype="float64")(L.Rescaling(0.5, autocast=False) (x)), f32(4))
    c.graph("policies/cell", lambda x: L.RNN(L.GRUCell(3, dtype="float64"), return_sequences=True, dtype="float32")(x), f32(4, 2))
    c.graph("policies/recurrent", lambda x: L.LSTM(3, name="r", dtype=by_path({"r/lstm_cell": keras.DTypePolicy("float64")}))(x),
            f32(4, 2))


def operations(c):
    def kernel(*shape):
        return np.random.default_rng(sum(shape)).standard_normal(shape).astype("float32")

    def called(self, x, w):  # the node gives its arguments in another order than this function takes them
        return backend.nn.conv_transpose(x, w, self.strides, self.padding, self.output_padding, self.data_format,
                                         self.dilation_rate)
    nn.ConvTranspose.call = called
    # the node adds a Python number that TensorFlow does not take
    math.ViewAsComplex.call = lambda self, x: tf.complex(x[..., 0], x[..., 1])
    if not hasattr(backend.math, "histogram"):  # the node looks for it where TensorFlow's backend does not have it
        backend.math.histogram = backend.numpy.histogram
    c.graph("operations/conv_transpose_1d", lambda x: ops.conv_transpose(x, kernel(3, 4, 2), strides=2), f32(5, 2))
    c.graph("operations/conv_transpose_2d", lambda x: ops.conv_transpose(
        x, kernel(3, 2, 4, 3), strides=(2, 1), padding="same"), f32(5, 4, 3))
    c.graph("operations/conv_transpose_output_padding", lambda x: ops.conv_transpose(
        x, kernel(3, 3, 2, 3), strides=2, padding="same", output_padding=1), f32(4, 5, 3))
    c.graph("operations/conv_transpose_3d", lambda x: ops.conv_transpose(x, kernel(2, 2, 2, 3, 2), strides=2), f32(3, 2, 3, 2))
    c.graph("operations/conv_transpose_kernel_made", lambda x, w: ops.conv_transpose(
        x, ops.reshape(w[0], (3, 2, 2)), strides=1), f32(5, 2), f32(12))
    c.graph("operations/ctc_decode_beams", lambda x, n: list(ops.ctc_decode(
        x, n, strategy="beam_search", beam_width=6, top_paths=3)), f32(6, 4), ints(low=3, high=7))
    c.graph("operations/ctc_decode_blank", lambda x, n: list(ops.ctc_decode(x, n, strategy="beam_search", mask_index=2)), f32(5, 4),
            ints(low=2, high=6))
    c.graph("operations/view_as_complex", lambda x: ops.view_as_complex(x), f32(3, 2))
    c.graph("operations/polar", lambda r, t: ops.polar(r, t), f32(3), f32(3))
    c.graph("operations/rotation", lambda x, t: ops.view_as_real(ops.view_as_complex(x) * ops.polar(ops.ones_like(t), t)),
            f32(3, 2), f32(3))
    c.graph("operations/complex_parts", lambda x: (lambda z: [ops.real(z), ops.imag(z), ops.angle(z), ops.real(ops.conj(z) * z), ops.isreal(
        z), ops.view_as_real(ops.exp(z)), ops.view_as_real(z / (z + 2.0))])(ops.view_as_complex(x)), f32(3, 2))
    c.graph("operations/view_as_real", lambda x: ops.view_as_real(x), f32(3))
    c.graph("operations/histogram", lambda x: list(ops.histogram(ops.reshape(x, (-1,)), bins=5)), f32(6))
    c.graph("operations/histogram_range", lambda x: list(ops.histogram(ops.reshape(x, (-1,)), bins=4, range=(-1.0, 1.0))), f32(6))
    c.graph("operations/histogram_integers", lambda x: list(ops.histogram(ops.reshape(x, (-1,)), bins=3)), ints(6))
    c.graph("operations/histogram_one_bin", lambda x: list(ops.histogram(ops.reshape(x, (-1,)), bins=1)), f32(6))
