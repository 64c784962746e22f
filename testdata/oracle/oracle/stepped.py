"""Check the training steps that another program exports into SavedModels.

    python -m oracle stepped --cases DIR --posthorn LAUNCHER
                             [--sample N --seed S]

Every compiled model of the training cases is converted into a SavedModel with
a signature that trains. TensorFlow calls it three times; losses and trained
variables must be those of Keras's train_on_batch.
"""

from __future__ import annotations

import itertools
import random
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from . import storage
from .continued import _Data, _key, _load, _outputs, by_chance, chances

STEPS = 3


def _identifiers(names: list[str]) -> list[str]:
    """Names of arguments, each only once."""
    found: list[str] = []
    for name in names:
        name = re.sub("[^A-Za-z0-9_]", "_", name)
        again = (f"{name}_{i}" if i else name for i in itertools.count())
        found.append(next(n for n in again if n not in found))
    return found


def _start(folder: Path, target: Path):
    """The case's model, compiled and not yet trained; None where Keras cannot
    load what it saved."""
    import keras
    try:
        model = keras.models.load_model(folder / "model.keras",
                                        compile=False, safe_mode=False)
        model.compile_from_config(storage.load_json(folder / "compile.json"))
        model.save(target)
        return _load(target)
    except Exception:
        target.unlink(missing_ok=True)
        return None


def check(folder: Path, posthorn: Path, scratch: Path) -> str:
    """'ok', 'unable' where Keras cannot load its own file, 'refused' with the
    reason, or what is wrong."""
    import tensorflow as tf
    info = storage.load_json(folder / "case.json")
    data = storage.load_npz(folder / "data.npz")
    start, saved = scratch / "start.keras", scratch / "saved"
    model = _start(folder, start)
    if model is None:
        return "unable"
    run = subprocess.run([posthorn, "convert", start, saved,
                          "--train-signature"],
                         capture_output=True, text=True, check=False)
    if run.returncode:
        return "refused " + (run.stderr or run.stdout).strip()
    rows = _Data(model, data, info)
    weighted = len(rows.weight) == 1
    try:
        loaded = tf.saved_model.load(str(saved))
        step = loaded.signatures["train_weighted" if weighted else "train"]
        takes = step.structured_input_signature[1]
        targets = (["y"] if len(rows.y) == 1 else
                   ["y_" + n for n in (map(_key, rows.y) if rows.named
                                       else _outputs(model))])
        names = _identifiers([t.name for t in model.inputs] + targets)
        keys = rows.x + rows.y
        if weighted:
            rank = data[rows.weight[0]].ndim
            if rank > len(takes["sample_weight"].shape):
                return f"refused weights of rank {rank}: it takes one a row"
            names.append("sample_weight")
            keys = keys + rows.weight
        for k in range(min(STEPS, len(data[rows.x[0]]) // rows.batch)):
            at = slice(k * rows.batch, (k + 1) * rows.batch)
            given = {}
            for name, key in zip(names, keys):
                if name in takes:
                    value = tf.cast(data[key][at], takes[name].dtype)
                    given[name] = tf.reshape(
                        value, value.shape[:len(takes[name].shape)])
            model.reset_metrics()

            def cut(tree):
                return None if tree is None else tf.nest.map_structure(
                    lambda a: a[at], tree)
            want = model.train_on_batch(
                cut(rows.tree(rows.x)), cut(rows.tree(rows.y)),
                sample_weight=cut(rows.tree(rows.weight)),
                return_dict=True)["loss"]
            got = step(**given)["loss"]
            if not np.allclose(got, want, rtol=1e-4, atol=1e-5):
                return f"loss of step {k} is {float(got)}, not {float(want)}"
        chance = chances(folder, info)
        for a, b in zip(model.trainable_variables,
                        loaded.trainable_variables):
            if not by_chance(a.path, chance) and not np.allclose(
                    np.array(a), b.numpy(), rtol=1e-3, atol=1e-4):
                return f"{a.path} differs"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[-300:]
    return "ok"


def stepped(cases: Path, posthorn: Path, size: int | None, seed: int) -> int:
    from collections import Counter

    from . import cpu_fallback
    cpu_fallback.install()
    folders = sorted(p.parent for p in cases.rglob("compile.json")
                     if (p.parent / "model.keras").exists())
    if size is not None:
        folders = sorted(random.Random(seed).sample(
            folders, min(size, len(folders))))
    count: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        for folder in folders:
            result = check(folder, posthorn.resolve(), Path(scratch))
            kind = result.split(" ", 1)[0]
            kind = kind if kind in ("ok", "unable", "refused") else "wrong"
            count[kind] += 1
            if kind in ("wrong", "refused"):
                line = f"{folder.relative_to(cases)}: {result}"
                print(line.replace("\n", " ")[:400], flush=True)
    print(f"{count['ok']} train in TensorFlow as in Keras, "
          f"{count['refused']} are refused, {count['unable']} Keras cannot "
          f"load, {count['wrong']} wrong")
    return 1 if count["wrong"] or not count["ok"] else 0
