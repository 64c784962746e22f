"""Losses, metrics and initializers of Keras over dtypes, ranks, masks and weights: rows.json and rows.npz beside this file.

    ../../.oracle-venv/bin/python make.py

A row says what was called (`kind`, `config`) and with what. Its `arrays` are by name [dtype, shape, and where in rows.npz they
begin]: for a loss `y_true`, `y_pred`, `sample_weight`, `mask`, `value`, `gradient` (by y_pred, of the sum of values); for a
metric the same of each batch `<k>.<name>`, and `<k>.result`, `state.<j>` at the end; for an initializer `value`. bfloat16 is
stored as float32.
"""

import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import keras
import numpy as np
import tensorflow as tf
from keras.src import backend

L, M, I = keras.losses, keras.metrics, keras.initializers
HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(11)
rows, arrays = [], {}


def real(*s):
    return rng.normal(size=s).astype("float32")


def unit(*s):
    return rng.uniform(0.02, 0.98, size=s).astype("float32")


def bits(*s):
    return rng.integers(0, 2, size=s).astype("float32")


def simplex(*s):
    e = np.exp(rng.normal(size=s))
    return (e / e.sum(-1, keepdims=True)).astype("float32")


def onehot(*s):
    return np.eye(s[-1], dtype="float32")[rng.integers(0, s[-1], size=s[:-1])]


def classes(n, *s):
    return rng.integers(0, n, size=s).astype("int32")


def plain(x):
    x = tf.convert_to_tensor(x)
    return tf.cast(x, "float32").numpy() if x.dtype == tf.bfloat16 else x.numpy()


def masked(y_pred, mask):
    y_pred = tf.identity(y_pred)
    if mask is not None:
        backend.set_keras_mask(y_pred, tf.constant(mask))
    return y_pred


def loss(make, y_true, y_pred, sample_weight=None, mask=None, note="", dtype="float32"):
    obj = make()
    pred = tf.cast(tf.constant(y_pred), dtype)
    try:
        with tf.GradientTape() as tape:
            tape.watch(pred)
            value = obj(tf.constant(y_true), masked(pred, mask), sample_weight=sample_weight)
            total = tf.reduce_sum(value)
        gradient = tape.gradient(total, pred)
    except Exception as e:
        print("loss fails in Keras itself:", type(obj).__name__, note, str(e)[:100])
        return
    i = len(rows)
    config = L.serialize(obj)
    own = {k: v for k, v in (("axis", getattr(obj, "_fn_kwargs", {}).get("axis")),
                             ("delta", getattr(obj, "_fn_kwargs", {}).get("delta"))) if v is not None}
    if type(obj) in (L.CosineSimilarity, L.Huber):
        config["config"].update(own)
    if obj.dtype != "float32":
        config["config"]["dtype"] = obj.dtype
    rows.append({"kind": "loss", "config": config, "note": note, "dtype": dtype, "value": str(value.dtype.name)})
    arrays[f"{i}.y_true"], arrays[f"{i}.y_pred"] = np.asarray(y_true), plain(pred)
    if sample_weight is not None:
        arrays[f"{i}.sample_weight"] = np.asarray(sample_weight)
    if mask is not None:
        arrays[f"{i}.mask"] = np.asarray(mask)
    arrays[f"{i}.value"], arrays[f"{i}.gradient"] = plain(value), plain(gradient)


def metric(make, batches, note=""):
    obj = make()
    i = len(rows)
    own = {}
    try:
        for k, batch in enumerate(batches):
            y_true, y_pred, sample_weight, mask = (tuple(batch) + (None, None))[:4]
            if y_true is None:
                obj.update_state(tf.constant(y_pred), sample_weight=sample_weight)
            else:
                obj.update_state(tf.constant(y_true), masked(tf.constant(y_pred), mask), sample_weight=sample_weight)
            for name, x in (("y_true", y_true), ("y_pred", y_pred), ("sample_weight", sample_weight), ("mask", mask)):
                if x is not None:
                    own[f"{i}.{k}.{name}"] = np.asarray(x)
            own[f"{i}.{k}.result"] = plain(obj.result())
        for j, v in enumerate(obj.variables):
            own[f"{i}.state.{j}"] = plain(v.value)
    except Exception as e:
        print("metric fails in Keras itself:", type(obj).__name__, note, str(e)[:100])
        return
    config = M.serialize(obj)
    if type(obj) is M.CosineSimilarity:
        config["config"]["axis"] = obj._fn_kwargs["axis"]
    arrays.update(own)
    rows.append({"kind": "metric", "config": config, "note": note, "batches": len(batches),
                 "dtype": str(obj.variables[0].dtype)})


def initializer(obj, shape, dtype="float32"):
    i = len(rows)
    try:
        value = obj(shape, dtype=dtype)
    except Exception as e:
        print("initializer fails in Keras itself:", type(obj).__name__, shape, dtype, str(e)[:100])
        return
    config = I.serialize(obj)
    if type(obj) is I.Identity:
        config["config"]["gain"] = obj.gain
    rows.append({"kind": "initializer", "config": config, "shape": list(shape), "dtype": dtype})
    arrays[f"{i}.value"] = plain(value)


REGRESSION = [L.MeanSquaredError, L.MeanAbsoluteError, L.MeanAbsolutePercentageError, L.MeanSquaredLogarithmicError,
              L.Huber, L.LogCosh, L.Poisson, L.CosineSimilarity, L.KLDivergence, L.Hinge, L.SquaredHinge,
              L.CategoricalHinge]
for c in REGRESSION:
    positive = c in (L.Poisson, L.KLDivergence, L.MeanSquaredLogarithmicError)
    p = unit if positive else real
    loss(c, p(4, 3), p(4, 3), note="plain")
    loss(c, p(4, 5, 3), p(4, 5, 3), unit(4, 5), note="rank 3, weights of rank 2")
    loss(c, p(4, 5, 3), p(4, 5, 3), unit(4, 5, 1), note="rank 3, weights of rank 3")
    loss(c, p(4, 5, 3), p(4, 5, 3), None, bits(4, 5).astype(bool), note="mask")
    loss(c, p(4, 5, 3), p(4, 5, 3), unit(4, 5), bits(4, 5).astype(bool), note="mask and weights")
    loss(c, p(6), p(6, 1), note="a vector against a column")
    loss(c, p(6, 1), p(6), note="a column against a vector")
    loss(c, bits(4, 3), p(4, 3), note="0 and 1")
    loss(c, classes(2, 4, 3), p(4, 3), note="integers")
    loss(c, bits(4, 3).astype(bool), p(4, 3), note="bools")
    for d in ("float16", "bfloat16", "float64"):
        loss(lambda: c(dtype=d), p(4, 3), p(4, 3), unit(4), note=d)
    for d in ("float16", "bfloat16", "float64"):
        loss(c, p(4, 3), p(4, 3), note="predictions of " + d, dtype=d)
    loss(c, p(0, 3), p(0, 3), note="no sample")
    for r in ("mean_with_sample_weight", "sum", "none", "mean"):
        loss(lambda: c(reduction=r), p(4, 5, 3), p(4, 5, 3), unit(4, 5), bits(4, 5).astype(bool), note=r + ", mask")
        loss(lambda: c(reduction=r), p(4, 5, 3), p(4, 5, 3), None, bits(4, 5).astype(bool), note=r + ", mask alone")
loss(lambda: L.Huber(delta=0.4), real(4, 3), real(4, 3), note="delta")
loss(lambda: L.CosineSimilarity(axis=1), real(4, 3, 2), real(4, 3, 2), note="axis 1")
loss(lambda: L.CosineSimilarity(axis=0), real(4, 3), real(4, 3), note="axis 0")
loss(L.CosineSimilarity, np.zeros((4, 3), "float32"), real(4, 3), note="zeros")
loss(L.MeanAbsolutePercentageError, np.zeros((4, 3), "float32"), real(4, 3), note="zeros")
loss(L.LogCosh, real(4, 3) * 100, real(4, 3) * 100, note="large")
for f in (L.BinaryCrossentropy, L.BinaryFocalCrossentropy):
    for logits in (False, True):
        p = real if logits else unit
        for s in (0.0, 0.3):
            loss(lambda: f(from_logits=logits, label_smoothing=s), bits(4, 3), p(4, 3), note=f"smoothing {s}")
        loss(lambda: f(from_logits=logits, axis=1), bits(4, 3, 2), p(4, 3, 2), note="axis 1")
        loss(lambda: f(from_logits=logits), bits(4, 3, 2), p(4, 3, 2), unit(4, 3), bits(4, 3).astype(bool), note="mask")
        loss(lambda: f(from_logits=logits), classes(2, 6), p(6, 1), note="a vector of integers")
        loss(lambda: f(from_logits=logits), bits(6, 1), p(6, 1), unit(6, 1), note="columns")
        for d in ("float16", "bfloat16", "float64"):
            loss(lambda: f(from_logits=logits, dtype=d), bits(4, 3), p(4, 3), note=d)
    loss(f, bits(4, 2), np.array([[0, 1], [1, 0], [0, 0], [1, 1]], "float32"), note="certain")
    loss(lambda: f(from_logits=True), bits(4, 3), real(4, 3) * 60, note="large logits")
loss(lambda: L.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.7, gamma=3.0), bits(4, 3), unit(4, 3))
loss(lambda: L.BinaryFocalCrossentropy(gamma=0.0), bits(4, 3), unit(4, 3))
for f in (L.CategoricalCrossentropy, L.CategoricalFocalCrossentropy):
    for logits in (False, True):
        p = real if logits else simplex
        for s in (0.0, 0.3):
            loss(lambda: f(from_logits=logits, label_smoothing=s), onehot(4, 3), p(4, 3), note=f"smoothing {s}")
        loss(lambda: f(from_logits=logits, axis=1), onehot(4, 2, 3), np.abs(p(4, 2, 3)), note="axis 1")
        loss(lambda: f(from_logits=logits), onehot(4, 5, 3), p(4, 5, 3), unit(4, 5), bits(4, 5).astype(bool), note="mask")
        for d in ("float16", "bfloat16", "float64"):
            loss(lambda: f(from_logits=logits, dtype=d), onehot(4, 3), p(4, 3), note=d)
    loss(f, onehot(3, 3), np.eye(3, dtype="float32"), note="certain")
    loss(f, onehot(4, 3), unit(4, 3), note="not normalised")
    loss(lambda: f(from_logits=True), onehot(4, 3), real(4, 3) * 60, note="large logits")
loss(lambda: L.CategoricalFocalCrossentropy(alpha=[0.2, 0.5, 0.3], gamma=1.0), onehot(4, 3), simplex(4, 3))
for logits in (False, True):
    p = real if logits else simplex
    f = lambda **k: (lambda: L.SparseCategoricalCrossentropy(from_logits=logits, **k))
    loss(f(), classes(3, 4), p(4, 3))
    loss(f(), classes(3, 4, 1), p(4, 3), unit(4), note="a column")
    loss(f(), classes(3, 4, 5), p(4, 5, 3), unit(4, 5), note="sequences")
    loss(f(), classes(3, 4, 5, 1), p(4, 5, 3), None, bits(4, 5).astype(bool), note="sequences of columns, mask")
    loss(f(ignore_class=1), classes(3, 4, 5), p(4, 5, 3), note="ignored")
    loss(f(ignore_class=-1), classes(3, 4, 5) - 1, p(4, 5, 3), note="ignored -1")
    loss(f(ignore_class=255), np.where(bits(4, 5) > 0, 255, classes(3, 4, 5)), p(4, 5, 3), unit(4, 5), note="ignored 255")
    loss(f(ignore_class=0), classes(3, 4, 5), p(4, 5, 3), unit(4, 5), bits(4, 5).astype(bool), note="ignored, mask")
    loss(f(), classes(3, 4).astype("float32"), p(4, 3), note="floats")
    loss(f(), classes(3, 2, 4, 4), p(2, 4, 4, 3), note="pictures")
    for r in ("mean_with_sample_weight", "sum", "none"):
        loss(f(ignore_class=0, reduction=r), classes(3, 4, 5), p(4, 5, 3), note="ignored, " + r)
    for d in ("float16", "bfloat16", "float64"):
        loss(f(dtype=d), classes(3, 4), p(4, 3), note=d)
for f in (L.Dice, L.Tversky):
    loss(f, bits(4, 3, 2), unit(4, 3, 2))
    loss(lambda: f(axis=-1), bits(4, 3, 2), unit(4, 3, 2), unit(4, 3))
    loss(lambda: f(axis=[1, 2]), bits(4, 3, 2), unit(4, 3, 2), unit(4))
    loss(lambda: f(axis=[1, 2], reduction="none"), bits(4, 3, 2), unit(4, 3, 2), note="none")
    loss(f, np.zeros((4, 3), "float32"), np.zeros((4, 3), "float32"), note="zeros")
loss(lambda: L.Tversky(alpha=0.2, beta=0.9), bits(4, 3), unit(4, 3))
loss(lambda: L.CategoricalGeneralizedCrossEntropy(q=0.3), classes(3, 4), simplex(4, 3), unit(4))
for d in (True, False):
    e = real(6, 4)
    e /= np.linalg.norm(e, axis=1, keepdims=True)
    loss(lambda: L.Circle(remove_diagonal=d, gamma=8.0), classes(3, 6), e, note="few classes")
    loss(lambda: L.Circle(remove_diagonal=d), np.arange(6, dtype="int32"), e, note="each its own class")
    loss(lambda: L.Circle(remove_diagonal=d, gamma=8.0), classes(2, 6, 1), e, unit(6), note="a column, weights")
    loss(lambda: L.Circle(remove_diagonal=d, gamma=8.0, reduction="mean_with_sample_weight"), classes(2, 6), e, unit(6))
label = classes(4, 3, 4) + 1
label[1, 2:] = 0
label[2, 1:] = 0
loss(L.CTC, label, real(3, 12, 6), unit(3), note="lengths")
loss(L.CTC, np.full((2, 3), 2, "int32"), real(2, 8, 4), note="repeated")
loss(L.CTC, np.zeros((2, 3), "int32"), real(2, 5, 4), note="no label")
loss(lambda: L.CTC(reduction="none"), label, real(3, 12, 6), note="none")
loss(L.CTC, classes(3, 2, 1) + 1, real(2, 4, 4), note="one label")


def batches(*makers, n=3, weights=None, mask=None):
    return [tuple(m() if m else None for m in makers) + (weights() if weights else None, mask() if mask else None)
            for _ in range(n)]


for c in (M.MeanSquaredError, M.MeanAbsoluteError, M.MeanAbsolutePercentageError, M.MeanSquaredLogarithmicError,
          M.LogCoshError, M.Hinge, M.SquaredHinge, M.CategoricalHinge, M.KLDivergence, M.Poisson, M.CosineSimilarity,
          M.RootMeanSquaredError, M.PearsonCorrelation, M.ConcordanceCorrelation):
    metric(c, batches(lambda: unit(5, 3), lambda: unit(5, 3)))
    metric(c, batches(lambda: unit(5, 4, 3), lambda: unit(5, 4, 3), weights=lambda: unit(5, 4)), "rank 3")
    metric(c, batches(lambda: unit(5, 4, 3), lambda: unit(5, 4, 3), mask=lambda: bits(5, 4).astype(bool)), "mask")
    metric(c, batches(lambda: unit(5, 4, 3), lambda: unit(5, 4, 3), weights=lambda: unit(5, 4),
                      mask=lambda: bits(5, 4).astype(bool)), "mask and weights")
    metric(c, batches(lambda: unit(5, 3), lambda: unit(5, 3), weights=lambda: unit(5, 1)), "a column of weights")
    metric(c, batches(lambda: classes(2, 5, 3), lambda: unit(5, 3), weights=lambda: unit(5)), "integers")
    metric(lambda: c(dtype="float64"), batches(lambda: unit(5, 3), lambda: unit(5, 3)), "float64")
for c in (M.MeanSquaredError, M.RootMeanSquaredError, M.MeanAbsoluteError):
    metric(c, batches(lambda: unit(5), lambda: unit(5, 1), weights=lambda: unit(5)), "a vector against a column")
    metric(c, batches(lambda: unit(5, 1), lambda: unit(5)), "a column against a vector")
    metric(c, batches(lambda: unit(5), lambda: unit(5)), "vectors")
metric(lambda: M.CosineSimilarity(axis=1), batches(lambda: real(5, 4, 3), lambda: real(5, 4, 3)), "axis")
metric(lambda: M.PearsonCorrelation(axis=0), batches(lambda: real(5, 3), lambda: real(5, 3)), "axis")
for c in (M.Mean, M.Sum):
    metric(c, batches(None, lambda: real(5, 4, 3), weights=lambda: unit(5, 4)), "rank 3")
    metric(c, batches(None, lambda: np.float32(rng.normal())), "scalars")
    metric(c, batches(None, lambda: real(5), weights=lambda: unit(5)), "vectors")
    metric(c, batches(None, lambda: real(5), weights=lambda: np.float32(0.5)), "one weight")
metric(M.Accuracy, batches(lambda: classes(3, 6, 1), lambda: classes(3, 6).astype("float32"), weights=lambda: unit(6)))
for t in (0.5, 0.2):
    metric(lambda: M.BinaryAccuracy(threshold=t), batches(lambda: classes(2, 6, 2), lambda: unit(6, 2), weights=lambda: unit(6)))
metric(M.BinaryAccuracy, batches(lambda: bits(6), lambda: unit(6, 1)), "a vector against a column")
for c in (M.CategoricalAccuracy, lambda: M.TopKCategoricalAccuracy(k=2)):
    metric(c, batches(lambda: onehot(6, 4), lambda: simplex(6, 4), weights=lambda: unit(6)))
    metric(c, batches(lambda: onehot(6, 5, 4), lambda: simplex(6, 5, 4), weights=lambda: unit(6, 5)), "sequences")
    metric(c, batches(lambda: onehot(6, 5, 4), lambda: simplex(6, 5, 4), mask=lambda: bits(6, 5).astype(bool)), "mask")
for c in (M.SparseCategoricalAccuracy, lambda: M.SparseTopKCategoricalAccuracy(k=2)):
    metric(c, batches(lambda: classes(4, 6), lambda: simplex(6, 4), weights=lambda: unit(6)))
    metric(c, batches(lambda: classes(4, 6, 1), lambda: simplex(6, 4)), "a column")
    metric(c, batches(lambda: classes(4, 6, 5), lambda: simplex(6, 5, 4), weights=lambda: unit(6, 5)), "sequences")
    metric(c, batches(lambda: classes(4, 6, 5), lambda: simplex(6, 5, 4), mask=lambda: bits(6, 5).astype(bool)), "mask")
    metric(c, batches(lambda: classes(2, 6), lambda: np.round(unit(6, 4) * 3)), "ties")
metric(lambda: M.SparseTopKCategoricalAccuracy(k=2, from_sorted_ids=True),
       batches(lambda: classes(4, 6), lambda: np.stack([rng.permutation(4) for _ in range(6)]).astype("float32")))
for logits in (False, True):
    p = real if logits else unit
    metric(lambda: M.BinaryCrossentropy(from_logits=logits, label_smoothing=0.2),
           batches(lambda: bits(6, 3), lambda: p(6, 3), weights=lambda: unit(6)))
    p = real if logits else simplex
    metric(lambda: M.CategoricalCrossentropy(from_logits=logits, label_smoothing=0.2),
           batches(lambda: onehot(6, 3), lambda: p(6, 3), weights=lambda: unit(6)))
    metric(lambda: M.SparseCategoricalCrossentropy(from_logits=logits, ignore_class=1),
           batches(lambda: classes(3, 6, 5), lambda: p(6, 5, 3), weights=lambda: unit(6, 5)), "ignored, weights")
    metric(lambda: M.SparseCategoricalCrossentropy(from_logits=logits, ignore_class=1),
           batches(lambda: classes(3, 6, 5), lambda: p(6, 5, 3)), "ignored")
for c in (M.TruePositives, M.FalsePositives, M.TrueNegatives, M.FalseNegatives, M.Precision, M.Recall):
    for t in (None, 0.3, [0.2, 0.5, 0.9], [0.0, 0.25, 0.5, 0.75, 1.0]):
        metric(lambda: c(thresholds=t), batches(lambda: bits(6, 3), lambda: unit(6, 3)), str(t))
        metric(lambda: c(thresholds=t), batches(lambda: bits(6, 3), lambda: unit(6, 3), weights=lambda: unit(6)), str(t))
    metric(c, batches(lambda: bits(6), lambda: unit(6, 1), weights=lambda: unit(6)), "a vector against a column")
    metric(c, batches(lambda: bits(6), lambda: unit(6), weights=lambda: unit(6)), "vectors")
    metric(c, batches(lambda: bits(6, 3), lambda: unit(6, 3), weights=lambda: unit(6, 3)), "a weight for each")
    metric(c, batches(lambda: bits(4, 5, 3), lambda: unit(4, 5, 3), weights=lambda: unit(4, 5)), "rank 3")
for c in (M.Precision, M.Recall):
    for k, i in ((1, None), (2, None), (None, 1), (2, 0), (None, 2)):
        metric(lambda: c(top_k=k, class_id=i), batches(lambda: bits(6, 4), lambda: unit(6, 4), weights=lambda: unit(6)),
               f"top {k}, class {i}")
        metric(lambda: c(top_k=k, class_id=i, thresholds=0.4), batches(lambda: bits(6, 4), lambda: unit(6, 4)),
               f"top {k}, class {i}")
    metric(lambda: c(top_k=2), batches(lambda: bits(6, 4), lambda: np.round(unit(6, 4) * 2)), "ties")
    metric(lambda: c(top_k=2), batches(lambda: bits(3, 6, 4), lambda: unit(3, 6, 4)), "rank 3")
for c in (M.SensitivityAtSpecificity, M.SpecificityAtSensitivity, M.PrecisionAtRecall, M.RecallAtPrecision):
    for v in (0.05, 0.4, 0.8, 1.0):  # at 0 rounding decides in Keras
        metric(lambda: c(v, num_thresholds=20), batches(lambda: bits(8), lambda: unit(8), weights=lambda: unit(8)), str(v))
    metric(lambda: c(0.5, num_thresholds=1), batches(lambda: bits(8), lambda: unit(8)), "one threshold")
    metric(lambda: c(0.5, class_id=1), batches(lambda: bits(8, 3), lambda: unit(8, 3)), "class 1")
for curve in ("ROC", "PR", "PRGAIN"):
    for s in ("interpolation", "minoring", "majoring"):
        for extra in (dict(), dict(num_thresholds=7), dict(thresholds=[0.8, 0.1, 0.4]), dict(thresholds=[0.25, 0.5, 0.75])):
            metric(lambda: M.AUC(curve=curve, summation_method=s, **({"num_thresholds": 9} | extra)),
                   batches(lambda: bits(8), lambda: unit(8), weights=lambda: unit(8)), f"{curve} {s}")
            metric(lambda: M.AUC(curve=curve, summation_method=s, multi_label=True, **({"num_thresholds": 9} | extra)),
                   batches(lambda: bits(8, 3), lambda: unit(8, 3)), f"{curve} {s} labels")
metric(lambda: M.AUC(num_thresholds=9, multi_label=True, num_labels=3, label_weights=[1.0, 0.5, 2.0]),
       batches(lambda: bits(8, 3), lambda: unit(8, 3), weights=lambda: unit(8)), "label weights")
metric(lambda: M.AUC(num_thresholds=9, label_weights=[1.0, 0.5, 2.0]), batches(lambda: bits(8, 3), lambda: unit(8, 3)),
       "label weights of one")
metric(lambda: M.AUC(num_thresholds=9, from_logits=True), batches(lambda: bits(8, 1), lambda: real(8, 1)), "logits")
metric(lambda: M.AUC(num_thresholds=9), batches(lambda: bits(8), lambda: np.round(unit(8) * 8) / 8), "at thresholds")
metric(lambda: M.AUC(num_thresholds=9), batches(lambda: np.ones(8, "float32"), lambda: unit(8)), "all true")
for a in (None, "micro", "macro", "weighted"):
    for t in (None, 0.4):
        metric(lambda: M.F1Score(average=a, threshold=t), batches(lambda: bits(8, 3), lambda: unit(8, 3)), f"{a} {t}")
        metric(lambda: M.FBetaScore(average=a, beta=2.0, threshold=t),
               batches(lambda: onehot(8, 3), lambda: simplex(8, 3), weights=lambda: unit(8)), f"{a} {t}")
for d in (None, "float32"):
    for ignore in (None, 0, 255):
        true = lambda: np.where(bits(8) * bits(8) > 0, 255, classes(4, 8)) if ignore == 255 else classes(4, 8)
        metric(lambda: M.IoU(4, [0, 3], ignore_class=ignore, dtype=d), batches(true, lambda: classes(4, 8)), f"{ignore}")
        metric(lambda: M.MeanIoU(4, ignore_class=ignore, dtype=d),
               batches(true, lambda: classes(4, 8), weights=lambda: classes(3, 8)), f"{ignore} weights")
metric(lambda: M.MeanIoU(4), batches(lambda: classes(4, 2, 5, 5), lambda: classes(4, 2, 5, 5)), "pictures")
metric(lambda: M.MeanIoU(4, dtype="float32"), batches(lambda: classes(4, 2, 5), lambda: classes(4, 2, 5),
                                                     weights=lambda: unit(2, 5)), "weights for each")
metric(lambda: M.MeanIoU(4), batches(lambda: classes(4, 8), lambda: classes(4, 8), weights=lambda: unit(8) * 3), "cut weights")
metric(lambda: M.MeanIoU(4), batches(lambda: classes(6, 8) - 1, lambda: classes(6, 8) - 1), "outside")
metric(lambda: M.MeanIoU(4, sparse_y_pred=False), batches(lambda: classes(4, 8), lambda: simplex(8, 4)), "scores")
metric(lambda: M.MeanIoU(3, sparse_y_pred=False, sparse_y_true=False, axis=1),
       batches(lambda: bits(2, 3, 4), lambda: unit(2, 3, 4)), "axis 1")
metric(lambda: M.OneHotIoU(4, [1, 2], sparse_y_pred=True), batches(lambda: onehot(8, 4), lambda: classes(4, 8)))
metric(lambda: M.OneHotMeanIoU(4, ignore_class=2), batches(lambda: onehot(8, 4), lambda: simplex(8, 4), weights=lambda: classes(3, 8)))
for t, k in ((0.5, [0, 1]), (0.3, [1]), (0.7, [0])):
    metric(lambda: M.BinaryIoU(k, threshold=t), batches(lambda: classes(2, 8, 3), lambda: unit(8, 3)))
    metric(lambda: M.BinaryIoU(k, threshold=t, dtype="float32"), batches(lambda: bits(8), lambda: unit(8), weights=lambda: unit(8)))
for a in (None, "uniform_average", "variance_weighted_average"):
    for r in (0, 1, 2, 4, 5, 40):
        metric(lambda: M.R2Score(class_aggregation=a, num_regressors=r), batches(lambda: real(5, 3), lambda: real(5, 3)), f"{a} {r}")
    metric(lambda: M.R2Score(class_aggregation=a), batches(lambda: real(5, 3), lambda: real(5, 3), weights=lambda: unit(5)), f"{a}")
    metric(lambda: M.R2Score(class_aggregation=a), batches(lambda: real(5), lambda: real(5, 1)), f"{a} vector")
metric(lambda: M.R2Score(class_aggregation=None), batches(lambda: np.ones((5, 2), "float32"), lambda: real(5, 2)), "constant")

for seed in (0, 1, 12345, 2**31 + 5):
    for f in (I.RandomNormal, I.RandomUniform, I.TruncatedNormal, I.GlorotUniform, I.HeNormal, I.Orthogonal):
        initializer(f(seed=seed), (3, 5))
for f in (I.GlorotNormal, I.GlorotUniform, I.HeNormal, I.HeUniform, I.LecunNormal, I.LecunUniform):
    for shape in ((7,), (), (3, 4), (3, 3, 2, 5), (2, 3, 4, 2, 2)):
        initializer(f(seed=3), shape)
    initializer(f(seed=3, input_axes=[0, 2], output_axes=[1]), (3, 4, 5))
for m in ("fan_in", "fan_out", "fan_avg"):
    for d in ("uniform", "normal", "truncated_normal", "untruncated_normal"):
        initializer(I.VarianceScaling(0.7, m, d, seed=4), (5, 6))
for d in ("float16", "bfloat16", "float64"):
    for f in (I.RandomNormal, I.RandomUniform, I.TruncatedNormal, I.GlorotUniform, I.HeNormal):
        initializer(f(seed=7), (4, 9), d)
    for f in (I.Zeros(), I.Ones(), I.Constant(0.3), I.Identity(1.5)):
        initializer(f, (3, 4), d)
for shape in ((6, 4), (4, 6), (5, 5), (3, 2, 7), (2, 2, 3, 4)):
    initializer(I.Orthogonal(gain=0.8, seed=9), shape)
initializer(I.Constant([1.0, 2.0, 3.0]), (2, 3))
for side in ("real", "imag"):
    for scaling in ("density", "spectrum", None):
        for window, periodic in (("hann", True), ("hamming", False), ("blackman", True), ("boxcar", False),
                                 ("blackmanharris", True), ("nuttall", True), ("flattop", False), (None, False)):
            initializer(I.STFT(side, window, scaling, periodic), (8, 1, 5))

flat = {"float32": [], "float64": []}
at = {"float32": 0, "float64": 0}
for name, value in arrays.items():
    value = np.asarray(value)
    row, key = name.split(".", 1)
    where = "float64" if value.dtype == "float64" else "float32"
    rows[int(row)].setdefault("arrays", {})[key] = [str(value.dtype), list(value.shape), where, at[where]]
    flat[where].append(value.ravel().astype(where))
    at[where] += value.size
np.savez_compressed(HERE / "rows.npz", **{k: np.concatenate(v) for k, v in flat.items()})
text = ",\n".join(json.dumps(r, separators=(",", ":")) for r in rows)
(HERE / "rows.json").write_text(f'{{"keras_version": "{keras.__version__}", "rows": [\n{text}\n]}}\n')
print(len(rows), "rows")
