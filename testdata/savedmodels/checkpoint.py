"""A model of TensorFlow 1 as its saver leaves it: checkpoint.zip beside this file.

    ../../.oracle-venv/bin/python checkpoint.py

`model.ckpt-3.meta`, `.index` and `.data-00000-of-00001`; `graph.pbtxt`, the same graph as text; `feed.pb`, a frozen graph that
takes its rows from an iterator; `object.index`, a checkpoint of today of the same variables; `expected.npz`: `x`, `logits`,
`hidden` (the tensor `body/Tanh:0`), `fed` (of `feed.pb`), `parts` (of `parts.pb`, a graph with a variable in three parts, a
choice by a placeholder that has a default, and a trained average; `parts.index` has the variables).
"""

import os
import pathlib
import tempfile
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import numpy as np
import tensorflow as tf

HERE = pathlib.Path(__file__).parent
v1 = tf.compat.v1


def main():
    rng = np.random.default_rng(3)
    with tempfile.TemporaryDirectory() as name:
        out = pathlib.Path(name)
        x = rng.normal(size=(3, 4)).astype(np.float32)
        with tf.Graph().as_default() as graph, v1.Session() as session:
            holder = v1.placeholder(tf.float32, (None, 4), name="x")
            v1.disable_resource_variables()
            with v1.variable_scope("body"):
                w = v1.get_variable("w", initializer=rng.normal(size=(4, 5)).astype(np.float32))
                hidden = tf.tanh(holder @ w)
            v1.enable_resource_variables()
            with v1.variable_scope("head"):
                b = v1.get_variable("b", initializer=rng.normal(size=(5, 2)).astype(np.float32))
                logits = tf.matmul(hidden, b, name="logits")
            step = v1.train.get_or_create_global_step()
            v1.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_mean(tf.square(logits)), global_step=step)
            session.run(v1.global_variables_initializer())
            v1.train.Saver().save(session, str(out / "model.ckpt"), global_step=3)
            tf.io.write_graph(graph, str(out), "graph.pbtxt")
            y, h = session.run([logits, hidden], {holder: x})
            values = session.run([w, b])
        with tf.Graph().as_default() as graph, v1.Session() as session:
            data = tf.data.Dataset.from_tensor_slices((x, np.arange(3))).batch(3)
            rows, labels = v1.data.make_one_shot_iterator(data).get_next()
            tf.add(tf.reduce_sum(rows, 1), tf.cast(labels, tf.float32), name="y")
            fed = session.run("y:0")
            (out / "feed.pb").write_bytes(graph.as_graph_def().SerializeToString(deterministic=True))
        v1.disable_control_flow_v2()
        with tf.Graph().as_default() as graph, v1.Session() as session:
            holder = v1.placeholder(tf.float32, (None, 4), name="x")
            training = v1.placeholder_with_default(False, (), name="training")
            with v1.variable_scope("body", partitioner=v1.fixed_size_partitioner(3)):
                w = v1.get_variable("w", [4, 5], initializer=v1.random_normal_initializer(seed=3))
            inner = tf.matmul(holder, tf.convert_to_tensor(w))
            outer = tf.identity(v1.cond(training, lambda: inner * 0.5, lambda: tf.tanh(inner)), name="y")
            scale = v1.get_variable("scale", initializer=2.0)
            v1.train.ExponentialMovingAverage(0.9).apply([scale])
            v1.train.AdamOptimizer().minimize(v1.losses.mean_squared_error(tf.zeros_like(outer), outer))
            session.run(v1.global_variables_initializer())
            v1.train.Saver().save(session, str(out / "parts"), write_meta_graph=False)
            (out / "parts.pb").write_bytes(graph.as_graph_def().SerializeToString(deterministic=True))
            parts = session.run(outer, {holder: x})
        body, head = tf.Module(), tf.Module()
        body.w, head.b = tf.Variable(values[0], name="body/w"), tf.Variable(values[1], name="head/b")
        tf.train.Checkpoint(body=body, head=head).write(str(out / "object"))
        np.savez(out / "expected.npz", x=x, logits=y, hidden=h, fed=fed, parts=parts)
        (out / "checkpoint").unlink(missing_ok=True)
        with zipfile.ZipFile(HERE / "checkpoint.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(out.iterdir()):
                info = zipfile.ZipInfo(path.name, (1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, path.read_bytes(), compresslevel=9)


if __name__ == "__main__":
    main()
