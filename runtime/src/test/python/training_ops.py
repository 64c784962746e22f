"""Rows of OpRows.java of what losses are made of, from TensorFlow: writes training.txt, in the format of ops.py.

    python training_ops.py > ../resources/dev/posthorn/ir/training.txt        (TensorFlow 2.21, on a CPU)
"""
import contextlib
import io

with contextlib.redirect_stdout(io.StringIO()):  # what ops.py itself writes
    import ops
import numpy as np
import tensorflow as tf

ops.tensors.clear()
ops.names.clear()
rng = np.random.default_rng(5)


def targets(shape, axis, dtype):
    e = rng.uniform(0.1, 1, size=shape)
    return tf.cast(e / e.sum(axis, keepdims=True), dtype).numpy()


for dtype in ("float32", "float64", "float16"):
    ops.case(f"SoftmaxCrossEntropy 1 {dtype}",
             lambda x, t: tf.nn.softmax_cross_entropy_with_logits(labels=t, logits=x),
             rng.normal(size=(3, 4)).astype(dtype), targets((3, 4), 1, dtype))
ops.case("SoftmaxCrossEntropy inner", lambda x, t: tf.nn.softmax_cross_entropy_with_logits(labels=t, logits=x, axis=1),
         rng.normal(size=(2, 3, 4)).astype("float32"), targets((2, 3, 4), 1, "float32"))
ops.case("SoftmaxCrossEntropy large", lambda x, t: tf.nn.softmax_cross_entropy_with_logits(labels=t, logits=x),
         (rng.normal(size=(3, 4)) * 50).astype("float32"), targets((3, 4), 1, "float32"))
