"""Check SavedModels that another program saves again with other values.

    python -m oracle resaved --cases DIR --posthorn LAUNCHER
                             [--sample N --seed S]

The variables of every SavedModel of the cases are exported, doubled and put
back. TensorFlow loads the result, finds the doubled values in its checkpoint,
and calls of its signatures give what the case's own model gives after
``assign``. All files but those of the variables stay byte for byte.
"""

from __future__ import annotations

import random
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from . import storage


def _files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes()
            for p in sorted(folder.rglob("*"))
            if p.is_file() and p.parent.name != "variables"
            and p.name != "fingerprint.pb"}


def _doubled(array: np.ndarray) -> np.ndarray:
    return 2 * array if array.dtype.kind == "f" else array


def _call(loaded, expected, name: str):
    """The results of the recorded first call of a signature."""
    import tensorflow as tf
    call = loaded.signatures[name]
    given = {}
    for key, spec in call.structured_input_signature[1].items():
        value = expected.get(f"{name}.b0.in.{key}")
        if value is None:
            return None
        given[key] = tf.constant(value, dtype=spec.dtype)
    return call(**given)


def check(saved: Path, posthorn: Path, scratch: Path) -> str:
    """'ok', 'none' where there are no numbers to change, or what is wrong."""
    import tensorflow as tf
    npz, out = scratch / "w.npz", scratch / "out"

    def run(*args):
        done = subprocess.run([posthorn, *args], capture_output=True,
                              text=True, check=False)
        if done.returncode:
            raise RuntimeError((done.stderr or done.stdout).strip())
    try:
        run("weights", "export", saved, npz)
        with np.load(npz) as arrays:
            values = {k: _doubled(arrays[k]) for k in arrays.files
                      if arrays[k].dtype.kind == "f"}
        if not values:
            return "none"
        np.savez(npz, **values)
        run("weights", "replace", saved, npz, "--out", out)
        if _files(saved) != _files(out):
            return "another file than those of the variables changed"
        old, new = (tf.train.load_checkpoint(str(p / "variables/variables"))
                    for p in (saved, out))
        if old.get_variable_to_shape_map() != new.get_variable_to_shape_map():
            return "the checkpoint holds other variables"
        for key in old.get_variable_to_shape_map():
            a, b = old.get_tensor(key), new.get_tensor(key)
            if isinstance(a, np.ndarray) and not np.array_equal(
                    _doubled(a), b, equal_nan=a.dtype.kind == "f"):
                return f"{key} is not doubled"
        own, other = (tf.saved_model.load(str(p)) for p in (saved, out))
        expected = saved.parent / "expected.npz"
        expected = storage.load_npz(expected) if expected.exists() else {}
        for name, call in own.signatures.items():
            for v in getattr(call, "variables", ()):
                if v.dtype.is_floating and not hasattr(v, "_doubled"):
                    v.assign(2 * v)
                    v._doubled = True
            want, got = (_call(m, expected, name) for m in (own, other))
            for key in want or ():
                if want[key].dtype.is_floating and not np.allclose(
                        want[key], got[key], 1e-5, 1e-6, equal_nan=True):
                    return f"{name}: {key} differs"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[-300:]
    return "ok"


def resaved(cases: Path, posthorn: Path, size: int | None, seed: int) -> int:
    folders = sorted(p.parent for p in cases.rglob("saved_model.pb")
                     if (p.parent / "variables/variables.index").exists())
    if size is not None:
        folders = sorted(random.Random(seed).sample(
            folders, min(size, len(folders))))
    count: Counter[str] = Counter()
    for folder in folders:
        with tempfile.TemporaryDirectory() as scratch:
            result = check(folder, posthorn.resolve(), Path(scratch))
        count[result if result in ("ok", "none") else "wrong"] += 1
        if result not in ("ok", "none"):
            line = f"{folder.relative_to(cases)}: {result}"
            print(line.replace("\n", " ")[:400], flush=True)
    print(f"{count['ok']} SavedModels hold their new values, "
          f"{count['none']} have none, {count['wrong']} wrong")
    return 1 if count["wrong"] or not count["ok"] else 0
