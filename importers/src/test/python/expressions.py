"""What Python computes for expressions that can be bound to Lambda layers: expressions.npz, a text and arrays for each.

    python expressions.py
"""
import base64
import marshal
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import keras
import numpy as np
import tensorflow as tf
import tensorflow.python.keras.backend as K
from keras import activations, ops

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "resources", "dev", "posthorn", "keras", "custom")

ONE = """
lambda x: x / 255
lambda x: (x - 127.5) / 127.5
lambda x: 2.0 * x ** 2 - x / 3.0 + 1.0
lambda x: -x - +1e-3
lambda x: x // 0.5 + x % 0.3
lambda x: x[:, 0]
lambda x: x[:, -1, :]
lambda x: x[..., 1:3]
lambda x: x[:, ::-1, None]
lambda x: x[:, 1:, :2] * x[:, :-1, :2]
lambda t: tf.reduce_mean(t, axis=1)
lambda t: tf.reduce_mean(t, 1, True)
lambda t: tf.reduce_sum(t, axis=[1, 2])
lambda x: tf.expand_dims(x, -1)
lambda x: tf.squeeze(tf.expand_dims(x, axis=1), axis=1)
lambda x: tf.reshape(x, (-1, 12))
lambda x: tf.reshape(x, [tf.shape(x)[0], 12])
lambda x: tf.transpose(x, [0, 2, 1])
lambda x: tf.concat([x, x * 2], axis=-1)
lambda x: tf.math.l2_normalize(x, axis=1)
lambda x: tf.nn.l2_normalize(x, 2)
lambda x: tf.cast(x > 0, tf.float32)
lambda x: tf.clip_by_value(x, -0.5, 0.5)
lambda x: tf.abs(x) + tf.sqrt(tf.square(x) + 1.0)
lambda x: tf.where(x > 0, x, 0.1 * x)
lambda x: tf.image.resize(tf.expand_dims(x, 3), (6, 8))
lambda x: tf.split(x, 2, axis=2)[1]
lambda x: tf.pad(x, [[0, 0], [1, 1], [0, 0]])
lambda x: tf.nn.relu(x) - tf.nn.softmax(x)
lambda x: K.mean(x, axis=1)
lambda x: K.sum(x, axis=-1, keepdims=True)
lambda x: K.max(x, axis=1, keepdims=False)
lambda x: K.l2_normalize(x, axis=-1)
lambda x: K.expand_dims(x)
lambda x: K.squeeze(K.expand_dims(x, 1), 1)
lambda x: K.permute_dimensions(x, (0, 2, 1))
lambda x: K.reshape(x, (-1, 4))
lambda x: K.batch_flatten(x)
lambda x: K.concatenate([x, x], axis=1)
lambda x: K.stack([x, x], axis=1)
lambda x: K.clip(x, 0.0, 1.0)
lambda x: K.sqrt(x) + K.square(x) + K.abs(x) + K.exp(x)
lambda x: K.softmax(x)
lambda x: K.relu(x)
lambda x: K.sigmoid(x) * K.tanh(x)
lambda x: K.hard_sigmoid(x)
lambda x: K.cast(K.argmax(x), 'float32')
lambda x: K.repeat_elements(x, 2, axis=1)
lambda x: K.reverse(x, axes=1)
lambda x: K.std(x, axis=1) + K.var(x, axis=1)
lambda x: K.one_hot(K.argmax(x, axis=-1), 4)
lambda x: x * K.int_shape(x)[1]
lambda x: ops.mean(x, axis=1)
lambda x: ops.mean(x, 1, True)
lambda x: ops.reshape(x, (-1, 12))
lambda x: ops.transpose(x, (0, 2, 1))
lambda x: ops.norm(x, axis=-1)
lambda x: ops.square(x)
lambda x: ops.softmax(x, axis=1)
lambda x: ops.concatenate([x, ops.flip(x, axis=1)], axis=2)
lambda x: ops.where(ops.greater(x, 0.0), x, 0.0)
lambda x: ops.one_hot(ops.argmax(x, axis=-1), 4)
lambda x: ops.einsum('bij,bkj->bik', x, x)
lambda x: ops.clip(x, -0.5, 0.5)
lambda x: keras.ops.nn.gelu(x)
lambda x: keras.activations.relu(x)
lambda x: tf.keras.backend.mean(x, axis=1)
lambda x, scale=3, shift=0.5: x * scale + shift
lambda x: (x > 0.1) & (x < 0.9)
lambda x: ~(x > 0.1)
lambda x: x * (1 + 2 * 3 - 4 / 2 ** 2) // 7
lambda x: x @ tf.transpose(x, perm=[0, 2, 1])
"""

TWO = """
lambda x: x[0] - x[1]
lambda x: K.abs(x[0] - x[1])
lambda x: tf.concat(x, axis=-1)
lambda x: tf.reduce_sum(x[0] * x[1], axis=-1, keepdims=True)
lambda t: tf.matmul(t[0], t[1], transpose_b=True)
lambda x: K.sqrt(K.maximum(K.sum(K.square(x[0] - x[1]), axis=1, keepdims=True), 1e-7))
lambda x: ops.matmul(x[0], ops.transpose(x[1], (0, 2, 1)))
lambda x: [x[0] + 1, x[1] * 2]
lambda x: tf.stack(x[:2], axis=1)
"""



def main():
    random = np.random.RandomState(1)
    a, b = (random.randn(2, 3, 4).astype("float32") for _ in range(2))
    arrays = {"in.0": a, "in.1": b}
    names = {"tf": tf, "K": K, "ops": ops, "keras": keras}
    lines = []
    for given, texts in (((a,), ONE), ((a, b), TWO)):
        for text in texts.strip().splitlines():
            code = text.replace("tf.keras.backend", "K")
            f = eval(compile(code, "lambda.py", "eval"), names)
            x = [tf.constant(v) for v in given]
            y = f(x[0] if len(x) == 1 else x)
            y = y if isinstance(y, list) else [y]
            for i, v in enumerate(y):
                arrays[f"{len(lines)}.{i}"] = np.asarray(v)
            lines.append(f"{len(given)}\t{text}\t{base64.b64encode(marshal.dumps(f.__code__)).decode()}")
    os.makedirs(HERE, exist_ok=True)
    with open(os.path.join(HERE, "expressions.txt"), "w") as out:
        out.write("\n".join(lines) + "\n")
    np.savez_compressed(os.path.join(HERE, "expressions.npz"), **arrays)


main()
