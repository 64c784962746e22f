"""Features out of serialised examples."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .base import Fixed, Rows, f32, i64, text

ROWS = Rows("examples")
op = ROWS.op
T = tf.train


def feature(v) -> T.Feature:
    if not v:
        return T.Feature()
    if isinstance(v[0], bytes):
        return T.Feature(bytes_list=T.BytesList(value=v))
    if isinstance(v[0], float):
        return T.Feature(float_list=T.FloatList(value=v))
    return T.Feature(int64_list=T.Int64List(value=v))


def example(**features) -> bytes:
    return T.Example(features=T.Features(feature={k: feature(v) for k, v in features.items()})).SerializeToString(deterministic=True)


def sequence(context: dict, **lists) -> bytes:
    return T.SequenceExample(
        context=T.Features(feature={k: feature(v) for k, v in context.items()}),
        feature_lists=T.FeatureLists(feature_list={k: T.FeatureList(feature=[feature(v) for v in steps]) for k, steps in lists.items()}),
    ).SerializeToString(deterministic=True)


E = [
    example(a=[1.0, 2.5], b=[7], c=[b"hi"], v=[1.0, 2.0, 3.0, 4.0], s=[b"x", b"yz"], r=[1, -2, 3], k=[5, 6], w=[b"e", b"f"]),
    example(a=[-1.0, 0.5], c=[b"", ], v=[9.0, 8.0], r=[4], w=[b"g"]),
    example(a=[0.0, 1.0], b=[-5], s=[b"only"], v=[]),
]
DENSE = dict(dense_shapes=[[2], [], [1]],
             dense_defaults=[Fixed([], "float32"), Fixed(3, "int64"), Fixed(["?"], "string")])
op("v2", "ParseExampleV2", serialized=Fixed(E), names=Fixed([], "string"), sparse_keys=Fixed(["s", "r"]), dense_keys=Fixed(["a", "b", "c"]), ragged_keys=Fixed(["k", "w"]),
   num_sparse=2, sparse_types=["string", "int64"], ragged_value_types=["int64", "string"], ragged_split_types=["int64", "int32"], **DENSE)
op("v2_one", "ParseExampleV2", serialized=Fixed(E[0]), names=Fixed([], "string"), sparse_keys=Fixed(["s", "r"]), dense_keys=Fixed(["a", "b", "c"]), ragged_keys=Fixed([], "string"),
   num_sparse=2, sparse_types=["string", "int64"], ragged_value_types=[], ragged_split_types=[], **DENSE)
op("v2_open", "ParseExampleV2", serialized=Fixed(E), names=Fixed([], "string"), sparse_keys=Fixed([], "string"), dense_keys=Fixed(["v", "s"]), ragged_keys=Fixed([], "string"),
   num_sparse=0, sparse_types=[], ragged_value_types=[], ragged_split_types=[], dense_shapes=[[None, 2], [None]],
   dense_defaults=[Fixed(-1, "float32"), Fixed("pad", "string")])
op("v1", "ParseExample", serialized=Fixed(E), names=Fixed([], "string"), sparse_keys=[Fixed("s")], dense_keys=[Fixed("a"), Fixed("b"), Fixed("c")],
   sparse_types=["string"], dense_shapes=DENSE["dense_shapes"], dense_defaults=DENSE["dense_defaults"])
op("single", "ParseSingleExample", serialized=Fixed(E[0]), dense_defaults=DENSE["dense_defaults"], num_sparse=1, sparse_keys=["s"], dense_keys=["a", "b", "c"],
   sparse_types=["string"], dense_shapes=DENSE["dense_shapes"])
Q = [
    sequence({"id": [3], "w": [b"p", b"q"], "v": [b"m"]}, u=[[b"h", b"i"], [], [b"j"]], x=[[1.0, 2.0], [3.0, 4.0]], t=[[b"a"], [b"b", b"c"], []], n=[[1], [2], [3]]),
    sequence({"id": [4]}, x=[[5.0, 6.0]], t=[[b"d"]]),
    sequence({"w": [b"r"], "v": [b"n", b"o"]}, u=[[b"l"]], x=[], t=[], n=[[9], [8]]),
]
for name, s in (("", Fixed(Q)), ("_one", Fixed(Q[0]))):
    op(f"sequence_v2{name}", "ParseSequenceExampleV2", serialized=s, debug_name=Fixed([], "string"),
       context_sparse_keys=Fixed(["w"]), context_dense_keys=Fixed(["id"]), context_ragged_keys=Fixed([] if name else ["v"], "string"),
       feature_list_sparse_keys=Fixed(["t"]), feature_list_dense_keys=Fixed(["x", "n"]), feature_list_ragged_keys=Fixed([] if name else ["u"], "string"),
       feature_list_dense_missing_assumed_empty=Fixed([False, True]), context_dense_defaults=[Fixed(0, "int64")],
       Ncontext_sparse=1, context_sparse_types=["string"], context_ragged_value_types=[] if name else ["string"], context_ragged_split_types=[] if name else ["int64"],
       context_dense_shapes=[[]], Nfeature_list_sparse=1, Nfeature_list_dense=2, feature_list_dense_types=["float32", "int64"],
       feature_list_sparse_types=["string"], feature_list_ragged_value_types=[] if name else ["string"], feature_list_ragged_split_types=[] if name else ["int64"],
       feature_list_dense_shapes=[[2], [1]])
op("sequence_v1", "ParseSequenceExample", serialized=Fixed(Q), debug_name=Fixed([], "string"), context_dense_defaults=[Fixed(0, "int64")],
   feature_list_dense_missing_assumed_empty=["n"], context_sparse_keys=["w"], context_dense_keys=["id"], feature_list_sparse_keys=["t"],
   feature_list_dense_keys=["x", "n"], Ncontext_sparse=1, Ncontext_dense=1, Nfeature_list_sparse=1, Nfeature_list_dense=2,
   context_sparse_types=["string"], feature_list_dense_types=["float32", "int64"], context_dense_shapes=[[]], feature_list_sparse_types=["string"],
   feature_list_dense_shapes=[[2], [1]])
op("sequence_single", "ParseSingleSequenceExample", serialized=Fixed(Q[0]), feature_list_dense_missing_assumed_empty=Fixed(["n"]),
   context_sparse_keys=[Fixed("w")], context_dense_keys=[Fixed("id")], feature_list_sparse_keys=[Fixed("t")], feature_list_dense_keys=[Fixed("x"), Fixed("n")],
   context_dense_defaults=[Fixed(0, "int64")], debug_name=Fixed(""), context_sparse_types=["string"], feature_list_dense_types=["float32", "int64"],
   context_dense_shapes=[[]], feature_list_sparse_types=["string"], feature_list_dense_shapes=[[2], [1]])
op("serialize", "SerializeTensor", tensor=f32([[1, 2], [3, 4]]))
op("serialize_string", "SerializeTensor", tensor=text(["a", "bcd"]))
for t, v in (("float32", f32([[1, 2], [3, 4]])), ("string", np.asarray([b"a", b"bcd"])), ("int64", i64(7)), ("bool", np.asarray([True, False]))):
    op(f"parse_{t}", "ParseTensor", serialized=Fixed(tf.io.serialize_tensor(v).numpy()), out_type=t)


JSON = [
    '{"features": {"feature": {"a": {"floatList": {"value": [1.5, "NaN", -2e3]}}, "b": {"int64List": {"value": ["7", -3]}},'
    ' "c": {"bytesList": {"value": ["aGk=", ""]}}}}}',
    '{"features": {"feature": {"a": {"float_list": {"value": [0, 1, 2]}}, "c": {"bytes_list": {"value": ["-_8="]}}, "d": {}}}}',
]


def from_json(x):
    made = tf.raw_ops.DecodeJSONExample(json_examples=x)
    parsed = tf.io.parse_example(made, dict(a=tf.io.FixedLenFeature([3], tf.float32), b=tf.io.VarLenFeature(tf.int64),
                                            c=tf.io.VarLenFeature(tf.string)))
    return [parsed["a"], *[part for key in "bc" for part in (parsed[key].indices, parsed[key].values)]]


ROWS.fn("json", from_json, x=text(JSON))
op("json_one", "DecodeJSONExample", json_examples=text(['{"features": {"feature": {"a": {"int64List": {"value": [1, 300]}}}}}', "{}"]))
