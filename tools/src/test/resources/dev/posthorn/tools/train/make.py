"""Makes what the tests of training read: a small compiled network, event files and pictures as TensorFlow has them, and what
Keras 2 gives when it goes on from its own compiled files.

    ../../../../../../../../.oracle-venv/bin/python make.py
"""
import io
import os
import pathlib
import shutil
import sys
import tempfile
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
here = pathlib.Path(__file__).resolve().parent
root = here.parents[7]
sys.path.insert(0, str(root / "testdata" / "oracle"))

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers as L  # noqa: E402
from oracle.legacy.backend import k2  # noqa: E402
from PIL import Image  # noqa: E402


def network():
    """With everything that has a state: dropout, batch normalisation, Adam."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential([
        keras.Input((6,)), L.Dense(16, activation="relu", name="hidden"), L.Dropout(0.3, seed=7, name="drop"),
        L.BatchNormalization(name="norm"), L.Dense(3, activation="softmax", name="head")], name="small")
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.save(here / "small.keras")


def events():
    from tensorflow.core.util import event_pb2
    with tf.io.TFRecordWriter(str(here / "events.tfrecord")) as out:
        out.write(event_pb2.Event(wall_time=1.5, file_version="brain.Event:2").SerializeToString())
        for step, tag, value in [(0, "epoch_loss", 0.25), (1, "epoch_loss", 0.125), (300, "epoch_accuracy", 1.0)]:
            event = event_pb2.Event(wall_time=2.25, step=step)
            event.summary.value.add(tag=tag, simple_value=value)
            out.write(event.SerializeToString())


def pictures():
    rng = np.random.default_rng(0)
    shutil.rmtree(here / "folder", ignore_errors=True)
    for name, (h, w) in {"b/two.png": (8, 6), "a/one.png": (5, 7), "a/deep/three.png": (9, 4), "b/one.bmp": (3, 3)}.items():
        file = here / "folder" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (h, w, 3), np.uint8)).save(file)
    (here / "folder" / "a" / "notes.txt").write_text("not a picture\n")
    arrays = {}
    for how in ("bilinear", "nearest"):
        data = keras.utils.image_dataset_from_directory(
            here / "folder", image_size=(5, 7), interpolation=how, shuffle=False, batch_size=4, verbose=False)
        x, y = next(iter(data))
        arrays[f"{how}.x"], arrays["y"] = x.numpy(), y.numpy()
    np.savez_compressed(here / "folder.npz", **arrays)


def keras2():
    """Three more steps of each compiled case of Keras 2, from its file."""
    k = k2()
    arrays = {}
    with zipfile.ZipFile(root / "testdata" / "cases" / "legacy.zip") as cases, tempfile.TemporaryDirectory() as folder:
        for entry in cases.namelist():
            if entry.startswith("legacy/compiled/") and entry.endswith("/model.h5"):
                name = entry.split("/")[2]
                file = pathlib.Path(cases.extract(entry, folder))
                data = np.load(io.BytesIO(cases.read(entry.replace("model.h5", "expected.npz"))))
                model = k.models.load_model(str(file))
                losses = [float(np.ravel(model.train_on_batch(data["train.x.0"], data["train.y.0"]))[0]) for _ in range(3)]
                arrays[f"{name}.loss"] = np.array(losses)
                for i, w in enumerate(model.get_weights()):
                    arrays[f"{name}.w.{i}"] = w
    np.savez_compressed(here / "keras2.npz", **arrays)


network()
events()
pictures()
keras2()
