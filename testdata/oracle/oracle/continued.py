"""Check that training goes on in Keras from what another program trained.

    python -m oracle continued --cases DIR --posthorn LAUNCHER
                               [--sample N --seed S]

Every compiled model of the training cases is trained by ``fit`` for so many
epochs that they are ten steps at least, by Keras and by the other program;
each saves what it has, and Keras loads either file and trains once more. Both
must end with the same losses, weights and optimizer variables.
"""

from __future__ import annotations

import random
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from keras import tree

from . import storage
from .verify import load_compiled

STEPS = 10
# Rounding differs, and twenty steps carry it on; where a change of a weight by
# 1e-7 changes later losses by a hundredth, nothing can be compared.
LOSS, STATE = 1e-4, 1e-3
CHAOTIC = ("loss/mape",)


def _arrays(names: list[str], prefix: str, data) -> list[str]:
    """The arrays of a part of the data, in the order of the model's ports."""
    own = [n for n in (f"{prefix}.{name}" for name in names) if n in data]
    return own or [k for k in data if k.startswith(prefix + ".")]


def _key(name: str) -> str:
    return name.split(".", 1)[1]


def _outputs(model) -> list[str]:
    return getattr(model, "output_names", None) or ["0"]


class _Data:
    def __init__(self, model, data, info):
        self.arrays = data
        self.x = _arrays([t.name for t in model.inputs], "x", data)
        self.y = _arrays(_outputs(model), "y", data)
        self.weight = _arrays(_outputs(model), "sample_weight", data)
        self.structs = [(self.x, getattr(model, "_inputs_struct", None)),
                        (self.y, getattr(model, "_outputs_struct", None))]
        self.named = any(_key(k).isidentifier() for k in self.y)
        self.batch = info["batch_size"]
        self.epochs = -(-STEPS // info["steps_per_epoch"])
        self.classes = info["class_weight"]

    def tree(self, keys):
        """The arrays as the model's inputs or outputs are arranged."""
        if not keys:
            return None
        if self.named and keys != self.x:
            return {_key(k): self.arrays[k] for k in keys}
        values = [self.arrays[k] for k in keys]
        for own, struct in self.structs:
            if own == keys and struct is not None:
                return tree.pack_sequence_as(struct, values)
        return values if len(values) > 1 else values[0]

    def fit(self, model) -> list[float]:
        classes = self.classes and {int(k): v
                                    for k, v in self.classes.items()}
        return model.fit(
            self.tree(self.x), self.tree(self.y), batch_size=self.batch,
            epochs=self.epochs, shuffle=False, verbose=0,
            sample_weight=self.tree(self.weight),
            class_weight=classes).history["loss"]

    def options(self) -> list[str]:
        options = ["--x", ",".join(self.x), "--y", ",".join(self.y),
                   "--batch-size", str(self.batch),
                   "--epochs", str(self.epochs), "--no-shuffle"]
        if self.weight:
            options += ["--sample-weight", ",".join(self.weight)]
        if self.classes:
            options += ["--class-weight", ",".join(
                f"{k}={v}" for k, v in self.classes.items())]
        return options


def _load(path):
    import keras
    keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    return load_compiled(path)


def _state(model) -> list[tuple[str, np.ndarray]]:
    return [(v.path, storage.to_numpy(v))
            for v in list(model.weights) + list(model.optimizer.variables)]


def chances(folder: Path, info) -> set[str]:
    """Names of weights whose gradient is rounding alone, such as a bias before
    batch normalisation: an optimizer that divides by its size makes whole
    steps of it, as chance has it."""
    expected = storage.load_npz(folder / "expected.npz")
    size = {v["name"][:-len("_velocity")]: float(np.max(
        expected.get(f"after1.opt.{v['index']}", np.zeros(1)), initial=0))
        for v in info["optimizer_variables"]
        if v["name"].endswith("_velocity")}
    largest = max(size.values(), default=0)
    return {name for name, s in size.items() if 0 < s < 1e-9 * largest}


def by_chance(path: str, names: set[str]) -> bool:
    """Whether a variable goes by one of `chances`."""
    plain = path.replace("/", "_")
    return any(n.endswith(plain) or n in plain for n in names)


def _before(layer) -> list:
    """The layers with weights whose values a layer takes, straight or through
    layers without."""
    found = []
    for node in layer._inbound_nodes:
        for tensor in node.input_tensors:
            maker = tensor._keras_history.operation
            found += [maker] if getattr(maker, "weights", []) else (
                _before(maker))
    return found


def following(model, names: set[str]) -> set[str]:
    """The paths of moving means that go by one of `chances`, for they follow
    a bias that does. Of a layer inside of another, which Keras has no nodes
    of, the bias is looked for in that other."""
    found = set()
    for layer in model._flatten_layers():
        mean = getattr(layer, "moving_mean", None)
        if mean is None:
            continue
        outer = mean.path.rsplit("/", 2)[0] + "/"
        paths = [w.path for maker in _before(layer) for w in maker.weights]
        if not layer._inbound_nodes:
            paths = [w.path for w in model.weights
                     if w.path.startswith(outer)]
        if any(by_chance(p, names) for p in paths if p != mean.path):
            found.add(mean.path)
    return found


def check(folder: Path, ending: str, posthorn: Path, scratch: Path) -> str:
    """'ok', 'unable' where Keras cannot go on from its own file, or what is
    wrong."""
    import keras
    info = storage.load_json(folder / "case.json")
    data = storage.load_npz(folder / "data.npz")
    own, other = scratch / f"own{ending}", scratch / f"other{ending}"
    start = scratch / f"start{ending}"
    for path in (own, other, start):
        path.unlink(missing_ok=True)
    try:
        model = keras.models.load_model(folder / "model.keras",
                                        compile=False, safe_mode=False)
        model.compile_from_config(storage.load_json(folder / "compile.json"))
        rows = _Data(model, data, info)
        model.save(start)
        model = _load(start)
        rows.fit(model)
        model.save(own)
        model = _load(own)
        losses = rows.fit(model)
        state = _state(model)
    except Exception as error:
        return f"unable {type(error).__name__}: {error}"
    run = subprocess.run(
        [posthorn, "train", start, "--data", folder / "data.npz",
         "--output", other, *rows.options()],
        capture_output=True, text=True, check=False)
    if run.returncode:
        return (run.stderr or run.stdout).strip()
    try:
        model = _load(other)
        found = rows.fit(model)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if not np.allclose(losses, found, rtol=LOSS, atol=LOSS):
        return f"losses {found} instead of {losses}"
    chance = chances(folder, info)
    follow = following(model, chance)
    for (name, a), (_, b) in zip(state, _state(model)):
        if by_chance(name, chance) or name in follow:
            continue
        scale = max(1e-3, float(np.max(np.abs(a.astype("float64")),
                                       initial=0)))
        worst = float(np.max(np.abs(a.astype("float64") - b), initial=0))
        if a.shape != b.shape or not worst <= STATE * scale:
            return f"{name} differs by {worst:.3g} of {scale:.3g}"
    return "ok"


def continued(cases: Path, posthorn: Path, size: int | None,
              seed: int) -> int:
    from . import cpu_fallback
    cpu_fallback.install()
    folders = sorted(p.parent for p in cases.rglob("compile.json")
                     if (p.parent / "trained.keras").exists()
                     and not str(p.parent).endswith(CHAOTIC))
    if size is not None:
        folders = sorted(random.Random(seed).sample(
            folders, min(size, len(folders))))
    pairs = [(f, e) for f in folders for e in (".keras", ".h5")]
    count: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        for folder, ending in pairs:
            result = check(folder, ending, posthorn.resolve(), Path(scratch))
            kind = result.split(" ", 1)[0]
            kind = kind if kind in ("ok", "unable") else "wrong"
            count[kind] += 1
            if kind == "wrong":
                line = f"{folder.relative_to(cases)} {ending}: {result}"
                print(line.replace("\n", " ")[:400], flush=True)
    print(f"{count['ok']} go on in Keras as if it had trained them, "
          f"{count['unable']} Keras does not go on from its own files, "
          f"{count['wrong']} wrong")
    return 1 if count["wrong"] or not count["ok"] else 0
