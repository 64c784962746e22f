"""Cases of real Keras 1: models as it saved them (.h5, JSON or YAML with weights), inputs, and what it computed.

    git -C KERAS archive 1.2.2 | tar x -C SOURCES       # KERAS: a clone of keras-team/keras
    python keras1.py SOURCES ../cases/keras1.zip

Needs the oracle's environment and PyYAML. Keras 1.2.2 runs on today's TensorFlow with the shims below, which change
nothing that it computes: TensorFlow 1's functions, and names that Python has since moved.
"""
import collections
import collections.abc
import inspect
import io
import json
import os
import pathlib
import shutil
import sys
import tempfile
import zipfile

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
sources, target = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()

work = pathlib.Path(tempfile.mkdtemp())
os.environ["HOME"] = str(work)
shutil.copytree(os.path.join(sources, "keras"), work / "keras")
for file in (work / "keras").rglob("*.py"):
    text = file.read_text(encoding="utf8")
    file.write_text(text.replace("import tensorflow as tf", "import tensorflow.compat.v1 as tf"), encoding="utf8")
for name in ("Iterable", "Mapping", "Sequence", "Callable"):
    setattr(collections, name, getattr(collections.abc, name))
Spec = collections.namedtuple("ArgSpec", "args varargs keywords defaults")
inspect.getargspec = lambda f: Spec(*inspect.getfullargspec(f)[:4])
sys.path.insert(0, str(work))
sys.path.append("/usr/lib/python3/dist-packages")

import h5py
import numpy as np
import tensorflow.compat.v1 as tf

from tensorflow.python.ops import control_flow_ops

tf.disable_v2_behavior()
control_flow_ops.while_loop = tf.while_loop
control_flow_ops.cond = tf.cond
import keras
from keras import backend as K
from keras.layers import *
from keras.models import Model, Sequential

assert keras.__version__.startswith("1."), keras.__version__

CASES = []


def case(name, inputs, **options):
    """A case: the function under it makes the model; `inputs` are shapes, or (shape, highest integer)."""
    def add(make):
        CASES.append((name, inputs, make, options))
        return make
    return add


def layer(name, shape, make, high=None, **options):
    """A case of one layer between an input and an output."""
    def model():
        x = Input(shape, name="x", dtype="int32" if high else "float32")
        return Model(x, make()(x), name="m")
    CASES.append((name, [(shape, high)], model, options))


TF, TH = dict(dim_ordering="tf"), dict(dim_ordering="th")

# core
layer("dense/plain", (5,), lambda: Dense(4, init="he_normal", W_regularizer="l2", b_constraint="nonneg", name="d"))
layer("dense/no_bias", (5,), lambda: Dense(4, activation="tanh", bias=False))
layer("dense/time", (3, 5), lambda: Dense(4, activation="relu"))
layer("time_distributed_dense", (3, 5), lambda: TimeDistributedDense(4, activation="sigmoid", input_length=3))
layer("highway/plain", (5,), lambda: Highway(activation="tanh"))
layer("highway/no_bias", (5,), lambda: Highway(bias=False))
layer("maxout/plain", (5,), lambda: MaxoutDense(3, nb_feature=4))
layer("maxout/no_bias", (5,), lambda: MaxoutDense(3, nb_feature=2, bias=False))
layer("dropout", (5,), lambda: Dropout(0.5))
layer("spatial_dropout/tf", (4, 4, 3), lambda: SpatialDropout2D(0.3, **TF))
layer("noise/gaussian", (5,), lambda: GaussianNoise(0.2))
layer("noise/dropout", (5,), lambda: GaussianDropout(0.2))
for f in ("softmax", "softplus", "softsign", "relu", "tanh", "sigmoid", "hard_sigmoid"):
    layer("activation/" + f, (5,), lambda f=f: Activation(f))
layer("reshape", (4, 6), lambda: Reshape((3, 8)))
layer("permute", (4, 3, 2), lambda: Permute((2, 3, 1)))
layer("flatten", (4, 3), lambda: Flatten())
layer("repeat_vector", (4,), lambda: RepeatVector(3))
layer("embedding/plain", (6,), lambda: Embedding(10, 4, input_length=6, init="uniform", W_regularizer="l2"), high=10)
layer("advanced/leaky_relu", (5,), lambda: LeakyReLU(0.2))
layer("advanced/prelu", (3, 5), lambda: PReLU(init="uniform"))
layer("advanced/elu", (5,), lambda: ELU(0.7))
layer("advanced/thresholded_relu", (5,), lambda: ThresholdedReLU(0.4))
layer("advanced/parametric_softplus", (5,), lambda: ParametricSoftplus())
layer("advanced/srelu", (5,), lambda: SReLU(t_right_init="one"))

# convolutions and pooling, in both orderings
layer("conv1d/valid", (8, 3), lambda: Convolution1D(4, 3, activation="relu", subsample_length=2))
layer("conv1d/same", (8, 3), lambda: Convolution1D(4, 3, border_mode="same", bias=False))
layer("conv1d/atrous", (9, 3), lambda: AtrousConvolution1D(4, 3, atrous_rate=2))
for ordering, shape, cube in (("tf", (6, 7, 2), (4, 5, 6, 2)), ("th", (2, 6, 7), (2, 4, 5, 6))):
    o = dict(dim_ordering=ordering)
    add = lambda n, s, f, **k: layer(f"{n}/{ordering}", s, f, **k)
    add("conv2d/valid", shape, lambda o=o: Convolution2D(3, 2, 3, subsample=(2, 1), init="uniform", **o))
    add("conv2d/same", shape, lambda o=o: Convolution2D(3, 3, 3, border_mode="same", activation="relu", bias=False, **o))
    add("conv2d/atrous", shape, lambda o=o: AtrousConvolution2D(3, 2, 2, atrous_rate=(2, 2), **o))
    add("deconv2d", shape, lambda o=o, s=shape: Deconvolution2D(
        3, 3, 3, output_shape=(None, 13, 15, 3) if o["dim_ordering"] == "tf" else (None, 3, 13, 15), subsample=(2, 2), **o),
        batch=2)
    add("separable2d", shape, lambda o=o: SeparableConvolution2D(3, 2, 2, depth_multiplier=2, **o))
    add("conv3d", cube, lambda o=o: Convolution3D(3, 2, 3, 2, **o))
    add("max_pooling2d", shape, lambda o=o: MaxPooling2D((2, 3), border_mode="same", **o))
    add("average_pooling2d", shape, lambda o=o: AveragePooling2D((2, 2), strides=(1, 2), **o))
    add("max_pooling3d", cube, lambda o=o: MaxPooling3D((2, 2, 2), **o))
    add("average_pooling3d", cube, lambda o=o: AveragePooling3D((2, 2, 3), strides=(1, 1, 2), **o))
    add("global_max2d", shape, lambda o=o: GlobalMaxPooling2D(**o))
    add("global_average2d", shape, lambda o=o: GlobalAveragePooling2D(**o))
    add("global_average3d", cube, lambda o=o: GlobalAveragePooling3D(**o))
    add("locally_connected2d", shape, lambda o=o: LocallyConnected2D(3, 2, 3, subsample=(2, 1), activation="tanh", **o))
layer("locally_connected1d", (7, 3), lambda: LocallyConnected1D(4, 3, subsample_length=2))
layer("max_pooling1d", (8, 3), lambda: MaxPooling1D(3, stride=2, border_mode="same"))
layer("average_pooling1d", (8, 3), lambda: AveragePooling1D(2))
layer("global_max1d", (8, 3), lambda: GlobalMaxPooling1D())
layer("global_average1d", (8, 3), lambda: GlobalAveragePooling1D())
layer("up_sampling1d", (4, 3), lambda: UpSampling1D(3))
layer("zero_padding1d", (4, 3), lambda: ZeroPadding1D(2))
layer("cropping1d", (7, 3), lambda: Cropping1D((1, 2)))


def unsaid(ordering, shape):
    """Layers whose configuration does not say their ordering, after one that does."""
    o = dict(dim_ordering=ordering)

    def model():
        K.set_image_dim_ordering(ordering)
        m = Sequential([Convolution2D(2, 1, 1, input_shape=shape, **o), ZeroPadding2D((1, 2), **o), UpSampling2D((2, 3), **o),
                        Cropping2D(((1, 0), (2, 1)), **o), SpatialDropout2D(0.5, **o), Flatten(), Dense(2)])
        K.set_image_dim_ordering("tf")
        return m
    CASES.append((f"ordering_unsaid/{ordering}", [(shape, None)], model, {}))


unsaid("tf", (4, 5, 3))
unsaid("th", (3, 4, 5))
layer("padding3d", (2, 3, 4, 2), lambda: ZeroPadding3D((1, 0, 2), **TF))

# normalisation
layer("batch_norm/mode0", (4, 5), lambda: BatchNormalization(epsilon=1e-3))
layer("batch_norm/axis1", (3, 4, 5), lambda: BatchNormalization(axis=1, epsilon=1e-5, momentum=0.9))
layer("batch_norm/mode1", (5,), lambda: BatchNormalization(mode=1))
layer("batch_norm/mode2", (5,), lambda: BatchNormalization(mode=2))

# recurrent
for consume in ("cpu", "mem", "gpu"):
    c = dict(consume_less=consume)
    layer("lstm/" + consume, (5, 3), lambda c=c: LSTM(4, inner_activation="sigmoid", dropout_W=0.2, dropout_U=0.1, **c))
    layer("gru/" + consume, (5, 3), lambda c=c: GRU(4, return_sequences=True, **c))
    layer("simple_rnn/" + consume, (5, 3), lambda c=c: SimpleRNN(4, go_backwards=True, **c))
layer("lstm/options", (5, 3), lambda: LSTM(
    4, return_sequences=True, go_backwards=True, unroll=True, inner_init="uniform", forget_bias_init="one", U_regularizer="l2"))
layer("conv_lstm2d/tf", (3, 5, 6, 2), lambda: ConvLSTM2D(3, 2, 2, return_sequences=True, border_mode="same", **TF))
layer("conv_lstm2d/th", (3, 2, 5, 6), lambda: ConvLSTM2D(3, 2, 2, border_mode="same", **TH))
layer("bidirectional/concat", (5, 3), lambda: Bidirectional(LSTM(4, return_sequences=True)))
layer("bidirectional/sum", (5, 3), lambda: Bidirectional(GRU(4, consume_less="gpu"), merge_mode="sum"))
layer("time_distributed/dense", (5, 3), lambda: TimeDistributed(Dense(4, activation="relu")))
layer("time_distributed/conv2d_th", (3, 2, 5, 6), lambda: TimeDistributed(Convolution2D(3, 2, 2, **TH)))


@case("activity_regularization", [(4,)])
def _():
    return Sequential([Dense(3, input_dim=4, activation="linear"), Activation("linear"), ActivityRegularization(l1=0.1), Dense(2)])


@case("masking/lstm", [(5, 3)])
def _():
    return Sequential([Masking(0.0, input_shape=(5, 3)), LSTM(4, return_sequences=True), GRU(3), Dense(2)])


@case("masking/embedding", [((6,), 4)])
def _():
    return Sequential([Embedding(10, 4, mask_zero=True, input_length=6, dropout=0.1), LSTM(4), Dense(1, activation="sigmoid")])


# merging
for mode, axis in (("sum", -1), ("mul", -1), ("ave", -1), ("max", -1), ("concat", -1), ("concat", 1)):
    @case(f"merge/{mode}_{axis}", [(3, 4), (3, 4)])
    def _(mode=mode, axis=axis):
        a, b = Input((3, 4), name="a"), Input((3, 4), name="b")
        return Model([a, b], Dense(2)(merge([a, b], mode=mode, concat_axis=axis)))

for name, axes, shapes in (("dot_1", 1, [(4,), (4,)]), ("dot_2", [2, 2], [(3, 4), (5, 4)]), ("dot_21", [2, 1], [(3, 4), (4, 5)]),
                           ("dot_111", [1, 1], [(3, 4), (3, 5)])):
    @case(f"merge/{name}", shapes)
    def _(axes=axes, shapes=shapes):
        a, b = (Input(s) for s in shapes)
        return Model([a, b], merge([a, b], mode="dot", dot_axes=axes))

for name, axes, shapes in (("cos_1", 1, [(4,), (4,)]), ("cos_2", 2, [(3, 4), (3, 4)])):
    @case(f"merge/{name}", shapes)
    def _(axes=axes, shapes=shapes):
        a, b = (Input(s) for s in shapes)
        return Model([a, b], merge([a, b], mode="cos", dot_axes=axes))


@case("merge/sequential", [(4,), (3,)])
def _():
    left = Sequential([Dense(3, input_dim=4, activation="relu", name="l1"), Dense(5, name="l2")], name="left")
    right = Sequential([Dense(5, input_shape=(3,), name="r1")], name="right")
    return Sequential([Merge([left, right], mode="concat", name="joined"), Dense(4, name="t1"), BatchNormalization(name="t2"),
                       Dense(2, name="t3")])


def graph(prefix, size):
    """A model to merge, whose layers lie in the model around it."""
    x = Input((size,), name=prefix + "_in")
    h = Dense(4, activation="tanh", name=prefix + "_d")(x)
    return Model(x, merge([h, Dense(4, name=prefix + "_e")(h)], mode="sum", name=prefix + "_s"), name=prefix)


@case("merge/models", [(5,), (3,)])
def _():
    return Sequential([Merge([graph("p", 5), graph("q", 3)], mode="mul", name="joined"), Dense(2, name="t")])


@case("merge/model_and_sequential", [(5,), (3,)])
def _():
    right = Sequential([Dense(4, input_dim=3, name="r1"), BatchNormalization(name="r2")], name="right")
    return Sequential([Merge([graph("p", 5), right], mode="concat", concat_axis=1, name="joined"), Dense(2, name="t")])


@case("merge/nested_first", [(5,), (4,)])
def _():
    left = Sequential([graph("p", 5), Dense(3, name="l2")], name="left")
    right = Sequential([Sequential([Dense(4, input_dim=4, name="r0")], name="r"), Dense(3, name="r2")], name="right")
    return Sequential([Merge([left, right], mode="max", name="joined"), Dense(2, name="t")])


@case("merge/merged_again", [(4,), (3,), (5,)])
def _():
    left = Sequential([Merge([Sequential([Dense(3, input_dim=4, name="a")], name="sa"), Sequential([Dense(
        3, input_dim=3, name="b")], name="sb")], mode="ave", name="inner"), Dense(2, name="c")], name="left")
    return Sequential([Merge([left, Sequential([Dense(2, input_dim=5, name="d")], name="sd")], mode="sum", name="outer"), Dense(
        2, name="t")])


@case("merge/masks", [((6,), 4), ((6,), 4)])
def _():
    a, b = Input((6,), dtype="int32"), Input((6,), dtype="int32")
    e = Embedding(10, 4, mask_zero=True)
    return Model([a, b], LSTM(3)(merge([e(a), e(b)], mode="concat", concat_axis=-1)))


# topologies
@case("sequential/nested", [(4,)])
def _():
    inner = Sequential([Dense(3, input_dim=4, name="i1"), BatchNormalization(name="i2")], name="inner")
    return Sequential([inner, Dense(2, name="o")], name="outer")


@case("sequential/dtype", [((5,), 7)])
def _():
    return Sequential([Embedding(7, 3, input_length=5, mask_zero=False), Flatten(), Dense(2, trainable=False)])


@case("model/shared", [(4,), (4,)])
def _():
    a, b, d = Input((4,), name="a"), Input((4,), name="b"), Dense(3, name="shared")
    return Model(input=[a, b], output=[merge([d(a), d(b)], mode="sum", name="s"), Dense(2, name="two")(d(a))])


@case("model/nested", [(4,)])
def _():
    i = Input((4,), name="i")
    inner = Model(i, BatchNormalization(name="n")(Dense(3, name="h")(i)), name="inner")
    x = Input((4,), name="x")
    return Model(x, Dense(2, name="out")(merge([inner(x), inner(x)], mode="sum")), name="outer")


@case("network/theano_cnn", [(1, 12, 12)])
def _():
    K.set_image_dim_ordering("th")
    m = Sequential([ZeroPadding2D((1, 1), input_shape=(1, 12, 12)), Convolution2D(4, 3, 3, activation="relu"),
                    MaxPooling2D((2, 2)), Convolution2D(3, 3, 3, border_mode="same"), BatchNormalization(axis=1), Flatten(),
                    Dense(10, activation="softmax")])
    K.set_image_dim_ordering("tf")
    return m


@case("network/text", [((12,), 20)])
def _():
    x = Input((12,), dtype="int32", name="x")
    e = Embedding(20, 8, input_length=12)(x)
    parts = [GlobalMaxPooling1D()(Convolution1D(4, k, activation="relu")(e)) for k in (2, 3)]
    h = merge(parts + [Bidirectional(GRU(3))(e)], mode="concat")
    return Model(x, Dense(1, activation="sigmoid")(Dropout(0.5)(h)))


def values(shape, high, rows, random):
    if high:
        return random.randint(0, high, (rows,) + tuple(shape)).astype("int32")
    return random.randn(rows, *shape).astype("float32")


def write(name, inputs, make, options, archive):
    K.clear_session()
    K.set_image_dim_ordering("tf")
    random = np.random.RandomState(len(name) * 1000 + sum(map(ord, name)) % 1000)
    np.random.seed(1)
    model = make()
    weights = [random.uniform(0.5, 1.5, w.shape) if "running_std" in v.name or "gamma" in v.name else random.randn(*w.shape) * 0.5
               for v, w in zip(model.weights, model.get_weights())]
    model.set_weights(weights)
    shapes = [s if isinstance(s[0], tuple) else (s, None) for s in inputs]
    arrays, rows = {}, options.get("batch")
    for k, n in enumerate((rows, rows) if rows else (2, 3)):
        given = [values(s, h, n, random) for s, h in shapes]
        if name == "masking/lstm":
            given[0][0, 3:] = 0
            given[0][1, :2] = 0
        out = model.predict(given if len(given) > 1 else given[0], batch_size=n)
        for i, x in enumerate(given):
            arrays[f"b{k}.in.{i}"] = x
        for i, y in enumerate(out if isinstance(out, list) else [out]):
            arrays[f"b{k}.out.{i}"] = y
    folder = "keras1/" + name + "/"
    npz = io.BytesIO()
    np.savez_compressed(npz, **arrays)
    files = {"expected.npz": npz.getvalue()}
    for file, save in (("model.h5", model.save), ("weights.h5", model.save_weights)):
        path = work / file
        save(str(path))
        files[file] = path.read_bytes()
        path.unlink()
    files["model.json"] = model.to_json().encode()
    if name.split("/")[0] in ("dense", "lstm", "merge", "network", "model", "sequential"):
        files["model.yaml"] = model.to_yaml().encode()
    described = {"id": "keras1/" + name, "suite": "keras1", "format_version": 1, "keras_version": keras.__version__,
                 "layers": sorted({l.__class__.__name__ for l in model.layers}), "files": sorted(files),
                 "inputs": [{"dtype": "int32" if h else "float32"} for _, h in shapes], "tolerance": {"rtol": 1e-5, "atol": 1e-5}}
    files["case.json"] = json.dumps(described, indent=1, sort_keys=True).encode()
    for file, content in sorted(files.items()):
        archive.writestr(zipfile.ZipInfo(folder + file, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


def main():
    with zipfile.ZipFile(target, "w") as archive:
        for name, inputs, make, options in CASES:
            try:
                write(name, inputs, make, options, archive)
            except Exception as e:
                print("not made:", name, type(e).__name__, str(e)[:300])
    print(len(CASES), "cases")


main()
