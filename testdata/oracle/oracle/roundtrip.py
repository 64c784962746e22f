"""Check model files that another implementation read and saved again.

    python -m oracle roundtrip --cases DIR --saved DIR [--made-of .h5]
                               [--sample N --seed S]

Every file below SAVED stands where the file it was made of stands below
CASES. It must hold the same as the file of that name of the case, if there is
one: equal configurations, bit-equal weights, optimizer variables and assets.
And Keras must load it with its own loader and compute what expected.npz
records. Where Keras cannot do that with the case's own file either, the
comparison of the contents stands alone.
"""

from __future__ import annotations

import io
import json
import random
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

from . import storage
from .verify import _check_model, _close


def _h5(path: Path):
    import h5py
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return h5py.File(io.BytesIO(archive.read("model.weights.h5")), "r")
    return h5py.File(path, "r")


def _names(group, name: str) -> list[str]:
    """An attribute that lists names, also where it is split."""
    found = [group.attrs[name]] if name in group.attrs else []
    while name + str(len(found)) in group.attrs:
        found.append(group.attrs[name + str(len(found))])
    return [n.decode() if isinstance(n, bytes) else n
            for part in found for n in part]


def _listed(group) -> list[tuple[str, np.ndarray]]:
    """The weights of a group in the order of its attribute weight_names."""
    return [(n, group[n][()]) for n in _names(group, "weight_names")]


def _paths(file) -> tuple[dict, dict]:
    """All datasets, and the attributes of them and of groups that hold any."""
    datasets, attributes = {}, {}

    def visit(name, item):
        if hasattr(item, "dtype"):
            datasets[name] = item[()]
        if hasattr(item, "dtype") or len(item):
            for key, value in item.attrs.items():
                attributes[f"{name}@{key}"] = value
    file.visititems(visit)
    return datasets, attributes


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    a, b = np.asarray(a), np.asarray(b)
    return (a.dtype == b.dtype and a.shape == b.shape
            and a.tobytes() == b.tobytes())


def _difference(a, b, path="") -> str | None:
    """The first place where two JSON values differ."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in list(a) + [k for k in b if k not in a]:
            if (key in a) != (key in b):
                return f"{path}.{key} is only in one"
            found = _difference(a[key], b[key], f"{path}.{key}")
            if found:
                return found
        return None
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            found = _difference(x, y, f"{path}[{i}]")
            if found:
                return found
        return None
    if type(a) is not type(b) or a != b:
        return f"{path}: {a!r:.60} became {b!r:.60}"
    return None


def _archive(old: Path, new: Path, same: bool) -> str | None:
    with zipfile.ZipFile(old) as a, zipfile.ZipFile(new) as b:
        if sorted(a.namelist()) != sorted(b.namelist()):
            return f"entries {sorted(b.namelist())}"
        for name in a.namelist():
            if name.endswith(".json") and same:
                x, y = json.loads(a.read(name)), json.loads(b.read(name))
                if y.get("compile_config") == {}:
                    x["compile_config"] = {}  # saved without training
                found = _difference(x, y)
                if found:
                    return f"{name}{found}"
            elif name.startswith("assets/") and a.read(name) != b.read(name):
                return f"{name} differs"
    with _h5(old) as a, _h5(new) as b:
        (da, aa), (db, ab) = _paths(a), _paths(b)
    if not any(n.startswith("optimizer/") for n in db):
        da = {n: v for n, v in da.items() if not n.startswith("optimizer/")}
        aa = {n: v for n, v in aa.items() if not n.startswith("optimizer/")}
    if set(da) != set(db):
        return f"datasets {sorted(set(da) ^ set(db))}"
    for name in da:
        if not _same(da[name], db[name]):
            return f"{name} differs"
    inner = "_lookup_layer/vars@name"  # a name that nothing reads
    for name in [n for n in set(aa) | set(ab) if not n.endswith(inner)] \
            if same else ():
        if name not in aa or name not in ab or aa[name] != ab[name]:
            return f"attribute {name}: {aa.get(name)} became {ab.get(name)}"
    return None


def _h5_file(old: Path, new: Path, same: bool) -> str | None:
    with _h5(old) as a, _h5(new) as b:
        trained = "training_config" in b.attrs
        for name in ("model_config", "training_config")[:1 + trained]:
            if (name in a.attrs) != (name in b.attrs):
                return f"{name} is only in one"
            if name in a.attrs and same:
                x = _without_op_modules(json.loads(a.attrs[name]))
                y = _without_op_modules(json.loads(b.attrs[name]))
                found = _difference(x, y)
                if found:
                    return f"{name}{found}"
        wa = a["model_weights"] if "model_weights" in a else a
        wb = b["model_weights"] if "model_weights" in b else b
        if _names(wa, "layer_names") != _names(wb, "layer_names"):
            return "layer_names"
        pairs = [(n, wa[n], wb[n]) for n in _names(wa, "layer_names")]
        if trained and ("optimizer_weights" in a) != ("optimizer_weights" in b):
            return "optimizer_weights are only in one"
        if "optimizer_weights" in b:
            pairs.append(("optimizer", a["optimizer_weights"],
                          b["optimizer_weights"]))
        for name, ga, gb in pairs:
            la, lb = _listed(ga), _listed(gb)
            if len(la) != len(lb):
                return f"{name}: {len(la)} weights became {len(lb)}"
            for (n, x), (_, y) in zip(la, lb):
                if not _same(x, y):
                    return f"{name}: {n} differs"
    return None


def _without_op_modules(value):
    """Nodes that are operations may name their module: Keras needs that."""
    if isinstance(value, dict):
        op = str(value.get("module", "")).startswith("keras.src.ops")
        return {k: _without_op_modules(v) for k, v in value.items()
                if not (op and k in ("module", "registered_name"))}
    if isinstance(value, list):
        return [_without_op_modules(v) for v in value]
    return value


def _content(old: Path, new: Path, same: bool) -> str | None:
    """``same``: whether ``new`` was made of ``old``, not of another file."""
    if new.name.endswith(".keras"):
        return _archive(old, new, same)
    return _h5_file(old, new, same)


def _load(path: Path):
    import keras
    return keras.models.load_model(path, compile=False, safe_mode=False)


def _outputs(path: Path, folder: Path) -> str | None:
    """What is wrong with Keras's own use of a file."""
    import keras

    from .keras_case import pack
    info = storage.load_json(folder / "case.json")
    keras.backend.clear_session()
    try:
        model = _load(path)
        return _check_model(lambda xs: model(pack(model, xs), training=False),
                            info, storage.load_npz(folder / "expected.npz"))
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300]


def _weights(path: Path, folder: Path) -> str | None:
    """What is wrong with weights loaded into the case's own model."""
    import keras
    keras.backend.clear_session()
    try:
        model = _load(folder / "model.keras")
    except Exception:
        return None  # Keras cannot load the case's own model
    own = [np.array(v) for v in model.weights]
    for v in model.weights:
        v.assign(np.zeros(v.shape, v.dtype))
    try:
        model.load_weights(path)
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300]
    for v, value in zip(model.weights, own):
        if not _same(np.array(v), value):
            return f"{v.path} differs"
    return None


def _own(folder: Path, name: str, scratch: Path) -> Path | None:
    """The case's file of that name; else Keras makes it now, if it can."""
    if (folder / name).exists():
        return folder / name
    own = scratch / name
    own.unlink(missing_ok=True)
    try:
        _load(folder / "model.keras").save(own)
    except Exception:
        return None
    return own


def _compared(outs, expected, batch: int, info) -> str | None:
    for i, out in enumerate(outs):
        found = _close(out, expected[f"b{batch}.out.{i}"], info["tolerance"])
        if found:
            return f"b{batch}.out.{i}: {found}"
    return None


def _tensors(expected, batch: int, info):
    import tensorflow as tf
    return [tf.constant(expected[f"b{batch}.in.{i}"], dtype=spec["dtype"])
            for i, spec in enumerate(info["inputs"])]


def _exported(folder: Path) -> dict:
    """What Keras's own export of the case's model gives for the first batch:
    compiled, it may round otherwise than the recorded eager call."""
    import tensorflow as tf

    from .keras_case import flat
    expected = storage.load_npz(folder / "expected.npz")
    info = storage.load_json(folder / "case.json")
    with tempfile.TemporaryDirectory() as scratch:
        _load(folder / "model.keras").export(scratch, verbose=False)
        loaded = tf.saved_model.load(scratch)
        outs = flat(loaded.serve(*_tensors(expected, 0, info)))
        return {f"b0.out.{i}": storage.to_numpy(o)
                for i, o in enumerate(outs)}


def _forwarded(path: Path) -> str | None:
    """What is wrong where the default signature is not one call of the
    function serve, argument by argument and result by result, its own in the
    order of their names, in which Python hands them over. Where it is,
    both are the same computation; two runs of it may still differ, for
    TensorFlow adds in an order that depends on where arrays lie in memory."""
    from tensorflow.core.framework import types_pb2
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
    model = SavedModel.FromString((path / "saved_model.pb").read_bytes())
    graph = model.meta_graphs[0]
    objects = graph.object_graph_def.nodes

    def child(of, name):
        return objects[next(c.node_id for c in of.children
                            if c.local_name == name)]
    serve = child(objects[0], "serve").function.concrete_functions[0]
    default = child(child(objects[0], "signatures"), "serving_default")
    name = default.bare_concrete_function.concrete_function_name
    function = next(f for f in graph.graph_def.library.function
                    if f.signature.name == name)
    if len(function.node_def) != 1:
        return f"{name} has {len(function.node_def)} nodes instead of a call"
    call = function.node_def[0]
    arguments = function.signature.input_arg
    given = [a.name for a in arguments if a.type != types_pb2.DT_RESOURCE]
    names = [r.name for r in function.signature.output_arg]
    if given != sorted(given) or names != sorted(names):
        return f"{name} takes {given} and gives {names}, as Python does not"
    order = sorted(names, key=lambda n: (len(n), n))
    results = [function.ret[n] for n in order]
    inner = list(call.input)
    if (call.attr["f"].func.name != serve
            or sorted(inner[:len(given)]) != given
            or inner[len(given):] != [a.name for a in arguments[len(given):]]):
        return f"{call.attr['f'].func.name}({', '.join(call.input)}) is " \
               f"called instead of {serve}({', '.join(given)})"
    if results != [f"{call.name}:output:{i}" for i in range(len(results))]:
        return f"its results are {results}"
    return None


def _saved_model(path: Path, folder: Path, xla: bool) -> str:
    """A SavedModel answers by both of its signatures, and where ``xla`` also
    compiled, for batches of two rows; one with states answers batch by
    batch."""
    import tensorflow as tf

    from .keras_case import flat
    info = storage.load_json(folder / "case.json")
    expected = storage.load_npz(folder / "expected.npz")
    states = info["protocol"] == "sequence"
    try:
        loaded = tf.saved_model.load(str(path))
        call = loaded.serve
        if xla:
            call = tf.function(loaded.serve, jit_compile=True)
        def wrong(outs):
            """Eager and exported, Keras itself may round otherwise."""
            found = _compared(outs, expected, 0, info)
            if found and not _compared(outs, _exported(folder), 0, info):
                return None
            return found
        outs = flat(call(*_tensors(expected, 0, info)))
        found = wrong(outs)
        if not found and states:
            outs = flat(call(*_tensors(expected, 1, info)))
            found = _compared(outs, expected, 1, info)
        if found:
            return f"serve: {found}"
        found = _forwarded(path)
        default = loaded.signatures["serving_default"]
        names = [s.name for s in loaded.serve.concrete_functions[0]
                 .structured_input_signature[0]]
        if not found and not xla and not states:
            named = default(**dict(zip(names, _tensors(expected, 0, info))))
            found = wrong([named[f"output_{i}"] for i in range(len(outs))])
        if found:
            return f"serving_default: {found}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[-300:]
    return "ok"


def _merged(new: Path, folder: Path, made_of: str) -> bool:
    """Whether the two formats hold other numbers for the same model: archives
    merge low-rank adapters into the kernel, .h5 keeps them apart; and Keras
    leaves the zero points of GPTQ and AWQ out of archives. Then what Keras
    computes with the file decides alone."""
    weights = storage.load_json(folder / "case.json")["weights"]
    return (made_of not in ("", new.suffix)
            and any("/lora_" in w["key"] or w["key"].endswith("/kernel_zero")
                    for w in weights))


def check(new: Path, folder: Path, scratch: Path, made_of: str) -> str:
    """'ok', 'content' where only the content could be compared, or what is
    wrong."""
    if new.is_dir():
        return _saved_model(new, folder, made_of == "xla")
    old = folder / new.name
    if new.name.endswith(".weights.h5"):
        return _weights(new, folder) or "ok"
    if (old.exists() and made_of != "keras2"
            and not _merged(new, folder, made_of)):
        found = _content(old, new, made_of in ("", new.suffix))
        unsound = made_of not in ("", new.suffix) and _outputs(old, folder)
        if found and not unsound:  # Keras itself does not read its own back
            return f"content: {found}"
    if new.name.startswith("trained"):
        return _trained(new, folder)
    found = _outputs(new, folder)
    if not found:
        return "ok"
    own = _own(folder, new.name, scratch)
    legacy = not (folder / "model.keras").exists()
    if not legacy and (own is None or _outputs(own, folder)):
        return "content"
    if legacy and made_of in ("", new.suffix) and _outputs(old, folder):
        return "content"
    return f"outputs: {found}"


def _trained(new: Path, folder: Path) -> str:
    """Training goes on from the new file as it does from the case's own."""
    from .verify import _resume
    info = storage.load_json(folder / "case.json")
    expected = storage.load_npz(folder / "expected.npz")

    def resume(path):
        try:
            return _resume(path, folder, info, expected)
        except Exception as error:
            return f"{type(error).__name__}: {error}"[:300]
    found = resume(new)
    if found in (None, "not applicable"):
        return "ok"
    return "content" if resume(folder / new.name) else f"resuming: {found}"


def roundtrip(cases: Path, saved: Path, size: int | None, seed: int,
              made_of: str = "") -> int:
    from . import cpu_fallback
    cpu_fallback.install()
    files = sorted(p for p in saved.rglob("*")
                   if p.suffix in (".keras", ".h5") and p.is_file()
                   or (p / "saved_model.pb").exists())
    if size is not None:
        files = sorted(random.Random(seed).sample(files,
                                                  min(size, len(files))))
    count: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        for new in files:
            folder = cases / new.relative_to(saved).parent
            result = check(new, folder, Path(scratch), made_of)
            kind = result if result in ("ok", "content") else "wrong"
            count[kind] += 1
            if kind == "wrong":
                line = f"{new.relative_to(saved)}: {result}"
                print(line.replace("\n", " ")[:400], flush=True)
    print(f"{count['ok']} load with Keras and compute the same, "
          f"{count['content']} hold the same but Keras loads neither, "
          f"{count['wrong']} wrong")
    return 1 if count["wrong"] or not files else 0
