"""Check that another program saves the networks of keras.applications back.

    python -m oracle applied --posthorn LAUNCHER [--only PATTERN]
                             [--shard I/N] [--seed S]

Keras builds each network, gives it seeded weights and saves it as .keras. The
other program makes a .keras, a .h5, a .keras of that .h5 and a SavedModel of
it. All weights must be the same to the bit; Keras must load the files and
compute the same to the bit, TensorFlow must load the SavedModel, whose graph
may round otherwise, and compute the same. Nothing is kept.
"""

from __future__ import annotations

import fnmatch
import subprocess
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras.src.applications import convnext, inception_resnet_v2

from . import applications, seeded
from .roundtrip import _content, _same

#: Classes that .h5, which names no modules, does not lead Keras to.
UNNAMED = [convnext.LayerScale, inception_resnet_v2.CustomScaleLayer]

#: By how much a graph may round otherwise, of the greatest output.
ROUNDING = 1e-5


def _weights(variables) -> list[np.ndarray]:
    return [np.array(v) for v in variables]


def _changed(own: list[np.ndarray], other: list[np.ndarray]) -> str | None:
    if len(own) != len(other):
        return f"{len(own)} weights became {len(other)}"
    for i, (a, b) in enumerate(zip(own, other)):
        if not _same(a, b):
            return f"weight {i} of {a.shape} differs"
    return None


class _Network:
    """A network as Keras has it, what it computes, and its files."""

    def __init__(self, name: str, seed: int, folder: Path, posthorn: Path):
        keras.backend.clear_session()
        size = applications.SIZES.get(name, 32)
        model = getattr(keras.applications, name)(
            weights=None, input_shape=(size, size, 3))
        applications.assign(model, applications.gain(name), seed)
        pixels = name.startswith(applications.PIXELS)
        low, high = (0.0, 255.0) if pixels else (-1.0, 1.0)
        self.x = tf.constant(
            seeded.fill("input", (1, size, size, 3), low, high, seed))
        self.y = model(self.x, training=False).numpy()
        self.weights = _weights(model.weights)
        self.start = folder / "start.keras"
        self.h5 = folder / "start.h5"
        model.save(self.start)
        model.save(self.h5)
        self.posthorn = posthorn

    def convert(self, source: Path, target: Path) -> str | None:
        run = subprocess.run([self.posthorn, "convert", source, target],
                             capture_output=True, text=True, check=False)
        return (run.stderr or run.stdout).strip() if run.returncode else None

    def file(self, path: Path) -> str | None:
        """What is wrong with a file that Keras loads."""
        keras.backend.clear_session()
        unnamed = [] if path.suffix == ".keras" else UNNAMED
        model = keras.models.load_model(
            path, custom_objects={c.__name__: c for c in unnamed})
        found = _changed(self.weights, _weights(model.weights))
        if found:
            return found
        if not _same(self.y, model(self.x, training=False).numpy()):
            return "outputs differ"
        own = self.start if path.suffix == ".keras" else self.h5
        return _content(own, path, path.name == "new.keras")

    def saved_model(self, path: Path) -> str | None:
        """What is wrong with a SavedModel: its variables have an order of
        their own."""
        loaded = tf.saved_model.load(str(path))

        def ordered(arrays):
            return sorted(arrays, key=lambda a: (a.shape, a.tobytes()))
        found = _changed(ordered(self.weights),
                         ordered(_weights(loaded.variables)))
        if found:
            return found
        for y in (loaded.serve(self.x), *loaded.signatures["serving_default"](
                self.x).values()):
            worst = float(np.abs(y.numpy() - self.y).max() / self.y.max())
            if not worst <= ROUNDING:
                return f"outputs differ by {worst:.3g}"
        return None

    def check(self, folder: Path) -> dict[str, str | None]:
        steps = [(self.start, "new.keras", self.file),
                 (self.start, "new.h5", self.file),
                 (folder / "new.h5", "again.keras", self.file),
                 (self.start, "saved_model", self.saved_model)]
        found = {}
        for source, name, right in steps:
            target = folder / name
            try:
                found[name] = (self.convert(source, target) or right(target))
            except Exception as error:
                found[name] = f"{type(error).__name__}: {error}"
        return found


def applied(posthorn: Path, only: list[str], shard: str, seed: int) -> int:
    index, count = (int(v) for v in shard.split("/"))
    names = [n for n in applications.names()
             if not only or any(fnmatch.fnmatchcase(n, p) for p in only)]
    wrong = 0
    for name in names[index::count]:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            network = _Network(name, seed, folder, posthorn.resolve())
            for what, found in network.check(folder).items():
                wrong += found is not None
                print(f"{name} {what}: {found or 'ok'}"[:400].replace(
                    "\n", " "), flush=True)
    print(f"{len(names[index::count])} networks, {wrong} files wrong")
    return 1 if wrong or not names else 0
