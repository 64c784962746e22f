"""Writes the checkpoints that BundleTest reads, each beside its tensors as .npz.

    python make.py        (TensorFlow 2.21)
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

raw = tf.raw_ops
random = np.random.default_rng(0)


def write(name, tensors):
    raw.SaveV2(prefix=name, tensor_names=list(tensors), shape_and_slices=[""] * len(tensors),
               tensors=[tf.constant(t) for t in tensors.values()])
    np.savez_compressed(name + ".npz", **{k: plain(t) for k, t in tensors.items()})


def plain(t):
    t = np.asarray(t)
    if t.dtype == object or t.dtype.kind in "SU":
        return np.array([s if isinstance(s, bytes) else str(s).encode() for s in t.reshape(-1)]).reshape(t.shape)
    return t.astype(np.float32) if t.dtype.name == "bfloat16" else t


types = {}
for d in ("float32", "float64", "float16", "bfloat16", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
          "uint64", "bool"):
    t = tf.cast(random.integers(0, 2 if d == "bool" else 100, (2, 3)), d).numpy()
    types["of/" + d] = t
types["scalar"] = np.float32(3)
types["empty"] = np.zeros((0, 4), np.float32)
types["words"] = np.array([[b"", b"a"], ["grüße".encode(), b"x" * 200]])
types["name with spaces/ü"] = np.array([1, 2], np.int64)
write("types", types)
write("many", {f"layer_{i}/kernel": np.float32([i]) for i in range(400)})

whole = random.normal(size=(6, 5)).astype(np.float32)
for i, (a, b) in enumerate([(0, 4), (4, 6)]):
    raw.SaveV2(prefix=f"part{i}", tensor_names=["whole", f"other{i}"],
               shape_and_slices=[f"6 5 {a},{b - a}:-", ""], tensors=[tf.constant(whole[a:b]), tf.constant([i])])
raw.MergeV2Checkpoints(checkpoint_prefixes=["part0", "part1"], destination_prefix="sliced", delete_old_dirs=True)
np.savez_compressed("sliced.npz", whole=whole, other0=np.int32([0]), other1=np.int32([1]))

values = raw.TensorListFromTensor(tensor=tf.constant([1.0, 2, 3]), element_shape=tf.constant([], tf.int32))
raw.SaveV2(prefix="variant", tensor_names=["list"], shape_and_slices=[""], tensors=[values])

old = {"dense/kernel": random.normal(size=(3, 2)).astype(np.float32), "count": np.int32(7)}
with tf.Graph().as_default(), tf.compat.v1.Session() as session:
    for k, v in old.items():
        tf.compat.v1.get_variable(k, initializer=v)
    session.run(tf.compat.v1.global_variables_initializer())
    saver = tf.compat.v1.train.Saver(write_version=tf.compat.v1.train.SaverDef.V1)
    saver.save(session, "./oldest.ckpt", write_meta_graph=False, write_state=False)
np.savez_compressed("oldest.npz", **old)
