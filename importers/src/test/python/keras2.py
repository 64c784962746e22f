"""Files of Keras 2 that the case archives lack, and Keras's table of dtype promotion.

    python keras2.py

cudnn.h5 holds CuDNNLSTM and CuDNNGRU layers, which run on GPUs only: it is made of LSTM and GRU layers whose
configuration and weights are turned into what cuDNN's would be; its outputs are those of the plain layers, with weights
converted as Keras 2 itself converts them. functions.h5 calls TensorFlow functions as layers.
"""
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import h5py
import numpy as np
import tensorflow as tf
import tensorflow.python.distribute.input_lib as input_lib

input_lib.DistributedDatasetInterface = input_lib.DistributedDatasetSpec
import tensorflow.python.keras as legacy

legacy.__version__ = "2.15.0"
from tensorflow.python.keras import layers, models
from tensorflow.python.keras.layers import recurrent
from tensorflow.python.keras.saving import hdf5_format

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "resources", "dev", "posthorn", "keras")


def save(name, inputs, outputs):
    arrays = {f"in.{i}": v for i, v in enumerate(inputs)}
    arrays.update({f"out.{i}": np.asarray(v) for i, v in enumerate(outputs)})
    np.savez_compressed(os.path.join(HERE, name + ".npz"), **arrays)


def cudnn():
    random = np.random.RandomState(0)
    x = layers.Input((5, 4), name="x")
    plain = {
        "lstm": recurrent.LSTM(3, recurrent_activation="sigmoid", return_state=True, name="lstm"),
        "back": recurrent.LSTM(3, recurrent_activation="sigmoid", return_sequences=True, go_backwards=True, name="back"),
        "gru": recurrent.GRU(3, recurrent_activation="sigmoid", reset_after=True, return_sequences=True, name="gru"),
    }
    outputs = [y for layer in plain.values() for y in tf.nest.flatten(layer(x))]
    model = models.Model(x, outputs)
    weights = {}
    for name, layer in plain.items():
        gates = 3 if name == "gru" else 4
        shapes = [(4, 3 * gates), (3, 3 * gates), (6 * gates,)]
        weights[name] = [(random.randn(*s) / 2).astype("float32") for s in shapes]
        layer.set_weights(hdf5_format._convert_rnn_weights(layer, weights[name]))
    path = os.path.join(HERE, "cudnn.h5")
    model.save(path)
    given = random.randn(2, 5, 4).astype("float32")
    save("cudnn", [given], model.predict(given))
    with h5py.File(path, "r+") as f:
        config = json.loads(f.attrs["model_config"])
        for layer in config["config"]["layers"][1:]:
            layer["class_name"] = "CuDNN" + layer["class_name"]
            for key in ("activation", "recurrent_activation", "use_bias", "implementation", "reset_after", "dropout",
                        "recurrent_dropout", "unroll"):
                layer["config"].pop(key, None)
            group = f["model_weights"][layer["name"]]
            for name, value in zip(group.attrs["weight_names"], weights[layer["name"]]):
                name = name.decode() if isinstance(name, bytes) else name
                del group[name]
                group[name] = value
        f.attrs["model_config"] = json.dumps(config)


def functions():
    x = layers.Input((3, 4), name="x")
    i = layers.Input((3,), dtype="int32", name="i")
    image = layers.Input((4, 4, 4), name="image")
    outputs = [
        1.0 - x,
        2.0 / (x + 10.0),
        -x * 3.0,
        x**2,
        tf.where(x > 0.0, x, 0.1 * x),
        tf.cast(x > 0, "float32"),
        tf.clip_by_value(x, -0.5, 0.5),
        tf.nn.softmax(x, axis=1),
        tf.nn.log_softmax(x),
        tf.math.l2_normalize(x, axis=-1),
        tf.stack([x, 2.0 * x], axis=1),
        tf.unstack(x, axis=1)[1],
        tf.split(x, [1, 3], axis=2)[1],
        tf.tile(x, [1, 2, 1]),
        tf.pad(x, [[0, 0], [1, 2], [0, 0]], mode="REFLECT"),
        tf.squeeze(tf.expand_dims(x, 1), axis=1),
        tf.reshape(tf.transpose(x, [0, 2, 1]), [tf.shape(x)[0], 2, 6]),
        tf.matmul(x, x, transpose_b=True),
        tf.reduce_mean(x, axis=[1, 2], keepdims=True),
        tf.math.reduce_std(x, axis=1),
        tf.reduce_logsumexp(x, axis=1),
        tf.argmax(x, axis=-1),
        tf.math.top_k(x, 2)[0],
        tf.gather(x, [2, 0], axis=1),
        tf.slice(x, [0, 1, 0], [-1, 2, -1]),
        x[:, 1:, ::2],
        x[:, tf.newaxis, ..., -1],
        tf.nn.leaky_relu(x),
        tf.nn.gelu(x) + tf.nn.relu6(x) + tf.nn.silu(x) + tf.nn.elu(x) + tf.sigmoid(x) + tf.nn.softplus(x),
        tf.exp(x) + tf.sqrt(tf.abs(x)) + tf.math.log(tf.square(x) + 1.0) + tf.math.erf(x) + tf.round(x) + tf.floor(x),
        tf.logical_and(x > 0.0, tf.logical_not(x <= 1.0)),
        tf.math.squared_difference(x, tf.reverse(x, axis=[1])),
        tf.norm(x, axis=-1),
        tf.add_n([x, x, 2.0 * x]),
        tf.tensordot(x, tf.ones((4, 2)), axes=1),
        tf.constant([1.0, 2.0, 3.0, 4.0]) - x,
        tf.cumsum(x, axis=1),
        tf.one_hot(i, 5),
        i // 2,
        i % 3,
        i / 2,
        tf.image.resize(image, [6, 8]),
        tf.nn.depth_to_space(image, 2),
        tf.nn.space_to_depth(image, 2),
    ]
    model = models.Model([x, i, image], outputs)
    model.save(os.path.join(HERE, "functions.h5"))
    random = np.random.RandomState(0)
    given = [
        random.randn(2, 3, 4).astype("float32"),
        random.randint(0, 5, (2, 3)).astype("int32"),
        random.randn(2, 4, 4, 4).astype("float32"),
    ]
    save("functions", given, model(given))


def promotion():
    import keras

    names = ["bool", "int", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float", "bfloat16",
             "float16", "float32", "float64"]
    python = {"int": int, "float": float}
    with open(os.path.join(HERE, "promotion.txt"), "w") as f:
        for a in names:
            row = [keras.backend.result_type(python.get(a, a), python.get(b, b)) for b in names]
            f.write(a + " " + " ".join(row) + "\n")


cudnn()
functions()
promotion()
