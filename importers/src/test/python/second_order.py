"""Writes second_order.zip: for each model <name>.keras and <name>.npz with its input x, a cotangent, the sum s of the squares
of the first derivatives of sum(cotangent * y), by the input (where it is real) and by the weights, and the derivatives of s:
what a gradient penalty or a learner that learns to learn goes through. Where TensorFlow's derivative of a derivative is none
(OTHERWISE), those of s are central differences in float64.

    python second_order.py
"""
import io
import os
import pathlib
import tempfile
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L, ops

TARGET = pathlib.Path(__file__).parent.parent / "resources/dev/posthorn/keras/second_order.zip"
RANDOM = np.random.RandomState(0)
TANH = dict(activation="tanh")
IMAGE, ROW, STEPS = (5, 5, 2), (4,), (4, 3)

CASES = {
    "dense_tanh": (ROW, lambda x: L.Dense(3)(L.Dense(5, **TANH)(x))),
    "dense_sigmoid": (ROW, lambda x: L.Dense(3, activation="sigmoid")(x)),
    "dense_softmax": (ROW, lambda x: L.Dense(3, activation="softmax")(L.Dense(4, **TANH)(x))),
    "dense_exp": (ROW, lambda x: L.Dense(3, activation="exponential")(x)),
    "dense_gelu": (ROW, lambda x: L.Dense(3, activation="gelu")(x)),
    "dense_silu": (ROW, lambda x: L.Dense(3, activation="silu")(x)),
    "dense_elu": (ROW, lambda x: L.Dense(3, activation="elu")(x)),
    "dense_softplus": (ROW, lambda x: L.Dense(3, activation="softplus")(x)),
    "log_softmax": (ROW, lambda x: L.Dense(3, activation="log_softmax")(x)),
    "relu_square": (ROW, lambda x: ops.square(L.Dense(3, activation="relu")(L.Dense(4)(x)))),
    "leaky_relu_exp": (ROW, lambda x: ops.exp(L.LeakyReLU()(L.Dense(4)(x)))),
    "conv": (IMAGE, lambda x: L.Conv2D(2, 2, **TANH)(L.Conv2D(3, 3, padding="same", **TANH)(x))),
    "conv_strides": (IMAGE, lambda x: L.Conv2D(3, 3, strides=2, padding="same", **TANH)(x)),
    "conv_dilated": (IMAGE, lambda x: L.Conv2D(3, 2, dilation_rate=2, **TANH)(x)),
    "conv_groups": (IMAGE, lambda x: L.Conv2D(4, 2, groups=2, **TANH)(x)),
    "conv1d": (STEPS, lambda x: L.Conv1D(2, 3, padding="causal", **TANH)(x)),
    "conv_transpose": (IMAGE, lambda x: L.Conv2DTranspose(2, 3, strides=2, **TANH)(x)),
    "depthwise": (IMAGE, lambda x: L.DepthwiseConv2D(2, depth_multiplier=2, **TANH)(x)),
    "separable": (IMAGE, lambda x: L.SeparableConv2D(3, 2, **TANH)(x)),
    "max_pool": (IMAGE, lambda x: L.MaxPooling2D(2)(L.Conv2D(2, 2, **TANH)(x))),
    "average_pool": (IMAGE, lambda x: ops.square(L.AveragePooling2D(2)(L.Conv2D(2, 2, **TANH)(x)))),
    "global_pool": (IMAGE, lambda x: ops.exp(L.GlobalAveragePooling2D()(L.Conv2D(2, 2, **TANH)(x)))),
    "batch_norm": (ROW, lambda x: L.Dense(2, **TANH)(L.BatchNormalization()(L.Dense(3)(x))), True),
    "batch_norm_image": (IMAGE, lambda x: L.ReLU()(L.BatchNormalization()(L.Conv2D(2, 2)(x))), True),
    "batch_norm_inference": (ROW, lambda x: L.Dense(2, **TANH)(L.BatchNormalization()(x))),
    "layer_norm": (ROW, lambda x: L.LayerNormalization()(L.Dense(3)(x))),
    "group_norm": (IMAGE, lambda x: L.GroupNormalization(2)(x)),
    "rms_norm": (ROW, lambda x: L.RMSNormalization()(x)),
    "unit_norm": (ROW, lambda x: L.UnitNormalization()(L.Dense(3)(x))),
    "simple_rnn": (STEPS, lambda x: L.SimpleRNN(3)(x)),
    "lstm": (STEPS, lambda x: L.LSTM(3)(x)),
    "lstm_sequences": (STEPS, lambda x: L.LSTM(3, return_sequences=True)(x)),
    "lstm_masked": (STEPS, lambda x: L.LSTM(3)(L.Masking(0.0)(x))),
    "gru": (STEPS, lambda x: L.GRU(3)(x)),
    "gru_reset_before": (STEPS, lambda x: L.GRU(3, reset_after=False)(x)),
    "bidirectional": (STEPS, lambda x: L.Bidirectional(L.LSTM(2))(x)),
    "embedding": ("int32", lambda x: L.Dense(2, **TANH)(L.Flatten()(L.Embedding(6, 3)(x)))),
    "attention": (STEPS, lambda x: L.MultiHeadAttention(2, 3)(x, x)),
    "sum": (ROW, lambda x: ops.square(ops.sum(L.Dense(3, **TANH)(x), axis=-1))),
    "mean": (ROW, lambda x: ops.square(ops.mean(L.Dense(3, **TANH)(x), axis=-1, keepdims=True))),
    "max": (ROW, lambda x: ops.square(ops.max(L.Dense(3, **TANH)(x), axis=-1))),
    "prod": (ROW, lambda x: ops.prod(L.Dense(3, **TANH)(x), axis=-1)),
    "logsumexp": (ROW, lambda x: ops.logsumexp(L.Dense(3)(x), axis=-1)),
    "norm": (ROW, lambda x: ops.sqrt(ops.sum(ops.square(L.Dense(3)(x)), axis=-1))),
    "variance": (ROW, lambda x: ops.var(L.Dense(3, **TANH)(x), axis=-1)),
    "gather": (ROW, lambda x: ops.exp(ops.take(L.Dense(3)(x), np.array([2, 0, 2]), axis=1))),
    "slice_concat": (ROW, lambda x: ops.exp(ops.concatenate([x[:, 2:], L.Dense(2)(x[:, ::2])], axis=-1))),
    "transpose_matmul": (STEPS, lambda x: ops.matmul(x, ops.transpose(L.Dense(3, **TANH)(x), (0, 2, 1)))),
    "einsum": (STEPS, lambda x: ops.einsum("btc,bsc->bts", x, L.Dense(3, **TANH)(x))),
    "divide": (ROW, lambda x: L.Dense(3)(x) / (1.5 + ops.square(L.Dense(3)(x)))),
    "power": (ROW, lambda x: ops.power(L.Dense(3, activation="softplus")(x), 2.5)),
    "where": (ROW, lambda x: ops.where(x > 0, ops.exp(x), ops.square(x))),
    "minimum": (ROW, lambda x: ops.square(ops.minimum(L.Dense(4)(x), x))),
    "sort": (ROW, lambda x: ops.exp(ops.sort(L.Dense(4)(x), axis=-1))),
    "cumsum": (ROW, lambda x: ops.exp(ops.cumsum(L.Dense(4)(x), axis=-1))),
    "pad": (IMAGE, lambda x: L.Conv2D(2, 3, **TANH)(L.ZeroPadding2D(1)(x))),
    "up_sampling": (IMAGE, lambda x: ops.exp(L.UpSampling2D(2)(x) * 0.5)),
    "dot": (ROW, lambda x: L.Dot(1, normalize=True)([L.Dense(3)(x), L.Dense(3)(x)])),
    "prelu": (ROW, lambda x: ops.square(L.PReLU()(L.Dense(3)(x)))),
    "shared": (ROW, lambda x: (lambda d: d(d(x)))(L.Dense(4, **TANH))),
}


#: tf.nn.moments holds the mean for a constant, which shows in the second derivative.
OTHERWISE = {"batch_norm", "batch_norm_image", "layer_norm"}


def first(model, sources, x, cotangent, training):
    """The sum of the squares of the first derivatives by what sources makes of the input and the model."""
    with tf.GradientTape() as tape:
        values = sources(x)
        tape.watch(values)
        total = tf.reduce_sum(cotangent * model(values[0] if values[0] is x else x, training=training))
    ds = tape.gradient(total, values)
    return sum(tf.reduce_sum(tf.square(tf.convert_to_tensor(d))) for d in ds if d is not None)


def differences(shape, make, value, weights, cotangent, training):
    keras.utils.set_random_seed(1)
    keras.config.set_dtype_policy("float64")
    i = keras.Input(shape, dtype="float64")
    model = keras.Model(i, make(i), name="model")
    keras.config.set_dtype_policy("float32")
    x = value.astype("float64")
    now = [w.astype("float64") for w in weights]

    def s():
        for v, w in zip(model.weights, now):
            v.assign(w)
        sources = lambda t: [t] + [v.value for v in model.trainable_variables]
        return float(first(model, sources, tf.constant(x), cotangent.astype("float64"), training))
    out = []
    trained = [now[k] for k, v in enumerate(model.weights) if v.trainable]
    for array in [x] + trained:
        d = np.zeros(array.shape)
        for at in np.ndindex(*array.shape):
            was = array[at]
            array[at] = was + 1e-4
            above = s()
            array[at] = was - 1e-4
            d[at] = (above - s()) / 2e-4
            array[at] = was
        out.append(d.astype("float32"))
    return out


def case(name, shape, make, training=False):
    keras.utils.set_random_seed(1)
    print(name, flush=True)
    real = shape != "int32"
    value = RANDOM.randn(3, *shape).astype("float32") if real else RANDOM.randint(0, 6, (3, 4)).astype("int32")
    if name == "lstm_masked":
        value[0, 2:] = 0
    i = keras.Input(value.shape[1:], dtype=value.dtype)
    model = keras.Model(i, make(i), name="model")
    for v in model.weights:
        v.assign(RANDOM.uniform(0.2 if "vari" in v.path else -0.8, 0.8, v.shape))
    with tempfile.TemporaryDirectory() as folder:
        model.save(folder + "/m.keras")
        file = pathlib.Path(folder, "m.keras").read_bytes()
    x = tf.constant(value)
    sources = ([x] if real else []) + [v.value for v in model.trainable_variables]
    cotangent = tf.constant(RANDOM.randn(*model(x).shape).astype("float32"))
    weights = [v.numpy() for v in model.weights]
    with tf.GradientTape() as second:
        second.watch(sources)
        s = first(model, lambda t: sources, x, cotangent, training)
    dds = second.gradient(s, sources, unconnected_gradients="zero")
    if name in OTHERWISE:
        dds = differences(shape, make, value, weights, cotangent.numpy(), training)
    arrays = {"x": value, "cotangent": cotangent.numpy(), "s": s.numpy()}
    names = (["x"] if real else []) + [v.path for v in model.trainable_variables]
    for n, d in zip(names, dds):
        arrays["d." + n] = tf.convert_to_tensor(d).numpy()
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return {f"{name}.keras": file, f"{name}.npz": buffer.getvalue()}


entries = {}
for name, spec in CASES.items():
    entries.update(case(name, *spec))
with zipfile.ZipFile(TARGET, "w", zipfile.ZIP_DEFLATED) as out:
    for name in sorted(entries):
        info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        out.writestr(info, entries[name], compresslevel=9)
