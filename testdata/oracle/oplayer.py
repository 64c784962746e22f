"""Cases of operations of TensorFlow as layers, as TensorFlow 2.0 to 2.3 saved them (class TensorFlowOpLayer).

And of functions of TensorFlow as layers (class TFOpLambda), as those after it did.

    python oplayer.py ../cases/oplayer.zip

Needs the oracle's environment. TensorFlow still holds that class in tensorflow.python.keras, which made and saves the
models here with the two shims below. A node is what a traced function holds; inputs that are constants of the graph become the
layer's constants, as that version's functional models made them.
"""
import io
import json
import os
import pathlib
import sys
import tempfile
import zipfile
import zlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
target = pathlib.Path(sys.argv[1]).resolve()

import h5py
import numpy as np
import tensorflow as tf
from google.protobuf import json_format
from tensorflow.core.framework import node_def_pb2
from tensorflow.python import keras
from tensorflow.python.distribute import input_lib
from tensorflow.python.framework import tensor_util
from tensorflow.python.keras.engine.base_layer import TensorFlowOpLayer

input_lib.DistributedDatasetInterface = input_lib.DistributedDatasetSpec
keras.__version__ = "2.4.0"  # of TensorFlow 2.3
L = keras.layers


def wrap(f, *xs):
    """f(*xs), each of its operations a layer."""
    graph = tf.Graph()
    with graph.as_default():
        holders = [tf.compat.v1.placeholder(x.dtype, x.shape) for x in xs]
        results = f(*holders)
    made = {h.name: x for h, x in zip(holders, xs)}
    for op in graph.get_operations():
        if op.type in ("Placeholder", "Const"):
            continue
        inputs, constants = [], {}
        for i, t in enumerate(op.inputs):
            value = tensor_util.constant_value(t) if t.name not in made else None
            if value is None:
                inputs.append(made[t.name])
            else:
                constants[i] = value
        layer = TensorFlowOpLayer(op.node_def.SerializeToString(), op.name.replace("/", "_"), constants)
        outputs = layer(inputs if len(inputs) > 1 else inputs[0])
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        made.update({t.name: y for t, y in zip(op.outputs, outputs)})
    return [made[r.name] for r in (results if isinstance(results, (list, tuple)) else [results])]


TABLE = {
    "arithmetic": lambda x, y: [x * 2.0 + y, 1.0 - x, x / 3.0, x * x, -y, tf.square(x) - y, tf.math.floordiv(x, 0.3), tf.pow(tf.abs(x), 1.5)],
    "compare": lambda x, y: [tf.cast(x > y, tf.float32), tf.where(x > 0.0, x, y), tf.maximum(x, 0.1), tf.logical_not(x <= y)],
    "math": lambda x, y: [tf.exp(x), tf.math.log1p(tf.abs(x)), tf.math.erf(x), tf.math.rsqrt(tf.abs(y) + 1.0), tf.tanh(x),
                          tf.sigmoid(y), tf.math.lgamma(x), tf.clip_by_value(x, -0.5, 0.5)],
    "nn": lambda x, y: [tf.nn.relu(x), tf.nn.relu6(x * 4), tf.nn.leaky_relu(x, 0.3), tf.nn.softmax(x), tf.nn.elu(x), tf.nn.log_softmax(y)],
    "reduce": lambda x, y: [tf.reduce_mean(x, axis=1), tf.reduce_sum(x, axis=[1, 2]), tf.reduce_max(x, axis=-1, keepdims=True),
                            tf.argmax(x, axis=-1), tf.math.cumsum(x, axis=1, exclusive=True)],
    "shape": lambda x, y: [tf.reshape(x, (-1, 12)), tf.transpose(x, [0, 2, 1]), tf.expand_dims(x, 1), tf.concat([x, y], axis=1), x[:, 0],
                           x[:, ::2, 1:3], tf.stack([x, y], axis=1), tf.pad(x, [[0, 0], [1, 2], [0, 0]]), tf.tile(x, [1, 2, 1]),
                           tf.gather(x, [2, 0], axis=1)],
    "outputs": lambda x, y: [tf.split(x, 2, axis=2)[1], tf.unstack(y, axis=1)[2], tf.math.top_k(x, 2)[0]],
    "bytes": lambda x, y: [x * 2.0 + y, tf.matmul(x, y, transpose_b=True), tf.transpose(x, [0, 2, 1])],
    "dynamic": lambda x, y: [tf.reshape(x, tf.stack([tf.shape(x)[0], 2, 6])), tf.matmul(x, y, transpose_b=True)],
}


# calls of functions, as later versions wrote them (class TFOpLambda)
FUNCTIONS = {
    "math": lambda x, y: [tf.math.cumprod(x, axis=1, exclusive=True), tf.math.cumprod(x, axis=2, exclusive=True, reverse=True),
                          tf.math.cumprod(x, axis=1, reverse=True), tf.math.erfc(x), tf.math.lgamma(x), tf.math.digamma(tf.abs(x) + 0.1), tf.math.erfinv(tf.tanh(x)), tf.math.rint(x * 3.0),
                          tf.math.logical_xor(x > 0, y > 0), tf.math.reciprocal_no_nan(tf.nn.relu(x)), tf.math.scalar_mul(2.0, x),
                          tf.math.zero_fraction(tf.nn.relu(x)), tf.nn.zero_fraction(tf.nn.relu(y))],
    "nn": lambda x, y: [tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.sigmoid(x), logits=y),
                        tf.nn.softmax_cross_entropy_with_logits(labels=tf.nn.softmax(x), logits=y),
                        tf.nn.avg_pool1d(x, 2, 1, "SAME"), tf.nn.max_pool1d(x, [2], [1], "VALID"),
                        tf.nn.max_pool1d(x, 2, 2, "VALID", data_format="NWC")],
    "linalg": lambda x, y: [tf.linalg.matvec(x, y[:, 0]), tf.linalg.matvec(x, y[:, :, 0], transpose_a=True), tf.linalg.matrix_transpose(x),
                            tf.linalg.det(x[:, :, :3]), tf.linalg.inv(x[:, :, :3]),
                            tf.linalg.cholesky(tf.matmul(x, x, transpose_b=True))],
}
PICTURES = {
    "pooling": lambda x: [tf.nn.max_pool2d(x, [1, 2, 3, 1], [1, 2, 1, 1], "VALID"), tf.nn.max_pool2d(x, (2, 3), 1, "SAME"),
                          tf.nn.avg_pool2d(x, [1, 3, 2, 1], [2], "SAME"), tf.nn.max_pool(x, 2, 2, "VALID"), tf.nn.avg_pool(x, [2], [2], "SAME"),
                          tf.nn.max_pool3d(x[..., None], (2, 2, 1), 1, "VALID")],
    "image": lambda x: [tf.image.adjust_gamma(x, 2.2, 0.5), tf.image.adjust_saturation(x, 1.5),
                        tf.nn.local_response_normalization(x, 1, 1.0, 0.5, 0.75), tf.nn.local_response_normalization(x)],
}


def model(f):
    a, b = L.Input((3, 4), name="a"), L.Input((3, 4), name="b")
    return keras.Model([a, b], wrap(f, a, b), name="model")


def called(f, *shapes):
    xs = [L.Input(s, name=f"in{i}") for i, s in enumerate(shapes)]
    return keras.Model(xs if len(xs) > 1 else xs[0], f(*xs), name="model")


def image():
    x = L.Input((4, 6, 3), name="x")
    y = L.Conv2D(2, 3, padding="same", name="conv")(x)
    out = wrap(lambda t: [tf.nn.max_pool2d(t, 2, 2, "VALID"), tf.nn.avg_pool2d(t, 2, 1, "SAME"), tf.image.resize(t, (6, 8)),
                          tf.nn.space_to_depth(t, 2), t / 127.5 - 1.0], y)
    return keras.Model(x, [L.GlobalAveragePooling2D(name="pool")(out[0]), *out[1:]], name="model")


def older(path):
    """Nodes as their bytes, as the class reads them as well: the class's own configuration decoded."""
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        for layer in config["config"]["layers"]:
            if "node_def" in layer["config"]:
                node = json_format.ParseDict(layer["config"]["node_def"], node_def_pb2.NodeDef())
                layer["config"]["node_def"] = node.SerializeToString().decode("utf8")
        assert keras.models.model_from_json(json.dumps(config))
        file.attrs["model_config"] = json.dumps(config)


def pooled(first):
    """Pooling with the channels first, which processors do not run: the expected values are those with the channels last."""
    def f(x):
        there, back = ([0, 3, 1, 2], [0, 2, 3, 1]) if first else ([0, 1, 2, 3],) * 2
        t, form = tf.transpose(x, there), "NCHW" if first else "NHWC"
        size = [1, 1, 2, 3] if first else [1, 2, 3, 1]
        return [tf.transpose(tf.nn.max_pool2d(t, size, 1, "SAME", data_format=form), back),
                tf.transpose(tf.nn.avg_pool2d(t, 2, [1, 2], "VALID", data_format=form), back)]
    return called(f, (4, 6, 3))


def write(name, make, shapes, archive, folder, computed=None):
    keras.backend.clear_session()
    random = np.random.default_rng(zlib.crc32(name.encode()))
    made = make()
    made.set_weights([random.standard_normal(w.shape).astype("float32") for w in made.get_weights()])
    arrays = {}
    for k, n in enumerate((2, 3)):
        given = [(random.uniform(size=(n, *s)) if len(s) == 3 else random.standard_normal((n, *s))).astype("float32")
                 for s in shapes]
        outputs = tf.nest.flatten((computed() if computed else made)(given if len(given) > 1 else given[0], training=False))
        arrays.update({f"b{k}.in.{i}": x for i, x in enumerate(given)})
        arrays.update({f"b{k}.out.{i}": y.numpy() for i, y in enumerate(outputs)})
    path = os.path.join(folder, "model.h5")
    made.save(path)
    if name == "bytes":
        older(path)
    npz = io.BytesIO()
    np.savez_compressed(npz, **arrays)
    files = {"model.h5": pathlib.Path(path).read_bytes(), "expected.npz": npz.getvalue()}
    described = {"id": "oplayer/" + name, "suite": "oplayer", "format_version": 1, "keras_version": keras.__version__,
                 "files": sorted(files), "layers": sorted({type(l).__name__ for l in made.layers}),
                 "inputs": [{"dtype": "float32"} for _ in shapes], "outputs": [{"dtype": y.dtype.name} for y in outputs],
                 "tolerance": {"rtol": 1e-5, "atol": 1e-5}}
    files["case.json"] = json.dumps(described, indent=1, sort_keys=True).encode()
    for file, content in sorted(files.items()):
        archive.writestr(zipfile.ZipInfo(f"oplayer/{name}/{file}", (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


def main():
    with zipfile.ZipFile(target, "w") as archive, tempfile.TemporaryDirectory() as folder:
        for name, f in TABLE.items():
            write(name, lambda f=f: model(f), [(3, 4), (3, 4)], archive, folder)
        write("image", image, [(4, 6, 3)], archive, folder)
        for name, f in FUNCTIONS.items():
            write("functions/" + name, lambda f=f: called(f, (3, 4), (3, 4)), [(3, 4), (3, 4)], archive, folder)
        write("functions/channels_first", lambda: pooled(True), [(4, 6, 3)], archive, folder, lambda: pooled(False))
        for name, f in PICTURES.items():
            write("functions/" + name, lambda f=f: called(f, (4, 6, 3)), [(4, 6, 3)], archive, folder)


main()
