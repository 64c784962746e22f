"""Random numbers: those that go on from run to run, and those that follow from their operands."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .base import Fixed, Rows, f32

ROWS = Rows("draws")
op, fn = ROWS.op, ROWS.fn
raw = tf.raw_ops
SEEDS = dict(seed=7, seed2=11)
for name in ("RandomUniform", "RandomStandardNormal", "TruncatedNormal"):
    for dtype in (tf.float32, tf.float64, tf.float16):
        fn(f"{name}_{dtype.name}", lambda x, n=name, t=dtype: [getattr(raw, n)(shape=[2, 5], dtype=t, **SEEDS), -x], runs=3,
           tol=1e-3 if dtype == tf.float16 else 1e-5, x=f32(0))
fn("RandomUniform_one_seed", lambda x: [raw.RandomUniform(shape=[3], dtype=tf.float32, seed=0, seed2=5), -x], runs=2, x=f32(0))
fn("RandomUniformInt", lambda x: [raw.RandomUniformInt(shape=[7], minval=tf.constant(-3, t), maxval=tf.constant(9, t),
                                                       **SEEDS) for t in (tf.int32, tf.int64)] + [-x], runs=2, x=f32(0))
LOGITS = f32(ROWS.rng("l").normal(size=(3, 4)))
for n in (1, 5, 8):
    fn(f"Multinomial_{n}", lambda x, n=n: raw.Multinomial(logits=x, num_samples=n, output_dtype=tf.int32, **SEEDS), runs=2,
       x=LOGITS)
    fn(f"StatelessMultinomial_{n}", lambda x, n=n: raw.StatelessMultinomial(logits=x, num_samples=n, seed=[3, 4]), x=LOGITS)
for n in (1, 2, 5, 9):
    fn(f"RandomShuffle_{n}", lambda x: raw.RandomShuffle(value=x, **SEEDS), runs=3, x=f32(np.arange(n)))
fn("RandomShuffle_rows", lambda x: raw.RandomShuffle(value=x, **SEEDS), runs=2, x=f32(np.arange(12)).reshape(6, 2))
fn("RandomGamma", lambda x: raw.RandomGamma(shape=[2, 3], alpha=x, **SEEDS), runs=2, tol=1e-4, x=f32([0.3, 1, 4.5]))
fn("RandomPoissonV2", lambda x: raw.RandomPoissonV2(shape=[4], rate=x, dtype=tf.float32, **SEEDS), runs=2,
   x=f32([[0.3, 4], [30, 12]]))
fn("RandomPoissonV2_int", lambda x: raw.RandomPoissonV2(shape=[4], rate=x, **SEEDS), x=f32(25))
fn("StatelessRandomPoisson", lambda x: raw.StatelessRandomPoisson(shape=[4, 3], seed=[1, 2], lam=x, dtype=tf.float32),
   x=f32([0.5, 11, 90]))
for t in (tf.float32, tf.int32):
    fn(f"StatelessRandomBinomial_{t.name}", lambda n, p, t=t: raw.StatelessRandomBinomial(
        shape=[5, 4], seed=[1, 2], counts=n, probs=p, dtype=t), n=f32([5, 40, 200, 30]), p=f32([0.3, 0.7, 0.2, 0.05]))


def key(seed):
    return raw.StatelessRandomGetKeyCounter(seed=seed)


for n in (1, 6, 11):
    fn(f"StatelessShuffle_{n}", lambda x: raw.StatelessShuffle(value=x, key=key([5, 6]).key, counter=key([5, 6]).counter,
                                                               alg=1), x=f32(np.arange(n)))
BOXES = f32([[[0.1, 0.2, 0.6, 0.9], [0.5, 0.5, 1, 1]]])
for name, more in (("default", {}), ("areas", dict(area_range=[0.3, 0.5], aspect_ratio_range=[0.5, 2.0])),
                   ("few_attempts", dict(max_attempts=2, area_range=[0.01, 0.02]))):
    fn(f"SampleDistortedBoundingBoxV2_{name}", lambda x, b, m=more: [tf.identity(v) for v in raw.SampleDistortedBoundingBoxV2(
        image_size=x, bounding_boxes=b, min_object_covered=0.6, **SEEDS, **m)], runs=3, x=np.int64([60, 83, 3]), b=BOXES)
fn("SampleDistortedBoundingBox", lambda x, b: [tf.identity(v) for v in raw.SampleDistortedBoundingBox(
    image_size=x, bounding_boxes=b, min_object_covered=0.2, **SEEDS)], runs=2, x=np.int32([30, 20, 1]), b=BOXES)
fn("StatelessSampleDistortedBoundingBox", lambda x, b: [tf.identity(v) for v in raw.StatelessSampleDistortedBoundingBox(
    image_size=x, bounding_boxes=b, min_object_covered=0.3, seed=[3, 9], use_image_if_no_bounding_boxes=True)],
   x=np.int32([200, 320, 3]), b=np.zeros([1, 0, 4], np.float32))
PICTURE = f32(np.arange(9 * 7 * 2)).reshape(9, 7, 2)
for name, size in (("part", (4, 3)), ("rows", (9, 2)), ("whole", (9, 7))):
    ROWS.version(f"RandomCrop_{name}", "RandomCrop", 7, runs=3, attributes=SEEDS, image=PICTURE, size=Fixed(np.int64(size)))
TRUE = np.int64([[3, 0], [17, 9]])
for kind in ("Uniform", "LogUniform"):
    for unique in (True, False):
        for n, most in ((6, 20), (5, 1000)):
            fn(f"{kind}CandidateSampler_{unique}_{most}", lambda x, k=kind, u=unique, n=n, m=most: [tf.identity(v) for v in getattr(
                raw, f"{k}CandidateSampler")(true_classes=x, num_true=2, num_sampled=n, unique=u, range_max=m, **SEEDS)], runs=3, x=TRUE)
fn("AllCandidateSampler", lambda x: [tf.identity(v) for v in raw.AllCandidateSampler(
    true_classes=x, num_true=2, num_sampled=18, unique=True, **SEEDS)], x=TRUE)
op("ComputeAccidentalHits", "ComputeAccidentalHits", true_classes=TRUE, sampled_candidates=np.int64([9, 5, 3, 9, 1]), num_true=2)
op("ComputeAccidentalHits_none", "ComputeAccidentalHits", true_classes=TRUE, sampled_candidates=np.int64([5, 1]), num_true=2)
