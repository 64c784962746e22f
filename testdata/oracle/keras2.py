"""Cases of real Keras 2: models as it saved them (.h5, its .keras, weights), inputs, and what it computed.

    git -C KERAS archive v2.15.0 | tar x -C SOURCES      # KERAS: a clone of keras-team/keras
    python keras2.py SOURCES ../cases/keras2.zip [--all]
    git -C KERAS archive v2.13.1 | tar x -C OLDER        # whose .keras names its groups otherwise
    python keras2.py OLDER ../cases/keras2_13.zip --models
    python keras2.py SOURCES ../cases/keras2_functions.zip --functions
    python keras2.py SOURCES ../cases/keras2_odd.zip --odd [--all]
    python keras2.py SOURCES ../optimizers/keras2_trained.zip --trained
    python keras2.py SOURCES CASES --check SAVED         # .h5 files that another program made of the cases of Keras 3

Keras 2 is pure Python and runs on today's TensorFlow. The layers are those that the oracle configures for Keras 3, where
Keras 2 takes them too, of each class a few (--all: all of them), and what only Keras 2 has. Needs protoc on the path, or its
messages made already.
"""
import glob
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import types
import zipfile
import zlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
sources, target = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
if not os.path.exists(os.path.join(sources, "keras/protobuf/saved_metadata_pb2.py")):
    protos = [os.path.relpath(p, sources) for p in glob.glob(os.path.join(sources, "keras/protobuf/*.proto"))]
    subprocess.run(["protoc", "--python_out=.", *protos], cwd=sources, check=True)
sys.path.insert(0, sources)

import h5py
import numpy as np
import tensorflow as tf

for module in (tf.compat.v2.__internal__, tf.__internal__):
    module.register_load_context_function = lambda f: None
package = types.ModuleType("keras")  # its own initialisation imports what has moved since
package.__path__ = [os.path.join(sources, "keras")]
sys.modules["keras"] = package
import importlib

for name in ("utils", "backend", "constraints", "initializers", "layers", "models", "regularizers", "activations"):
    importlib.import_module("keras." + name)
    setattr(package, name, sys.modules["keras." + name])
from keras.saving import saving_lib

keras = sys.modules["keras"] = package
package.Input, package.Model, package.Sequential = keras.layers.Input, keras.models.Model, keras.models.Sequential


def missing(name):
    if name.startswith("__"):
        raise AttributeError(name)

    def absent(*args, **kwargs):
        raise NotImplementedError(name)
    return absent


VERSION = re.search(r'__version__ = "([^"]*)"', pathlib.Path(sources, "keras/__init__.py").read_text()).group(1)
SUITE = target.stem
for module in (package, getattr(saving_lib, "keras", package)):
    module.__version__ = VERSION
keras.layers.__getattr__ = missing
keras.constraints.__getattr__ = missing

CASES = []


class Collector:
    """Takes cases as the oracle's own does."""

    def __init__(self, suite=""):
        self.prefix = "layers/" if suite else ""
        self.cases = CASES

    def layer(self, name, make, *specs, merge=False, **options):
        def fn(*xs):
            made = make()
            return made(list(xs)) if merge else made(*xs)
        self.graph(name, fn, *specs, **options)

    def graph(self, name, fn, *specs, **options):
        def build():
            xs = [keras.layers.Input(s.shape, batch_size=s.batch, dtype=s.dtype, name=s.name or f"in{i}")
                  for i, s in enumerate(specs)]
            return keras.Model(xs if len(xs) > 1 else xs[0], fn(*xs), name="model")
        self.model(name, build, *specs, **options)

    def model(self, name, build, *specs, **options):
        self.cases.append((self.prefix + name, build, specs, options))


here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here))
stub = types.ModuleType("oracle.keras_case")
stub.Collector = Collector
import oracle

sys.modules["oracle.keras_case"] = stub
import keras2_odd
from oracle.inputs import bools, f32, holes, image, ints, padded, steps, strings, uniform
from keras import layers as L


def own(c):
    """What only Keras 2 has, or has otherwise."""
    c.layer("locally_connected1d", lambda: L.LocallyConnected1D(3, 2, activation="tanh"), f32(7, 2))
    c.layer("locally_connected2d", lambda: L.LocallyConnected2D(3, (2, 3), strides=(2, 1)), f32(6, 5, 2))
    c.layer("thresholded_relu", lambda: L.ThresholdedReLU(0.3), f32(5))
    c.layer("lstm/time_major", lambda: L.LSTM(3, time_major=True, return_sequences=True), f32(4, 3, batch=5))
    c.layer("gru/time_major", lambda: L.GRU(3, time_major=True), f32(4, 3, batch=5))
    c.layer("simple_rnn/time_major", lambda: L.RNN(L.SimpleRNNCell(3), time_major=True), f32(4, 3, batch=5))
    for c1 in (True, False):
        c.layer(f"gru/reset_after_{c1}", lambda r=c1: L.GRU(3, reset_after=r, recurrent_activation="hard_sigmoid"), f32(4, 3))
    c.graph("attention/causal", lambda q, v: L.Attention(use_scale=True)([q, v], use_causal_mask=True), f32(4, 3), f32(4, 3))
    c.layer("batch_normalization/renorm", lambda: L.BatchNormalization(renorm=True), f32(4, 5))
    c.layer("batch_normalization/fused_4d", lambda: L.BatchNormalization(axis=1), f32(3, 4, 5))
    c.layer("spatial_dropout", lambda: L.SpatialDropout1D(0.5), f32(4, 3))
    c.layer("conv3d_transpose", lambda: L.Conv3DTranspose(2, 2, strides=2, output_padding=1), f32(2, 3, 2, 2))
    c.layer("rnn/stacked_cells", lambda: L.RNN([L.LSTMCell(3), L.GRUCell(2)], return_state=True), f32(4, 3))
    c.layer("dense_features_free/string_lookup", lambda: L.StringLookup(vocabulary=["a", "b"], mask_token=""),
            strings(3, values=["a", "b", "c", ""]))
    c.graph("masks/concatenate", lambda a, b: L.LSTM(3)(L.Concatenate()([L.Embedding(9, 2, mask_zero=True)(a),
                                                                        L.Embedding(9, 2, mask_zero=True)(b)])),
            padded(5, high=9), holes(5, high=9))
    c.graph("masks/add", lambda a, b: L.LSTM(3)(L.Add()([L.Embedding(9, 2, mask_zero=True)(a),
                                                         L.Embedding(9, 2, mask_zero=True)(b)])),
            padded(5, high=9), holes(5, high=9))
    c.graph("masks/pooling", lambda x: L.GlobalAveragePooling1D()(L.Masking()(x)), steps(5, 3))
    c.graph("masks/time_distributed", lambda x: L.LSTM(2)(L.TimeDistributed(L.Dense(3))(L.Masking()(x))), steps(5, 3))
    c.graph("mixed_float16", lambda x: L.Dense(2, dtype="float32")(L.Dense(3, dtype="mixed_float16")(x)), f32(4), tolerance=5e-3)

    def nested():
        inner = keras.Sequential([L.Dense(3, input_shape=(4,)), L.BatchNormalization()], name="inner")
        inner.trainable = False
        x = L.Input((4,))
        return keras.Model(x, L.Dense(2)(inner(x)), name="outer")
    c.model("models/frozen_inner", nested, f32(4))
    c.model("models/sequential", lambda: keras.Sequential(
        [L.Dense(3, input_shape=(4,), activation="relu"), L.Dropout(0.2), L.Dense(2)], name="s"), f32(4))
    c.model("models/sequential_input", lambda: keras.Sequential(
        [L.InputLayer((4,), name="given"), L.Dense(2, name="d")], name="s"), f32(4))
    c.model("models/sequential_in_sequential", lambda: keras.Sequential(
        [keras.Sequential([L.Dense(3), L.Dense(4)], name="a"), L.Dense(2, name="d"), keras.Sequential([L.ReLU()], name="b")],
        name="s").__class__ and built([keras.Sequential([L.Dense(3), L.Dense(4)], name="a"), L.Dense(2, name="d"),
                                       keras.Sequential([L.ReLU()], name="b")]), f32(4))

    def twice(x):
        i = L.Input((4,))
        inner = keras.Model(i, [L.Dense(3, name="p")(i), L.Dense(2, name="q")(i)], name="inner")
        p, q = inner(L.Dense(4)(x))
        r, s = inner(L.Dense(4)(L.Dense(5)(x)))
        return [L.Concatenate()([p, r]), L.Add()([q, s])]
    c.graph("models/inner_twice", twice, f32(5))

    def attention(q, v):
        mha = L.MultiHeadAttention(2, 3, name="mha")
        y, w = mha(q, v, return_attention_scores=True)
        return [L.LayerNormalization()(y), w]
    c.graph("models/attention_call", attention, f32(4, 6), f32(5, 6))
    c.graph("models/attention_mask", lambda q, v, m: L.MultiHeadAttention(2, 3)(q, v, attention_mask=m),
            f32(4, 6), f32(5, 6), bools(4, 5))
    c.graph("models/rnn_initial_state", lambda x, h: L.GRU(3, return_sequences=True)(x, initial_state=h), f32(4, 2), f32(3))
    c.graph("models/encoder_decoder", lambda a, b: L.LSTM(3, return_sequences=True)(
        b, initial_state=L.LSTM(3, return_state=True)(a)[1:]), f32(4, 2), f32(5, 2))
    c.graph("models/dict_output", lambda x: {"b": L.Dense(2)(x), "a": L.Dense(3)(x)}, f32(4))
    c.graph("models/training_argument", lambda x: L.Dense(2)(L.BatchNormalization()(L.Dropout(0.5)(x, training=False), training=False)),
            f32(4))
    tensorflow(c)


def built(layers):
    model = keras.Sequential(layers, name="s")
    model.build((None, 4))
    return model


def tensorflow(c):
    """Functions of TensorFlow as layers; each line one model."""
    table = {
        "arithmetic": lambda x, y: (x + 2.0) * y - x / 3.0 + (1.0 - y) ** 2 - (-x) + abs(y) + 4.0 / (1.0 + tf.square(x)),
        "reverse_operators": lambda x, y: 2.0 - x + 3.0 * y + 1.5 / (tf.exp(y)) - (2.0 ** y),
        "integer": lambda x, y: tf.cast(tf.cast(x * 5.0, tf.int32) // 2 + tf.cast(y * 7.0, tf.int32) % 3, tf.float32),
        "compare": lambda x, y: [x > y, x <= y, tf.equal(x, y), tf.not_equal(x, 0.0), tf.logical_and(x > 0.0, y > 0.0), ~(x > y), (x > 0) | (y > 0)],
        "where": lambda x, y: tf.where(x > y, x, 0.5 * y),
        "math": lambda x, y: [tf.exp(x), tf.math.log(tf.abs(x) + 1.0), tf.sin(x), tf.cos(x), tf.tanh(x), tf.sigmoid(y),
                              tf.sqrt(tf.abs(y)), tf.math.rsqrt(tf.abs(y) + 1.0), tf.round(x), tf.floor(x), tf.math.ceil(x),
                              tf.sign(x), tf.math.erf(x), tf.math.expm1(x), tf.math.log1p(tf.abs(x)), tf.math.reciprocal(x + 9.0),
                              tf.math.softplus(x), tf.math.atan(x), tf.math.atan2(x, y), tf.math.sinh(x), tf.math.cosh(x),
                              tf.math.pow(tf.abs(x), 1.5), tf.math.is_nan(x), tf.math.is_finite(x), tf.maximum(x, y), tf.minimum(x, 0.1),
                              tf.math.squared_difference(x, y), tf.math.divide_no_nan(x, y), tf.math.floordiv(x, 0.3),
                              tf.math.floormod(x, 0.3), tf.math.asin(tf.tanh(x)), tf.math.acos(tf.tanh(x)), tf.math.xlogy(x, tf.abs(y) + 1),
                              tf.math.multiply_no_nan(x, y)],
        "nn": lambda x, y: [tf.nn.relu(x), tf.nn.relu6(x * 4), tf.nn.elu(x), tf.nn.selu(x), tf.nn.leaky_relu(x), tf.nn.leaky_relu(x, alpha=0.3),
                            tf.nn.softmax(x), tf.nn.softmax(x, axis=1), tf.nn.log_softmax(x), tf.nn.swish(x), tf.nn.gelu(x),
                            tf.nn.gelu(x, approximate=True), tf.nn.softsign(x), tf.nn.sigmoid(x), tf.nn.tanh(x), tf.nn.l2_normalize(x, axis=-1),
                            tf.math.l2_normalize(x, axis=[1, 2]), tf.nn.bias_add(x, tf.constant([1.0, 2.0, 3.0, 4.0])), tf.nn.crelu(x),
                            tf.nn.l2_loss(x), tf.nn.moments(x, axes=[1])],
        "reduce": lambda x, y: [tf.reduce_mean(x, axis=1), tf.reduce_sum(x, axis=[1, 2]), tf.reduce_max(x, axis=-1, keepdims=True),
                                tf.reduce_min(x, axis=1), tf.reduce_prod(x, axis=2), tf.math.reduce_std(x, axis=1),
                                tf.math.reduce_variance(x, axis=1), tf.reduce_logsumexp(x, axis=2), tf.reduce_any(x > 1.0, axis=1),
                                tf.reduce_all(x < 2.0, axis=2), tf.argmax(x, axis=-1), tf.argmin(x, axis=1, output_type=tf.int32),
                                tf.math.cumsum(x, axis=1), tf.math.cumsum(x, axis=1, exclusive=True), tf.math.cumsum(x, axis=2, reverse=True),
                                tf.math.cumprod(x, axis=1), tf.norm(x, axis=-1), tf.norm(x, ord=1, axis=1), tf.math.count_nonzero(x > 0, axis=1),
                                tf.math.top_k(x, k=2), tf.sort(x, axis=-1), tf.argsort(x, axis=-1, direction="DESCENDING"),
                                tf.math.reduce_euclidean_norm(x, axis=1)],
        "shape": lambda x, y: [tf.reshape(x, (-1, 12)), tf.reshape(x, [tf.shape(x)[0], 2, 6]), tf.transpose(x, [0, 2, 1]), tf.expand_dims(x, 1),
                               tf.squeeze(tf.expand_dims(x, -1), axis=-1), tf.concat([x, y], axis=1), tf.stack([x, y], axis=1),
                               tf.unstack(x, axis=1)[1], tf.split(x, 2, axis=2)[1], tf.split(x, [1, 3], axis=2)[1], tf.tile(x, [1, 2, 1]),
                               tf.repeat(x, 2, axis=1), tf.pad(x, [[0, 0], [1, 2], [0, 0]]), tf.pad(x, [[0, 0], [1, 1], [0, 0]], mode="REFLECT"),
                               tf.pad(x, [[0, 0], [1, 1], [0, 0]], constant_values=2.0), tf.reverse(x, axis=[1]), tf.roll(x, 1, axis=1),
                               tf.gather(x, [2, 0], axis=1), tf.slice(x, [0, 1, 0], [-1, 2, 3]), tf.zeros_like(x), tf.ones_like(x),
                               tf.broadcast_to(x[:, :1], tf.shape(x)), tf.shape(x), tf.rank(x), tf.size(x), tf.identity(x), tf.stop_gradient(x),
                               tf.one_hot(tf.argmax(x, axis=-1), 4), tf.linalg.diag_part(x[:, :, :3]),
                               tf.linalg.band_part(x, 1, 0), 
                               x[:, ::2]],
        "slicing": lambda x, y: [x[:, 0], x[:, -1, 1:3], x[..., 1], x[:, ::2], x[:, ::-1, tf.newaxis], x[:, 1:, :-1], x[0], x[:, :, None, 2],
                                 x[:, tf.argmax(y[0, :, 0])]],
        "linalg": lambda x, y: [tf.matmul(x, y, transpose_b=True), tf.linalg.matmul(x, y, transpose_a=True), 
                                tf.tensordot(x, y[0], axes=[[2], [1]]), tf.linalg.trace(tf.matmul(x, y, transpose_b=True)),
                                x @ tf.transpose(y, [0, 2, 1]), tf.keras.backend.dot(x, y[0, :, 0][:, None]) if False else tf.linalg.norm(x, axis=2)],
        "clip": lambda x, y: [tf.clip_by_value(x, -0.5, 0.5), tf.clip_by_norm(x, 1.0, axes=[2]), tf.cast(x, "int32"), tf.cast(x > 0, tf.float16)],
    }
    for name, f in table.items():
        c.graph("tensorflow/" + name, lambda x, y, f=f: f(x, y), f32(3, 4), f32(3, 4))
    c.graph("tensorflow/image", lambda x: [
        tf.image.resize(x, (6, 8)), tf.image.resize(x, [3, 4], method="nearest"), tf.image.resize(x, (5, 5), method="bicubic"),
        tf.image.rgb_to_grayscale(x), tf.image.flip_left_right(x), tf.image.flip_up_down(x), tf.image.adjust_brightness(x, 0.1),
        tf.image.adjust_contrast(x, 2.0), tf.image.central_crop(x, 0.5), tf.image.crop_to_bounding_box(x, 1, 1, 2, 2),
        tf.image.pad_to_bounding_box(x, 1, 1, 7, 8), tf.image.per_image_standardization(x), tf.image.rgb_to_hsv(x), tf.image.rot90(x),
        tf.nn.max_pool2d(x, 2, 2, "VALID"), tf.nn.avg_pool2d(x, 2, 1, "SAME"), tf.nn.depth_to_space(tf.concat([x] * 4, -1), 2),
        tf.nn.space_to_depth(x, 2), tf.image.crop_and_resize(x, [[0.1, 0.1, 0.9, 0.8], [0.0, 0.2, 1.2, 0.9]], [0, 1], (3, 3)), tf.image.grayscale_to_rgb(x[..., :1])], uniform(4, 6, 3))


def functions(c):
    """Further functions of TensorFlow and of Keras's backend as layers; each line one model."""
    K = keras.backend

    def positive(x):
        return tf.matmul(x, x, transpose_b=True) + 3.0 * tf.eye(3)
    constant = np.random.default_rng(5).standard_normal
    w = {n: constant(s).astype("float32") for n, s in {
        "1d": (2, 4, 3), "2d": (2, 3, 3, 2), "3d": (2, 2, 2, 1, 2), "depthwise": (2, 2, 3, 2), "pointwise": (1, 1, 6, 4)}.items()}
    two = {
        "math": lambda x, y: [tf.math.add_n([x, y, x]), tf.math.polygamma(2.0 + tf.abs(x) * 0.0, tf.abs(y) + 1.0), tf.math.zeta(
            tf.abs(x) + 1.5, tf.abs(y) + 0.5), tf.math.igamma(tf.abs(x) + 0.2, tf.abs(y)), tf.math.igammac(tf.abs(x) + 0.2, tf.abs(y)),
            tf.math.betainc(tf.abs(x) + 0.5, tf.abs(y) + 0.5, tf.sigmoid(x)), tf.math.ndtri(tf.sigmoid(x)), tf.math.lbeta(tf.abs(x) + 1.0),
            tf.math.bessel_i0e(x), tf.math.bessel_i1(x), tf.math.xlog1py(x, tf.abs(y)), tf.math.xdivy(x, y), tf.math.softsign(x),
            tf.math.special.dawsn(x), tf.math.special.expint(tf.abs(x) + 0.1), tf.math.special.spence(tf.abs(x)),
            tf.math.special.bessel_j0(x), tf.math.special.bessel_k1(tf.abs(x) + 0.1), tf.math.erfcinv(tf.sigmoid(x))],
        "integers": lambda x, y: [tf.bitwise.bitwise_and(tf.cast(x * 9.0, tf.int32), tf.cast(y * 9.0, tf.int32)), tf.bitwise.bitwise_xor(
            tf.cast(x * 9.0, tf.int32), 5), tf.bitwise.invert(tf.cast(x * 9.0, tf.int32)), tf.bitwise.left_shift(tf.cast(
                x * 9.0, tf.int32), 2), tf.truncatediv(tf.cast(x * 9.0, tf.int32), 4), tf.truncatemod(tf.cast(x * 9.0, tf.int32), 4),
            tf.bitcast(x, tf.int32), tf.saturate_cast(x * 200.0, tf.uint8)],
        "selection": lambda x, y: [tf.boolean_mask(x, y[:, :, 0] > 0), tf.boolean_mask(x, y > 0), tf.boolean_mask(x, y[:, 0, 0] > -9.0),
            tf.where(x > 0.5), tf.gather(x, tf.cast(tf.sigmoid(y[:, :, 0]) * 3, tf.int32), axis=1, batch_dims=1),
            tf.gather(x, tf.argsort(y, axis=-1), batch_dims=2), tf.gather_nd(x, [[0, 1], [1, 2]]), tf.gather(x, [1, 1], axis=-1),
            tf.tensor_scatter_nd_update(x, [[0, 0, 1], [1, 2, 3]], [9.0, 8.0]), tf.tensor_scatter_nd_add(x, [[0, 0, 1]], [1.5]),
            tf.scatter_nd([[1], [3]], y[0, :2], (5, 4)), tf.reverse_sequence(x, tf.cast(tf.abs(y[:, 0, 0]), tf.int32) + 1,
                seq_axis=1, batch_axis=0), tf.sequence_mask(tf.cast(tf.sigmoid(x[:, 0]) * 4, tf.int32), 5),
            tf.searchsorted(tf.sort(x, axis=-1), y), tf.unique(tf.cast(tf.reshape(x, [-1]) * 2.0, tf.int32))[0],
            tf.math.in_top_k(tf.cast(tf.sigmoid(y[:, 0, 0]) * 4, tf.int32), x[:, 0], 2)],
        "segments": lambda x, y: [tf.math.segment_sum(x[0], [0, 0, 1]), tf.math.segment_mean(x[0], [0, 1, 1]), tf.math.segment_max(x[0], [0, 0, 2]),
            tf.math.unsorted_segment_sum(x[0], [1, 0, 1], 3), tf.math.unsorted_segment_max(x[0], [1, 0, 1], 2)],
        "made": lambda x, y: [tf.zeros(tf.shape(x)) + x, tf.ones((tf.shape(x)[0], 3, 4)) * y, tf.fill(tf.shape(x), 2.5), tf.cumsum(x, axis=1),
            tf.cast(tf.range(tf.shape(x)[1]), tf.float32)[:, None] * x, tf.convert_to_tensor(x), tf.ensure_shape(x, (None, 3, 4)),
            tf.histogram_fixed_width(x, [-1.0, 1.0], nbins=4), tf.math.reduce_sum(x, [1], True), tf.reduce_max(x, -1), tf.transpose(x),
            tf.concat([x, y], -1), tf.split(x, 3, 1)[2], tf.tile(x, (1, 1, 2)), tf.expand_dims(x, -1),
            tf.linspace(x[:, 0, 0], y[:, 0, 0], 4), tf.unstack(x, axis=2)[0], tf.math.top_k(x, 2, sorted=True)[0],
            tf.argsort(x, stable=True), tf.repeat(x, [1, 2, 1], axis=1), tf.stack([x, y], -1)],
        "nn": lambda x, y: [tf.nn.batch_normalization(x, *np.arange(16, dtype="float32").reshape(4, 4) / 8.0, 1e-3),
            tf.nn.batch_normalization(x, tf.reduce_mean(x, 0), tf.math.reduce_variance(x, 0), None, None, 1e-3), tf.nn.moments(x, [0, 1])[1],
            tf.nn.moments(x, axes=[2], keepdims=True)[0], tf.nn.weighted_cross_entropy_with_logits(tf.sigmoid(x), y, 2.0),
            tf.nn.log_poisson_loss(tf.abs(x), y), tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(tf.abs(x[..., 0]), tf.int32) % 4, y),
            tf.nn.embedding_lookup(constant((5, 2)).astype("float32"), tf.cast(tf.abs(x), tf.int32) % 5), tf.nn.conv1d(x, w["1d"], 1, "SAME"),
            tf.nn.conv1d(x, w["1d"], stride=2, padding="VALID"), tf.nn.silu(x), tf.nn.softplus(x), tf.nn.top_k(x, 2)[0],
            tf.nn.log_softmax(x, axis=1), tf.nn.crelu(x, axis=1), tf.nn.relu6(x)],
        "linalg": lambda x, y: [tf.linalg.adjoint(x), tf.linalg.cholesky_solve(tf.linalg.cholesky(positive(x)), y), tf.linalg.cross(
            x[..., :3], y[..., :3]), tf.linalg.diag(x), tf.linalg.diag(x, k=1), 
            tf.linalg.logdet(positive(x)), tf.linalg.normalize(x, axis=-1)[0], tf.linalg.pinv(x), tf.abs(tf.linalg.qr(x)[1]),
            tf.linalg.set_diag(positive(x), y[..., 0]), tf.linalg.solve(positive(x), y),
            tf.linalg.triangular_solve(tf.linalg.cholesky(positive(x)), y), tf.linalg.svd(x, compute_uv=False), tf.linalg.tensordot(x, y, [[1, 2], [1, 2]]), tf.linalg.matvec(
                    x, y[:, 0]), tf.linalg.band_part(positive(x), -1, 0), tf.linalg.diag_part(positive(x)), tf.linalg.inv(positive(x))],
        "operators": lambda x, y: [x + y, 1 + x, x - 1, 2 - x, x * y, 3 * x, x / 2, 1 / (x + 9), x // 0.5, 2 // (tf.abs(x) + 1), x % 0.7, 7 % (tf.abs(x) + 1),
            abs(x) ** y, 2 ** x, -x, abs(x), x < y, x <= 0, x > y, x >= 0, (x > 0) & (y > 0), (x > 0) | (y > 0), (x > 0) ^ (y > 0), ~(x > 0),
            x @ tf.transpose(y, [0, 2, 1]), x[:, 1:], x[..., -1], x[:, None, ::2], x[:1, 0]],
        "backend": lambda x, y: [K.mean(x, axis=1), K.sum(x, axis=[1, 2], keepdims=True), K.dot(x, K.transpose(y[0])),
            K.batch_dot(x, y, axes=2), K.l2_normalize(x, axis=-1), K.concatenate([x, y]), K.permute_dimensions(x, (0, 2, 1)),
            K.repeat_elements(x, 2, axis=1), K.softmax(x), K.relu(x, alpha=0.1, max_value=1.0), K.clip(x, -0.5, 0.5), K.stack([x, y], axis=1),
            K.flatten(x), K.batch_flatten(x), K.expand_dims(x), K.squeeze(x[:, :1], 1), K.temporal_padding(x), K.reverse(x, 1), K.cumsum(x, axis=1),
            K.exp(x), K.sqrt(K.abs(x)), K.square(x), K.pow(x, 2), K.std(x, axis=1), K.var(x), K.max(x, axis=1), K.min(x), K.prod(x, axis=2), K.argmax(x),
            K.any(x > 0, axis=1), K.cast(x, "int32"), K.equal(x, y), K.greater(x, y), K.maximum(x, y), K.sigmoid(x), K.hard_sigmoid(x), K.tanh(x), K.elu(x),
            K.softplus(x), K.softsign(x), K.sign(x), K.round(x), K.repeat(x[:, 0], 3),
            K.gather(x, np.array([0, 1])), K.zeros_like(x), K.ones_like(x), K.in_top_k(x[:, 0], K.cast(K.abs(y[:, 0, 0]), "int32"), 2),
            K.binary_crossentropy(K.sigmoid(x), K.sigmoid(y)), K.categorical_crossentropy(K.softmax(x), K.softmax(y)), K.bias_add(x, np.arange(4, dtype="float32")),
            K.one_hot(K.cast(K.abs(x), "int32"), 4), K.reshape(x, (-1, 2, 6)), K.not_equal(x, y),
            K.sin(x), K.batch_normalization(x, K.mean(x, 0), K.var(x, 0), 0.5, 2.0)],
    }
    images = {
        "convolutions": lambda x: [tf.nn.conv2d(x, w["2d"], 1, "SAME"), tf.nn.conv2d(x, w["2d"], [1, 2, 1, 1], "VALID"), tf.nn.conv2d(
            x, w["2d"], strides=[2, 2], padding="VALID", data_format="NHWC", dilations=None), tf.nn.conv2d(x, w["2d"], 1, "VALID", dilations=2),
            tf.nn.convolution(x, w["2d"], padding="SAME"), tf.nn.atrous_conv2d(x, w["2d"], 2, "SAME"), tf.nn.depthwise_conv2d(
                x, w["depthwise"], [1, 1, 1, 1], "SAME"), tf.nn.separable_conv2d(x, w["depthwise"], w["pointwise"], [1, 1, 1, 1], "VALID"),
            tf.nn.conv2d_transpose(
                x, np.transpose(w["2d"], (0, 1, 3, 2)), tf.stack([tf.shape(x)[0], 8, 12, 2]), strides=2, padding="SAME"),
            tf.nn.conv3d(x[..., None], w["3d"], [1, 1, 1, 1, 1], "VALID"), K.conv2d(x, w["2d"], padding="same"), K.depthwise_conv2d(x, w["depthwise"])],
        "resizing": lambda x: [tf.compat.v1.image.resize_bilinear(x, (6, 8)), tf.compat.v1.image.resize_bilinear(x, (7, 9), align_corners=True),
            tf.compat.v1.image.resize_bilinear(x, [6, 8], half_pixel_centers=True), tf.compat.v1.image.resize_nearest_neighbor(x, (3, 9)),
            tf.compat.v1.image.resize_nearest_neighbor(x, (8, 12), align_corners=True), tf.compat.v1.image.resize_bicubic(x, (6, 8)),
            tf.compat.v1.image.resize_area(x, (2, 3)), tf.compat.v1.image.resize(x, (6, 8)), tf.compat.v1.image.resize(x, (7, 9), align_corners=True),
            tf.image.resize(x, tf.shape(x)[1:3] * 2), tf.image.resize(x, (6, 8), "nearest"), tf.image.resize(x, (2, 3), "bilinear", antialias=True),
            tf.image.resize(x, (6, 8), tf.image.ResizeMethod.BILINEAR), tf.image.resize(x, (8, 12), method="area"), tf.image.resize(
                x, (6, 6), method="gaussian"), tf.image.resize(x, (5, 7), method="mitchellcubic"), tf.image.resize(x, (8, 8), preserve_aspect_ratio=True),
            tf.image.resize_with_pad(x, 8, 8), tf.image.resize_with_crop_or_pad(x, 5, 5), K.resize_images(x, 2, 3, "channels_last"), K.resize_images(
                x, 2, 2, "channels_last", interpolation="bilinear"), tf.image.resize(x[0], (2, 2))],
        "images": lambda x: [tf.image.adjust_hue(x, 0.2), tf.image.convert_image_dtype(tf.cast(x * 255, tf.uint8), tf.float32), tf.image.rgb_to_yuv(x),
            tf.image.yuv_to_rgb(x), tf.image.rgb_to_yiq(x), tf.image.yiq_to_rgb(x), tf.image.sobel_edges(x), tf.image.total_variation(x),
            tf.image.transpose(x), tf.image.psnr(x, tf.sqrt(x), 1.0), tf.image.extract_patches(x, [1, 2, 2, 1], [1, 1, 2, 1], [1, 1, 1, 1], "VALID"),
            tf.image.grayscale_to_rgb(x[..., :1]), tf.image.adjust_saturation(x, 0.5),
            tf.image.ssim(tf.image.resize(x, (12, 12)), tf.image.resize(x * x, (12, 12)), 1.0), tf.image.image_gradients(x)[0],
            tf.image.central_crop(x, 0.5), tf.image.rot90(x, 3), tf.image.flip_left_right(x)],
        "quantization": lambda x: [tf.quantization.fake_quant_with_min_max_args(x, 0.0, 0.8), tf.quantization.fake_quant_with_min_max_vars(
            x, 0.1, 0.9, num_bits=4), tf.quantization.fake_quant_with_min_max_vars_per_channel(x, [0.0, 0.1, 0.2], [0.7, 0.8, 0.9])],
        "blocks": lambda x: [tf.space_to_batch(x, [2, 2], [[0, 0], [0, 0]]), tf.batch_to_space(tf.concat([x] * 4, 0), [2, 2], [[0, 0], [0, 0]]),
            tf.nn.pool(x, (2, 2), "AVG", padding="VALID"), tf.nn.max_pool(x, [1, 2, 2, 1], 1, "SAME"),
            K.pool2d(x, (2, 2), pool_mode="avg"),
            K.spatial_2d_padding(x), tf.signal.frame(x[:, :, :, 0], 3, 2)],
    }
    texts = lambda s: [tf.strings.lower(s), tf.strings.upper(s), tf.strings.strip(s), tf.strings.length(s), tf.strings.length(s, unit="UTF8_CHAR"),
                       tf.strings.substr(s, 0, 2), tf.strings.join([s, s], "-"), tf.strings.regex_replace(s, "[a-c]+", "x"), tf.strings.regex_full_match(
                           s, "a.*"), tf.strings.to_hash_bucket_fast(s, 7), tf.strings.to_hash_bucket_strong(s, 9, [1, 2]), tf.strings.as_string(tf.strings.length(s)),
                       tf.strings.to_number(tf.strings.as_string(tf.strings.length(s))), tf.strings.reduce_join(s, axis=1, separator="+")]

    for name, f in two.items():
        c.graph("functions/" + name, lambda x, y, f=f: f(x, y), f32(3, 4), f32(3, 4))
    for name, f in images.items():
        c.graph("functions/" + name, lambda x, f=f: f(x), uniform(4, 6, 3))
    c.graph("functions/layers", lambda x: [L.BatchNormalization(axis=[1, 3])(x), L.BatchNormalization(axis=[2, -1], scale=False)(x)],
            uniform(4, 6, 3))
    locally = {"1d": (L.LocallyConnected1D, (7, 2)), "2d": (L.LocallyConnected2D, (5, 6, 2))}
    for rank, (make, shape) in locally.items():
        for implementation, padding in ((2, "valid"), (2, "same"), (3, "valid"), (3, "same")):
            c.layer(f"functions/locally_connected{rank}_{implementation}_{padding}", lambda m=make, i=implementation, p=padding: m(
                3, 3, strides=2, padding=p, activation="tanh", implementation=i), f32(*shape))
        for implementation in (2, 3):
            c.layer(f"functions/locally_connected{rank}_{implementation}_first", lambda m=make, i=implementation: m(
                2, 2, data_format="channels_first", implementation=i), f32(3, *shape[:-1]))
    c.layer("functions/renorm_axes", lambda: L.BatchNormalization(axis=[1, 3], renorm=True, renorm_clipping={
        "rmax": 1.3, "rmin": 0.8, "dmax": 0.4}, renorm_momentum=0.7, momentum=0.8), uniform(4, 6, 3), train=True)
    c.layer("functions/renorm_axes_plain", lambda: L.BatchNormalization(axis=[2, 3], renorm=True, scale=False, center=False),
            uniform(4, 6, 3), train=True)
    c.graph("functions/signal", lambda x: [  # those that Keras 2 takes as layers
        tf.abs(tf.signal.stft(x, 8, 4)), tf.abs(tf.signal.stft(x, 9, 3, fft_length=16)), tf.abs(tf.signal.stft(x, 8, 4, window_fn=None)),
        tf.abs(tf.signal.fft(tf.cast(x, tf.complex64))), tf.math.real(tf.signal.ifft(tf.signal.fft(tf.cast(x, tf.complex64)))),
        tf.signal.dct(x), tf.signal.dct(x, norm="ortho"), tf.signal.dct(x, type=3), tf.signal.dct(x, type=3, norm="ortho"), tf.signal.idct(x),
        tf.signal.idct(x, norm="ortho"), tf.signal.mfccs_from_log_mel_spectrograms(x), tf.math.imag(tf.signal.fft2d(tf.cast(
            tf.reshape(x, (-1, 4, 6)), tf.complex64))), tf.math.real(tf.signal.ifft2d(tf.cast(tf.reshape(x, (-1, 4, 6)), tf.complex64)))],
        f32(24))
    c.graph("functions/random", lambda x: [
        x + tf.random.normal(tf.shape(x), seed=7), tf.random.uniform(tf.shape(x), -1.0, 2.0, seed=8) * x, tf.random.truncated_normal(
            tf.shape(x), 1.0, 0.5, seed=9), tf.random.uniform(tf.shape(x), 3, 9, dtype=tf.int32, seed=10), tf.random.shuffle(x, seed=11),
        tf.random.categorical(x, 5, seed=12), tf.nn.dropout(x, 0.4, seed=13), tf.nn.dropout(x, rate=0.3, noise_shape=(1, 6), seed=14),
        K.random_normal(tf.shape(x), 1.0, 2.0, seed=15), K.random_uniform(tf.shape(x), seed=16), K.random_bernoulli(
            tf.shape(x), 0.3, seed=17), K.dropout(x, 0.5, seed=18), tf.random.stateless_normal(tf.shape(x), [1, 2]),
        tf.random.stateless_uniform(tf.shape(x), [3, 4], -1.0, 1.0)], f32(6), random=True)
    c.graph("functions/strings", texts, strings(3, values=["a b", " Abc", "äöÜ ", ""]))


def values(spec, rows, random):
    array = spec.data(random, rows)
    return array


def randomize(model, random):
    for w in model.weights:
        if not w.dtype.is_floating or "count" in w.name:
            continue
        noise = random.uniform(-1, 1, size=w.shape)
        value = w.numpy().astype("float64")
        value = np.abs(value) + 0.4 * np.abs(noise) if "variance" in w.name else value + 0.25 * noise
        w.assign(value.astype("float32") if w.constraint is None else w.constraint(tf.constant(value, "float32")))


def tensors(specs, arrays):
    xs = [tf.constant(a.tolist() if a.dtype == object else a, dtype=s.dtype) for s, a in zip(specs, arrays)]
    return xs if len(xs) > 1 else xs[0]


def stored(array):
    array = np.asarray(array)
    if array.dtype == object:
        return np.char.encode(array.astype(str), "utf8") if array.size == 0 or isinstance(array.flat[0], str) else array.astype("S")
    return array.astype("float32") if array.dtype == tf.bfloat16.as_numpy_dtype else array


def windows(saved):
    """A .keras as Keras 2.15 writes it on Windows: groups are named by their paths, with backslashes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "model.weights.h5":
                weights = io.BytesIO()
                with h5py.File(io.BytesIO(content)) as source, h5py.File(weights, "w") as target:
                    def copy(path, item):
                        if path.endswith("vars"):
                            parent = path[:-len("vars")].rstrip("/").replace("/", "\\")
                            source.copy(item, target.require_group(parent) if parent else target, "vars")
                    source.visititems(copy)
                content = weights.getvalue()
            new.writestr(entry.filename, content)
    return out.getvalue()


def write(name, build, specs, options, archive, folder):
    seed = zlib.crc32(name.encode()) % 2**31
    random = np.random.default_rng(seed)
    keras.backend.clear_session()
    tf.random.set_seed(seed)
    np.random.seed(seed)
    model = build()
    randomize(model, random)
    for layer in model._flatten_layers():
        if isinstance(layer, L.Normalization):
            layer.finalize_state()  # which loading does
    arrays, outputs = {}, []
    if options.get("random"):  # seeds of ops count alone where the program set none
        from tensorflow.python.eager import context
        context.context()._seed = None
    for k, n in enumerate((2, 2) if any(s.batch for s in specs) or options.get("protocol") == "sequence" else (2, 3)):
        given = [values(s, n, random) for s in specs]
        outputs = tf.nest.flatten(model(tensors(specs, given), training=False))
        for i, x in enumerate(given):
            arrays[f"b{k}.in.{i}"] = stored(x)
        for i, y in enumerate(outputs):
            arrays[f"b{k}.out.{i}"] = stored(y.numpy())
        if model.stateful and options.get("protocol") != "sequence":
            break
    files = {}
    if options.get("train"):
        files["grads.npz"] = trained(model, specs, arrays, random)
    for file, save in (("model.h5", model.save), ("weights.h5", model.save_weights), ("model.keras", model.save)):
        path = os.path.join(folder, file)
        try:
            save(path)
            files[file] = open(path, "rb").read()
        except (NotImplementedError, TypeError, ValueError) as e:
            print("  no", file, "of", name, str(e)[:100].replace("\n", " "))
        if os.path.exists(path):
            os.remove(path)
    if not files:
        raise NotImplementedError("no file")
    if name.startswith("models/") and "model.keras" in files:
        files["windows.keras"] = windows(files["model.keras"])
    files["model.json"] = model.to_json().encode()
    if "weights.h5" in files and "--all" not in sys.argv:
        del files["weights.h5" if zlib.crc32(name.encode()) % 4 else "model.json"]
        if "weights.h5" not in files:
            files.pop("model.json", None)
        else:
            files["model.json"] = model.to_json().encode()
    npz = io.BytesIO()
    np.savez_compressed(npz, **arrays)
    files["expected.npz"] = npz.getvalue()
    tags = {"float16": 5e-3, "bfloat16": 4e-2, "deep": 1e-4, "spectral": 1e-4}
    tolerance = options.get("tolerance", max([1e-5] + [tags[t] for t in options.get("tags", ()) if t in tags]))
    described = {"id": f"{SUITE}/{name}", "suite": SUITE, "format_version": 1, "keras_version": VERSION, "files": sorted(files),
                 "layers": sorted({type(l).__name__ for l in model._flatten_layers()}),
                 "inputs": [{"dtype": s.dtype} for s in specs], "outputs": [{"dtype": y.dtype.name} for y in outputs],
                 "tolerance": {"rtol": tolerance, "atol": tolerance}}
    files["case.json"] = json.dumps(described, indent=1, sort_keys=True).encode()
    for file, content in sorted(files.items()):
        archive.writestr(zipfile.ZipInfo(f"{SUITE}/{name}/{file}", (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


def trained(model, specs, arrays, random):
    """What a training call gives and leaves, and its gradients; the model is as before."""
    before = [w.numpy() for w in model.weights]
    x = tensors(specs, [arrays[f"b0.in.{i}"] for i in range(len(specs))])
    given = {}
    for prefix, training in (("", False), ("train.", True)):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.nest.flatten(model(x, training=training))
            cot = [given.setdefault(f"cot.{i}", random.standard_normal(v.shape).astype("float32")) for i, v in enumerate(y)]
            loss = tf.add_n([tf.reduce_sum(v * c) for v, c in zip(y, cot)])
        names = [w.name.removesuffix(":0") for w in model.trainable_weights]
        gradients = tape.gradient(loss, [x, *model.trainable_weights])
        given[prefix + "loss"] = np.float64(loss)
        given.update({prefix + k: g.numpy() for k, g in zip(["d.in.0", *("d.w." + n for n in names)], gradients)})
    given.update({f"train.out.{i}": v.numpy() for i, v in enumerate(y)})
    given.update({"train.state." + w.name.removesuffix(":0"): w.numpy() for w, old in zip(model.weights, before)
                  if not np.array_equal(w.numpy(), old)})
    model.set_weights(before)
    npz = io.BytesIO()
    np.savez_compressed(npz, **given)
    return npz.getvalue()


def sampled(name, classes):
    """Whether a case is among the few of its class; those with known limits are left out."""
    if any(part in name for part in ("large_offset", "bicubic", "layers/lambda/")):
        return False
    if name.startswith("odd/"):
        return keras2_odd.kept(name)
    if not name.startswith("layers/"):
        return True
    family = name.split("/")[1]
    classes[family] = classes.get(family, 0) + 1
    return classes[family] % 4 == 1


def optimizers():
    """What Keras 2.11 to 2.15 train with: every optimizer, and what changes how many variables it has. Not Nadam, which keeps the
    product of its momenta in no file and counts its steps from one again, so that Keras itself goes on otherwise."""
    def of(name, **arguments):
        module = importlib.import_module("keras.optimizers." + name.lower())
        return lambda: getattr(module, name)(**arguments)
    schedule = importlib.import_module("keras.optimizers.schedules.learning_rate_schedule")
    rate = {"learning_rate": 0.05}
    return {"sgd": of("SGD", **rate), "sgd_momentum": of("SGD", momentum=0.9, nesterov=True, **rate), "adadelta": of("Adadelta", **rate),
            "adafactor": of("Adafactor", **rate), "adagrad": of("Adagrad", **rate), "adam": of("Adam", **rate),
            "adam_amsgrad": of("Adam", amsgrad=True, clipnorm=0.1, **rate), "adamax": of("Adamax", **rate),
            "adamw": of("AdamW", weight_decay=0.02, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=3, **rate),
            "ftrl": of("Ftrl", l1_regularization_strength=0.01, beta=0.1, **rate), "lion": of("Lion", **rate),
            "rmsprop": of("RMSprop", **rate),
            "rmsprop_centered": of("RMSprop", centered=True, momentum=0.5, **rate),
            "schedule": of("Adam", learning_rate=schedule.ExponentialDecay(0.1, 2, 0.5))}


def trained(name, optimizer, embeds, archive, folder):
    """A model as it is after four steps, and its losses and weights in the three steps after loading it."""
    keras.backend.clear_session()
    tf.random.set_seed(1)
    random = np.random.default_rng(zlib.crc32(name.encode()))
    first = [L.Embedding(6, 4), L.Flatten()] if embeds else [L.Dense(4, activation="tanh")]
    model = keras.Sequential([L.Input((3,)), *first, L.Dense(2)])
    model.compile(optimizer(), "mse", run_eagerly=True)
    x = random.integers(0, 4, (6, 3)).astype("float32") if embeds else random.normal(size=(6, 3)).astype("float32")
    y = random.normal(size=(6, 2)).astype("float32")
    for _ in range(4):
        model.train_on_batch(x, y)
    files = {}
    for file in ("model.h5", "model.keras"):
        path = os.path.join(folder, file)
        model.save(path)
        files[file] = open(path, "rb").read()
    arrays = {"x": x, "y": y}
    model = keras.models.load_model(os.path.join(folder, "model.h5"))
    model.reset_metrics()
    arrays["loss"] = np.array([model.train_on_batch(x, y) for _ in range(3)], "float32")
    arrays.update({f"w.{i}": w.numpy() for i, w in enumerate(model.weights)})
    npz = io.BytesIO()
    np.savez_compressed(npz, **arrays)
    files["expected.npz"] = npz.getvalue()
    for file, content in sorted(files.items()):
        archive.writestr(zipfile.ZipInfo(f"{SUITE}/{name}/{file}", (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


def train():
    with zipfile.ZipFile(target, "w") as archive, tempfile.TemporaryDirectory() as folder:
        for name, optimizer in optimizers().items():
            trained(name, optimizer, False, archive, folder)
        for name in ("adafactor", "adam_amsgrad", "rmsprop"):
            trained("embedding_" + name, optimizers()[name], True, archive, folder)


def main():
    if "--odd" in sys.argv:
        keras2_odd.define(Collector(), keras)
    else:
        functions(Collector())
        own(Collector())
    for module in () if "--odd" in sys.argv else ("core", "activations", "convolution", "pooling", "recurrent", "attention", "normalization", "merging",
                   "reshaping", "regularization", "preprocessing"):
        try:
            importlib.import_module("oracle.layers." + module).define(Collector("layers"))
        except Exception as e:
            print("not all of", module, type(e).__name__, e)
    count, failed, classes = 0, {}, {}
    with zipfile.ZipFile(target, "w") as archive, tempfile.TemporaryDirectory() as folder:
        for name, build, specs, options in CASES:
            if name.startswith("functions/") != ("--functions" in sys.argv):
                continue
            if "--models" in sys.argv and not name.startswith("models/"):
                continue
            if "--all" not in sys.argv and not sampled(name, classes):
                continue
            try:
                write(name, build, specs, options, archive, folder)
                count += 1
            except Exception as e:
                failed[name] = f"{type(e).__name__} {str(e)[:150]}".replace("\n", " ")
    for name, why in failed.items():
        print("not made:", name, why)
    print(count, "cases")


def outputs(path, folder):
    """What is wrong with what Keras 2 computes with a file."""
    info = json.loads((folder / "case.json").read_text())
    expected = np.load(folder / "expected.npz")
    model = keras.models.load_model(path, compile=False)
    given = [tf.constant([s.decode() for s in expected[f"b0.in.{i}"].ravel()], shape=expected[f"b0.in.{i}"].shape)
             if x["dtype"] == "string" else tf.cast(expected[f"b0.in.{i}"], x["dtype"]) for i, x in enumerate(info["inputs"])]
    for i, y in enumerate(tf.nest.flatten(model(given if len(given) > 1 else given[0], training=False))):
        want = expected[f"b0.out.{i}"]
        if want.dtype.kind != "f":
            same = np.array_equal(np.asarray(y).astype(want.dtype), want)
        else:
            t = info["tolerance"]
            same = y.shape == want.shape and np.allclose(
                np.asarray(y, "float32"), want, 10 * t["rtol"], 10 * t["atol"] * max(1, np.abs(want).max(initial=0)), equal_nan=True)
        if not same:
            return f"output {i}: {np.abs(np.asarray(y, 'float64') - want).max() if y.shape == want.shape else y.shape}"
    return None


def resumed(path, folder):
    """What is wrong with how Keras 2 trains on from a file."""
    info = json.loads((folder / "case.json").read_text())
    expected, data = np.load(folder / "expected.npz"), np.load(folder / "data.npz")
    if "resume.loss" not in expected or info["class_weight"]:
        return None
    model = keras.models.load_model(path, custom_objects={"SpectralNormalization": L.SpectralNormalization})  # not registered

    def rows(prefix, at):
        parts = {k.split(".", 1)[1]: data[k][at] for k in data.files if k.startswith(prefix + ".")}
        if not all(k.isdigit() for k in parts):
            return parts
        return next(iter(parts.values())) if len(parts) == 1 else list(parts.values()) or None
    for k, want in enumerate(expected["resume.loss"]):
        begin = (info["steps"] + k) % info["steps_per_epoch"] * info["batch_size"]
        at = slice(begin, begin + info["batch_size"])
        model.reset_metrics()
        loss = model.train_on_batch(rows("x", at), rows("y", at), sample_weight=rows("sample_weight", at), return_dict=True)["loss"]
        if not np.allclose(loss, want, rtol=2e-3, atol=1e-5):
            return f"loss {k} is {loss}, not {want}"
    return None


def check():
    saved = pathlib.Path(sys.argv[4]).resolve()
    count = {"ok": 0, "wrong": 0}
    for path in sorted(saved.rglob("*.h5")):
        at = path.relative_to(saved).parent
        folder = next(f for f in [target / at, *(t / at for t in target.iterdir())] if any((f / n).exists() for n in ("model.keras", "model.h5")))
        keras.backend.clear_session()
        try:
            wrong = (resumed if (folder / "data.npz").exists() else outputs)(path, folder)
        except Exception as e:
            wrong = f"{type(e).__name__} {e}"
        count["wrong" if wrong else "ok"] += 1
        if wrong:
            print(path.relative_to(saved), str(wrong).replace("\n", " ")[:300], flush=True)
    print(f"{count['ok']} load with Keras {VERSION} and compute the same, {count['wrong']} wrong")
    return 1 if count["wrong"] or not count["ok"] else 0


if "--check" in sys.argv:
    sys.exit(check())
train() if "--trained" in sys.argv else main()
