"""Sets, and features crossed."""

from __future__ import annotations

from .base import Fixed, Rows, i64, text

ROWS = Rows("tables")
op = ROWS.op

A = i64([[1, 2, 3, 2], [4, 5, 6, 6]])
B = i64([[3, 1, 9], [7, 8, 4]])
AI, AV = i64([[0, 0], [0, 1], [2, 0], [2, 3]]), text(["b", "a", "x", "x"])
BI, BV = i64([[0, 0], [1, 1], [2, 0]]), text(["a", "c", "y"])
for fn in ("a-b", "b-a", "intersection", "union"):
    op(f"dense_{fn}", "DenseToDenseSetOperation", set1=A, set2=B, set_operation=fn)
    op(f"dense_sparse_{fn}", "DenseToSparseSetOperation", set1=A, set2_indices=i64([[0, 0], [0, 2], [1, 1]]), set2_values=i64([2, 7, 6]), set2_shape=i64([2, 3]), set_operation=fn)
    op(f"sparse_{fn}", "SparseToSparseSetOperation", set1_indices=AI, set1_values=AV, set1_shape=i64([3, 4]), set2_indices=BI, set2_values=BV, set2_shape=i64([3, 2]), set_operation=fn)
op("set_size", "SetSize", set_indices=AI, set_values=AV, set_shape=i64([3, 4]))
SPARSE = dict(indices=[AI, i64([[0, 0], [1, 0], [2, 0], [2, 1]])], values=[AV, i64([10, 11, 12, 13])], shapes=[i64([3, 4]), i64([3, 2])],
              dense_inputs=[text([["u", "v"], ["w", "z"], ["p", "q"]]), i64([[5], [6], [7]])])
op("cross", "SparseCrossV2", sep=Fixed("-x-"), **SPARSE)
for n in (0, 1000):
    for strong in (False, True):
        op(f"cross_hashed_{n}_{strong}", "SparseCrossHashed", num_buckets=Fixed(n, "int64"), strong_hash=Fixed(strong), salt=Fixed([137, -12], "int64"),
           **dict(SPARSE, values=[AV, text(["k", "l", "m", "n"])], dense_inputs=SPARSE["dense_inputs"][:1]))
RAGGED = dict(ragged_values=[text(["a", "b", "c"]), i64([1, 2, 3, 4])], ragged_row_splits=[i64([0, 2, 2, 3]), i64([0, 1, 3, 4])],
              sparse_indices=[AI], sparse_values=[AV], sparse_shape=[i64([3, 4])], dense_inputs=[i64([[5], [6], [7]])], input_order="RDSR")
op("cross_ragged", "RaggedCross", hashed_output=False, num_buckets=0, hash_key=1, out_values_type="string", out_row_splits_type="int64", **RAGGED)
for n in (0, 100):
    op(f"cross_ragged_hashed_{n}", "RaggedCross", hashed_output=True, num_buckets=n, hash_key=956888297470, out_values_type="int64", out_row_splits_type="int64", **RAGGED)
