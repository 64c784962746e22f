"""One node of TensorFlow as a frozen graph, with inputs and the outputs and gradients that TensorFlow computes."""

from __future__ import annotations

import inspect
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import attr_value_pb2

from .. import storage

SIGNATURE = "serving_default"


@dataclass
class Fixed:
    """A value that is a constant of the graph, not an input."""

    value: Any
    dtype: Any = None


@dataclass
class Row:
    """One operation: numpy arrays become inputs, everything else of ``arguments`` is given as it is."""

    id: str
    op: str | Callable
    arguments: dict[str, Any]
    grads: bool
    tol: float
    keep: tuple = ()
    runs: int = 1
    old: str = ""
    feed: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


class Rows:
    """The rows of one family."""

    def __init__(self, family: str):
        self.family = family
        self.rows: list[Row] = []

    def op(self, name: str, op: str, grads: bool = False, tol: float = 1e-5, keep: tuple = (), **arguments: Any) -> None:
        """``keep``: the outputs that are recorded, by number; all where it is empty."""
        self.rows.append(Row(f"rawops/{self.family}/{name}", op, arguments, grads, tol, keep))

    def fn(self, name: str, function: Callable, grads: bool = False, tol: float = 1e-5, runs: int = 1, **arguments: Any) -> None:
        """A function of several operations; ``runs`` times with the same inputs, for those that go on from where they were."""
        self.rows.append(Row(f"rawops/{self.family}/{name}", function, arguments, grads, tol, runs=runs))

    def old(self, name: str, function: Callable, tol: float = 1e-5, attributes: dict[str, Any] | None = None, op: str = "",
            **arguments: Any) -> None:
        """An operation that this TensorFlow knows but runs no more, or not here, with what stands in for it: ``op``, or its name."""
        self.rows.append(Row(f"rawops/{self.family}/{name}", function, arguments, False, tol, old=op or name,
                             attributes=attributes or {}))

    def version(self, name: str, op: str, producer: int, runs: int = 1, attributes: dict[str, Any] | None = None, tol: float = 1e-5,
                **arguments: Any) -> None:
        """An operation that this TensorFlow runs in graphs of an old version only: of inputs and constants of one type."""
        def function(**given: Any) -> tf.Tensor:
            holders = list(given.values())
            graph = tf.compat.v1.GraphDef()
            graph.versions.producer = producer
            for i in range(len(holders)):
                place = graph.node.add(name=f"in{i}", op="Placeholder")
                place.attr["dtype"].CopyFrom(attribute(holders[i].dtype))
            made = graph.node.add(name="op", op=op, input=[f"in{i}" for i in range(len(holders))])
            made.attr["T"].CopyFrom(attribute(holders[0].dtype))
            for k, v in (attributes or {}).items():
                made.attr[k].CopyFrom(attribute(v))
            return tf.import_graph_def(graph, {f"in{i}": h for i, h in enumerate(holders)}, ["op:0"], name=op)[0]
        self.rows.append(Row(f"rawops/{self.family}/{name}", function, arguments, False, tol, runs=runs))

    def fed(self, name: str, op: str, function: Callable, **arguments: Any) -> None:
        """A function of what an operation takes from a queue or an iterator, which the inputs stand for."""
        self.rows.append(Row(f"rawops/{self.family}/{name}", function, arguments, False, 1e-5, feed=op))

    def rng(self, name: str) -> np.random.Generator:
        return np.random.default_rng(zlib.crc32(f"{self.family}/{name}".encode()))


def f32(value: Any) -> np.ndarray:
    return np.asarray(value, np.float32)


def i32(value: Any) -> np.ndarray:
    return np.asarray(value, np.int32)


def i64(value: Any) -> np.ndarray:
    return np.asarray(value, np.int64)


def text(value: Any) -> np.ndarray:
    return np.asarray(value, dtype=object)


def _place(name: str, value: Any, feeds: dict) -> Any:
    if isinstance(value, Fixed):
        return tf.constant(value.value, dtype=value.dtype, name=name)
    if isinstance(value, np.ndarray):
        dtype = tf.string if value.dtype == object else tf.as_dtype(value.dtype)
        holder = tf.compat.v1.placeholder(dtype, value.shape, name=name)
        feeds[name] = (holder, value)
        return holder
    if isinstance(value, list) and any(isinstance(v, (np.ndarray, Fixed)) for v in value):
        return [_place(f"{name}{i}", v, feeds) for i, v in enumerate(value)]
    return value


def attribute(value: Any) -> attr_value_pb2.AttrValue:
    """An attribute of a node."""
    a = attr_value_pb2.AttrValue()
    if isinstance(value, bool):
        a.b = value
    elif isinstance(value, int):
        a.i = value
    elif isinstance(value, float):
        a.f = value
    elif isinstance(value, str):
        a.s = value.encode()
    elif isinstance(value, tf.DType):
        a.type = value.as_datatype_enum
    else:
        a.list.SetInParent()
        for v in value:
            if isinstance(v, str):
                a.list.s.append(v.encode())
            elif isinstance(v, tf.DType):
                a.list.type.append(v.as_datatype_enum)
            else:
                a.list.i.append(v)
    return a


def node(op: str, inputs: list, dtype: tf.DType = tf.float32, **attributes: Any) -> tf.Tensor:
    """A node of an operation that Python does not offer."""
    made = {k: attribute(v) for k, v in attributes.items()}
    return tf.compat.v1.get_default_graph().create_op(op, inputs, [dtype], attrs=made, name="op").outputs[0]


def _single(row: Row, graph: Any, feeds: dict) -> Any:
    """The graph with one node of the old operation between its inputs and outputs."""
    single = type(graph)(versions=graph.versions)
    single.node.extend(n for n in graph.node if n.name in row.arguments)
    made = single.node.add(name="op", op=row.old, input=list(row.arguments))
    made.attr["T"].CopyFrom(attribute(next(iter(feeds.values()))[0].dtype))
    for k, v in row.attributes.items():
        made.attr[k].CopyFrom(attribute(v))
    for n in graph.node:
        if n.name[0] == "y" and n.name[1:].isdigit():
            y = single.node.add()
            y.CopyFrom(n)
            y.input[:] = [f"op:{n.name[1:]}"]
    return single


def _fed(row: Row, graph: Any, feeds: dict) -> Any:
    """The graph whose placeholders are what ``row.feed`` takes, one from each queue or iterator."""
    for place in [n for n in graph.node if n.name in feeds]:
        dtype = feeds[place.name][0].dtype
        iterator = row.feed.startswith("Iterator")
        source = graph.node.add(name=f"{place.name}_source", op="IteratorV2" if iterator else "FIFOQueueV2")
        types = {"output_types" if iterator else "component_types": [dtype]}
        for node_, more in ((source, dict(shared_name="", container="")), (place, {})):
            node_.attr.clear() if node_ is place else None
            for k, v in {**types, **more}.items():
                node_.attr[k].CopyFrom(attribute(v))
        for shapes in ("output_shapes",) if iterator else ("shapes",):
            for node_ in (source, place) if iterator else (source,):
                node_.attr[shapes].list.shape.add().CopyFrom(feeds[place.name][0].shape.as_proto())
        place.op = row.feed
        place.input[:] = [source.name] + ([f"{place.name}_many"] if "Many" in row.feed or "UpTo" in row.feed else [])
        if len(place.input) > 1:
            many = graph.node.add(name=f"{place.name}_many", op="Const")
            many.attr["dtype"].CopyFrom(attribute(tf.int32))
            many.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(2, tf.int32))
    return graph


def _operations(graph: Any) -> dict[str, int]:
    nodes = [*graph.node, *(n for f in graph.library.function for n in f.node_def)]
    return dict(sorted(Counter(n.op for n in nodes if n.op not in ("Placeholder", "Const", "NoOp")).items()))


def record(row: Row, folder: Path) -> dict[str, Any]:
    """Writes the case's files; returns its case.json."""
    folder.mkdir(parents=True, exist_ok=True)
    feeds: dict[str, tuple] = {}
    rng = np.random.default_rng(zlib.crc32(row.id.encode()))
    single = isinstance(row.op, str)
    make: Callable = getattr(tf.raw_ops, row.op) if single else row.op
    known = inspect.signature(make).parameters
    unknown = [k for k in row.arguments if single and k not in known]
    if unknown:
        raise ValueError(f"{row.id}: expected arguments of {row.op} but was {unknown}; there are {list(known)}")
    with tf.Graph().as_default() as graph:
        arguments = {k: _place(k.rstrip("_"), v, feeds) for k, v in row.arguments.items()}
        result = make(name="op", **arguments) if single else make(**arguments)
        flat = [t for t in tf.nest.flatten(result) if isinstance(t, tf.Tensor)]
        kept = [t for i, t in enumerate(flat) if not row.keep or i in row.keep]
        outputs = {f"y{i}": tf.identity(t, name=f"y{i}") for i, t in enumerate(kept)}
        frozen = graph.as_graph_def()
        wanted: dict[str, tf.Tensor] = dict(outputs)
        cotangents = {}
        if row.grads:
            xs = {k: h for k, (h, _) in feeds.items() if h.dtype.is_floating or h.dtype.is_complex}
            ys = {k: y for k, y in outputs.items() if y.dtype.is_floating or y.dtype.is_complex}
        with tf.compat.v1.Session() as session:
            feed = {h: v for h, v in feeds.values()}
            all_runs = [session.run(wanted, feed) for _ in range(row.runs)]
            values = all_runs[0]
            grads: dict[str, Any] = {}
            if row.grads:
                for k, y in ys.items():
                    c = rng.normal(size=values[k].shape)
                    if y.dtype.is_complex:
                        c = c + 1j * rng.normal(size=values[k].shape)
                    cotangents[k] = np.asarray(c).astype(y.dtype.as_numpy_dtype)
                found = tf.gradients(list(ys.values()), list(xs.values()),
                                     [tf.constant(cotangents[k]) for k in ys])
                there = {k: g for k, g in zip(xs, found) if g is not None}
                there = {k: tf.convert_to_tensor(g) for k, g in there.items()}
                if not there:
                    raise ValueError(f"{row.id}: expected a gradient but was none")
                grads = session.run(there, feed)
    if row.old:
        frozen = _single(row, frozen, feeds)
    if row.feed:
        frozen = _fed(row, frozen, feeds)
    (folder / "frozen_graph.pb").write_bytes(frozen.SerializeToString(deterministic=True))
    expected = {}
    for b, run in enumerate(all_runs):
        expected.update({f"{SIGNATURE}.b{b}.in.{k}": v for k, (_, v) in feeds.items()})
        expected.update({f"{SIGNATURE}.b{b}.out.{k}": v for k, v in run.items()})
    storage.save_npz(folder / "expected.npz", expected)
    files = ["frozen_graph.pb", "expected.npz"]
    if grads:
        arrays = {f"{SIGNATURE}.cot.{k}": v for k, v in cotangents.items()}
        arrays.update({f"{SIGNATURE}.d.in.{k}": v for k, v in grads.items()})
        storage.save_npz(folder / "grads.npz", arrays)
        files.append("grads.npz")

    def dtype(t):
        return {"dtype": t.dtype.name}
    return {
        "id": row.id, "suite": "rawops", "files": files, "ops": _operations(frozen), "tf_version": tf.__version__,
        "tolerance": {"rtol": row.tol, "atol": row.tol},
        "signatures": {SIGNATURE: {"inputs": {k: dtype(h) for k, (h, _) in feeds.items()},
                                   "outputs": {k: dtype(t) for k, t in outputs.items()}}}}
