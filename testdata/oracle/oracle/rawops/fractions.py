"""Pooling over windows of random sizes."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .base import Fixed, Rows, f32

ROWS = Rows("fractions")
op, fn = ROWS.op, ROWS.fn
raw = tf.raw_ops
X = f32(ROWS.rng("x").normal(size=(2, 11, 9, 3)))
RATIO = [1.0, 1.44, 1.73, 1.0]

for kind in ("Max", "Avg"):
    name = f"Fractional{kind}Pool"
    for pseudo in (True, False):
        for overlapping in (True, False):
            for seed in (3, 20):
                op(f"{name}_{pseudo}_{overlapping}_{seed}", name, grads=seed == 3, value=X, pooling_ratio=RATIO, pseudo_random=pseudo,
                   overlapping=overlapping, deterministic=True, seed=seed, seed2=seed + 5)
    op(f"{name}_wide", name, value=X, pooling_ratio=[1.0, 2.9, 2.2, 1.0], deterministic=True, seed=1, seed2=2)
    op(f"{name}_even", name, value=X, pooling_ratio=[1.0, 1.0, 3.0, 1.0], deterministic=True, seed=1, seed2=2)
    op(f"{name}_int", name, value=(X * 10).astype(np.int32), pooling_ratio=RATIO, deterministic=True, seed=1, seed2=2)
    op(f"{name}_float64", name, value=X.astype(np.float64), pooling_ratio=RATIO, deterministic=True, seed=5, seed2=2)
    op(f"{name}_tied", name, grads=True, value=f32(np.round(X)), pooling_ratio=RATIO, deterministic=True, seed=1, seed2=2,
       overlapping=True)
ROWS_AT, COLUMNS_AT = np.int64([0, 2, 3, 5, 7, 8, 10, 11]), np.int64([0, 2, 4, 5, 7, 9])


def largest_gradient(x, d, overlapping):
    y, rows, columns = raw.FractionalMaxPool(value=x, pooling_ratio=RATIO, deterministic=True, seed=4, seed2=1,
                                             overlapping=overlapping)
    return raw.FractionalMaxPoolGrad(orig_input=x, orig_output=y, out_backprop=d, row_pooling_sequence=rows,
                                     col_pooling_sequence=columns, overlapping=overlapping)


DY = f32(ROWS.rng("dy").normal(size=(2, 7, 5, 3)))
for overlapping in (True, False):
    fn(f"FractionalMaxPoolGrad_{overlapping}", lambda x, d, o=overlapping: largest_gradient(x, d, o), x=X, d=DY)
    op(f"FractionalAvgPoolGrad_{overlapping}", "FractionalAvgPoolGrad", orig_input_tensor_shape=Fixed(np.int64(X.shape)),
       out_backprop=DY, row_pooling_sequence=ROWS_AT, col_pooling_sequence=COLUMNS_AT, overlapping=overlapping)
