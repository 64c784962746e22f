"""SavedModels with what real TensorFlow makes of them: models.zip beside this file.

    ../../.oracle-venv/bin/python make.py

A folder a model: `saved_model/`, and `trace.npz` of ten steps of training after `tf.saved_model.load`: `x.<i>`, `y.<i>` the
batch of step i, `loss` of each step before it, `after1.<variable>` and `final.<variable>` the values after the first and the
last. `trace.json`: the loss, the optimizer, the variables that were trained. `checks` and `signatures` hold no trace.
"""

import io
import json
import os
import pathlib
import tempfile
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import keras
import numpy as np
import tensorflow as tf

HERE = pathlib.Path(__file__).parent
STEPS = 10


def lstm(path):
    """Two LSTMs as Keras exports them: loops over lists, variables outside of the object graph's layers."""
    L = keras.layers
    model = keras.Sequential([keras.Input((7, 4), name="x"), L.LSTM(5, return_sequences=True, name="first"),
                              L.LSTM(6, name="second"), L.Dense(3, activation="softmax", name="classes")])
    model.export(path, verbose=False)


def frozen(path):
    """As saved by TensorFlow itself; only the head is trained."""
    L = keras.layers
    model = keras.Sequential([keras.Input((6,), name="x"), L.Dense(8, activation="tanh", name="body"),
                              L.Dense(2, name="head")])
    module = tf.Module()
    module.model = model
    tf.saved_model.save(module, path, signatures=tf.function(
        lambda x: {"y": model(x)}, input_signature=[tf.TensorSpec((None, 6), tf.float32, name="x")]))


def control(path):
    """A loop whose length depends on the data, a choice, gradients of its own (one of them of a variable)."""
    module = tf.Module()
    module.w = tf.Variable(tf.random.stateless_uniform((4, 4), (1, 2), -0.4, 0.4), name="w")
    module.b = tf.Variable(tf.zeros((4,)), name="b")
    module.scale = tf.Variable(1.5, name="scale")

    @tf.custom_gradient
    def clipped(x):
        y = tf.exp(0.1 * x)
        return y, lambda dy: tf.clip_by_value(dy * y, -0.05, 0.05)

    block = tf.recompute_grad(lambda x: tf.tanh(tf.matmul(x, module.w) + module.b))

    @tf.function(input_signature=[tf.TensorSpec((None, 4), tf.float32, name="x")])
    def call(x):
        _, h = tf.while_loop(lambda i, h: (i < 6) & (tf.reduce_sum(tf.abs(h)) < 9.0),
                             lambda i, h: (i + 1, h + tf.tanh(tf.matmul(h, module.w))), (0, x))
        h = tf.cond(tf.reduce_mean(x) > 0.0, lambda: module.scale * h, lambda: tf.square(h) - module.b)
        return {"y": clipped(block(h))}

    tf.saved_model.save(module, path, signatures=call)


def checks(path):
    """Assert and CheckNumerics: `checked` takes what is positive and finite."""
    @tf.function(input_signature=[tf.TensorSpec((None,), tf.float32, name="x")])
    def call(x):
        tf.debugging.assert_positive(x, message="x must be positive")
        return {"y": tf.debugging.check_numerics(tf.math.log(x) * 2.0, "not finite")}

    tf.saved_model.save(tf.Module(), path, signatures=call)


def signatures(path):
    """The default signature can be run anywhere; `python` calls Python, which no file holds."""
    module = tf.Module()
    spec = [tf.TensorSpec((None,), tf.float32, name="x")]
    default = tf.function(lambda x: {"y": 2.0 * x}, input_signature=spec)
    python = tf.function(lambda x: {"y": tf.numpy_function(lambda v: v + 1, [x], tf.float32)}, input_signature=spec)
    tf.saved_model.save(module, path, signatures={"serving_default": default, "python": python})


def trained(path, loss, optimizer, batch, only=lambda name: True):
    keras.utils.set_random_seed(3)
    model = tf.saved_model.load(str(path))
    call = model.signatures["serving_default"]
    with tf.GradientTape() as tape:
        call(x=tf.constant(batch(np.random.default_rng(0))[0]))
    variables = {v.name.split(":")[0]: v for v in tape.watched_variables()}
    trainable = [v for v in variables.values() if only(v.name)]
    arrays, losses = {}, []
    for i in range(STEPS):
        x, y = batch(np.random.default_rng(i))
        arrays |= {f"x.{i}": x, f"y.{i}": y}
        with tf.GradientTape() as tape:
            value = loss(y, list(call(x=tf.constant(x)).values())[0])
        optimizer.apply_gradients(zip(tape.gradient(value, trainable), trainable))
        losses.append(value.numpy())
        if i in (0, STEPS - 1):
            arrays |= {f"{'final' if i else 'after1'}.{n}": v.numpy() for n, v in variables.items()}
    arrays["loss"] = np.array(losses)
    about = {"loss": keras.losses.serialize(loss), "optimizer": keras.optimizers.serialize(optimizer),
             "trained": [v.name.split(":")[0] for v in trainable]}
    return arrays, about


def classes(rng):
    return rng.standard_normal((8, 7, 4)).astype("float32"), rng.integers(0, 3, (8,)).astype("int32")


def numbers(inputs, outputs):
    return lambda rng: (rng.standard_normal((8, inputs)).astype("float32"),
                        rng.standard_normal((8, outputs)).astype("float32"))


def main():
    O, S = keras.optimizers, keras.losses
    steps = {
        "lstm": (lstm, lambda p: trained(p, S.SparseCategoricalCrossentropy(), O.Adam(0.01), classes)),
        "frozen": (frozen, lambda p: trained(p, S.MeanSquaredError(), O.SGD(0.1, momentum=0.9), numbers(6, 2),
                                             lambda name: "head" in name)),
        "control": (control, lambda p: trained(p, S.MeanSquaredError(), O.Adam(0.01), numbers(4, 4))),
        "checks": (checks, None), "signatures": (signatures, None),
    }
    with zipfile.ZipFile(HERE / "models.zip", "w", zipfile.ZIP_DEFLATED) as out, tempfile.TemporaryDirectory() as tmp:
        def add(name, data):
            out.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)

        for name, (make, trace) in steps.items():
            keras.utils.set_random_seed(7)
            folder = pathlib.Path(tmp, name)
            make(str(folder))
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    add(f"{name}/saved_model/{file.relative_to(folder)}", file.read_bytes())
            if trace:
                arrays, about = trace(folder)
                data = io.BytesIO()
                np.savez(data, **arrays)
                add(f"{name}/trace.npz", data.getvalue())
                add(f"{name}/trace.json", json.dumps(about, indent=1))


if __name__ == "__main__":
    main()
