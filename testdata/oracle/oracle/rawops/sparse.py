"""Sparse and ragged tensors, counts."""

from __future__ import annotations

import numpy as np

from .base import Fixed, Rows, f32, i32, i64

ROWS = Rows("sparse")
op = ROWS.op

A = i64([[0, 0], [0, 3], [1, 1], [3, 0], [3, 2]])
AV = f32([1.5, -2, 3, 0.5, -1])
SHAPE = i64([4, 4])
B = i64([[0, 3], [1, 0], [1, 1], [2, 2], [3, 2]])
BV = f32([2, 4, -3.5, 1, 1])
C = i64([[0, 1, 0], [0, 1, 1], [0, 2, 1], [2, 0, 0], [2, 2, 1]])
CSHAPE = i64([3, 3, 2])
D = f32(ROWS.rng("dense").normal(size=(4, 4)))

for name, default, kw in [("", 0.5, {}), ("_unsorted", -1.0, dict(validate_indices=False))]:
    i = A[::-1].copy() if kw else A
    op(f"to_dense{name}", "SparseToDense", grads=True, sparse_indices=i, output_shape=Fixed(SHAPE), sparse_values=AV, default_value=f32(default), **kw)
op("to_dense_vector", "SparseToDense", sparse_indices=i32([1, 3]), output_shape=Fixed(i32([5])), sparse_values=f32(2), default_value=f32(0))
op("to_dense_scalar", "SparseToDense", sparse_indices=i32(2), output_shape=Fixed(i32([5])), sparse_values=f32(2), default_value=f32(-1))
op("to_dense_fed_shape", "SparseToDense", sparse_indices=A, output_shape=SHAPE, sparse_values=AV, default_value=f32(0))
op("reorder", "SparseReorder", grads=True, input_indices=B[[3, 0, 4, 1, 2]], input_values=BV, input_shape=SHAPE)
op("reorder_3d", "SparseReorder", input_indices=C[::-1].copy(), input_values=f32([1, 2, 3, 4, 5]), input_shape=CSHAPE)
op("reshape", "SparseReshape", input_indices=C, input_shape=CSHAPE, new_shape=i64([2, -1]))
op("reshape_rank", "SparseReshape", input_indices=C, input_shape=CSHAPE, new_shape=i64([18]))
op("slice", "SparseSlice", grads=True, indices=A, values=AV, shape=SHAPE, start=i64([1, 0]), size=i64([3, 9]))
op("slice_3d", "SparseSlice", indices=C, values=f32([1, 2, 3, 4, 5]), shape=CSHAPE, start=i64([0, 1, 0]), size=i64([1, 1, 2]))
op("slice_grad", "SparseSliceGrad", backprop_val_grad=f32([7, 8, 9]), input_indices=A, input_start=i64([1, 0]), output_indices=i64([[0, 1], [2, 0], [2, 2]]))
for dim in (0, 1, -1):
    op(f"concat_{dim}", "SparseConcat", indices=[A, B, A], values=[AV, BV, f32(AV * 2)], shapes=[SHAPE, SHAPE, SHAPE], concat_dim=dim)
for n, dim in ((2, 0), (3, 1), (4, 1)):
    op(f"split_{n}_{dim}", "SparseSplit", split_dim=Fixed(i64(dim)), indices=A, values=AV, shape=SHAPE, num_split=n)
for t in (0.0, 0.75):
    op(f"add_{t}", "SparseAdd", grads=t == 0, a_indices=A, a_values=AV, a_shape=SHAPE, b_indices=B, b_values=BV, b_shape=SHAPE, thresh=Fixed(f32(t)))
op("add_int", "SparseAdd", a_indices=A, a_values=i32([1, 2, 3, 4, 5]), a_shape=SHAPE, b_indices=B, b_values=i32([-2, 2, 1, 1, -5]), b_shape=SHAPE, thresh=i32(1))
op("add_grad", "SparseAddGrad", backprop_val_grad=f32(np.arange(8) + 1), a_indices=A, b_indices=B, sum_indices=i64([[0, 0], [0, 3], [1, 0], [1, 1], [2, 2], [3, 0], [3, 2], [3, 3]]))
op("maximum", "SparseSparseMaximum", a_indices=A, a_values=AV, a_shape=SHAPE, b_indices=B, b_values=BV, b_shape=SHAPE)
op("minimum", "SparseSparseMinimum", a_indices=A, a_values=AV, a_shape=SHAPE, b_indices=B, b_values=BV, b_shape=SHAPE)
op("dense_add", "SparseTensorDenseAdd", grads=True, a_indices=A, a_values=AV, a_shape=SHAPE, b=D)
for f in ("Add", "Mul", "Div"):
    op(f"cwise_{f.lower()}", f"SparseDenseCwise{f}", grads=f != "Add", sp_indices=A, sp_values=AV, sp_shape=SHAPE, dense=D)
    op(f"cwise_{f.lower()}_row", f"SparseDenseCwise{f}", sp_indices=A, sp_values=AV, sp_shape=SHAPE, dense=D[:1])
for ta in (False, True):
    for tb in (False, True):
        op(f"dense_matmul_{ta}_{tb}", "SparseTensorDenseMatMul", grads=True, a_indices=A, a_values=AV, a_shape=SHAPE, b=D[:, :3].T.copy() if tb else D[:, :3].copy(), adjoint_a=ta, adjoint_b=tb)
op("matmul", "SparseMatMul", a=D, b=D, transpose_b=True, a_is_sparse=True)
op("fill_empty_rows", "SparseFillEmptyRows", grads=True, indices=A, values=AV, dense_shape=SHAPE, default_value=f32(9))
op("fill_empty_rows_unsorted", "SparseFillEmptyRows", indices=B[[4, 0, 1, 2]], values=BV[:4], dense_shape=i64([6, 4]), default_value=f32(9))
op("fill_empty_rows_grad", "SparseFillEmptyRowsGrad", reverse_index_map=i64([0, 3, 2]), grad_values=f32([1, 2, 3, 4]))
for axes in ([0], [1], [-1, 0], [1, 2], []):
    for keep in (False, True):
        name = "_".join(map(str, axes)) + ("_keep" if keep else "")
        op(f"reduce_sum_{name}", "SparseReduceSum", grads=axes == [1], input_indices=C, input_values=f32([1, 2, 3, -4, 5]), input_shape=CSHAPE, reduction_axes=Fixed(i32(axes)), keep_dims=keep)
        op(f"reduce_max_{name}", "SparseReduceMax", input_indices=C, input_values=f32([1, 2, 3, -4, 5]), input_shape=CSHAPE, reduction_axes=Fixed(i32(axes)), keep_dims=keep)
        op(f"reduce_sum_sparse_{name}", "SparseReduceSumSparse", input_indices=C, input_values=f32([1, 2, 3, -4, 5]), input_shape=CSHAPE, reduction_axes=Fixed(i32(axes)), keep_dims=keep)
        op(f"reduce_max_sparse_{name}", "SparseReduceMaxSparse", input_indices=C, input_values=f32([1, 2, 3, -4, 5]), input_shape=CSHAPE, reduction_axes=Fixed(i32(axes)), keep_dims=keep)
op("softmax", "SparseSoftmax", grads=True, sp_indices=A, sp_values=AV, sp_shape=SHAPE)
op("softmax_3d", "SparseSoftmax", sp_indices=C, sp_values=f32([1, 2, 3, -4, 5]), sp_shape=CSHAPE)
for f in ("Sum", "Mean", "SqrtN"):
    op(f"segment_{f}", f"SparseSegment{f}", grads=True, data=D, indices=i32([0, 3, 3, 1]), segment_ids=i32([0, 0, 2, 2]))
    op(f"segment_{f}_n", f"SparseSegment{f}WithNumSegments", grads=True, data=D, indices=i32([0, 3, 3, 1]), segment_ids=i32([0, 0, 2, 2]), num_segments=Fixed(i32(5)))
    op(f"segment_{f}_grad", f"SparseSegment{f}Grad", grad=D[:3], indices=i32([0, 3, 3, 1]), segment_ids=i32([0, 0, 2, 2]), output_dim0=Fixed(i32(5)))
    op(f"segment_{f}_grad_v2", f"SparseSegment{f}GradV2", grad=D[:3], indices=i32([0, 3, 3, 1]), segment_ids=i32([0, 0, 2, 2]), dense_output_dim0=Fixed(i32(5)))
op("ragged_fill_empty_rows", "RaggedFillEmptyRows", value_rowids=i64([0, 2, 2, 4]), values=f32([1, 2, 3, 4]), nrows=i64(6), default_value=f32(9))
op("ragged_fill_empty_rows_grad", "RaggedFillEmptyRowsGrad", reverse_index_map=i64([0, 3, 2]), grad_values=f32([1, 2, 3, 4]))

op("ragged_range", "RaggedRange", starts=i32([0, 5, 8, 3]), limits=i32([3, 5, 2, 4]), deltas=i32([1, 1, -2, 4]))
op("ragged_range_float", "RaggedRange", starts=f32(0.1), limits=f32([1, 0.35, 0]), deltas=f32(0.1))
op("ragged_range_int32_splits", "RaggedRange", starts=i64(0), limits=i64([3, 0, 2]), deltas=i64(1), Tsplits="int32")
SPLITS = i64([0, 2, 2, 5, 6])
OUTER = i64([0, 1, 1, 4])
V = f32(np.arange(6) + 0.5)
op("ragged_gather", "RaggedGather", grads=True, params_nested_splits=[SPLITS], params_dense_values=V, indices=i32([2, 0, 1, 2]), OUTPUT_RAGGED_RANK=1)
op("ragged_gather_2d", "RaggedGather", params_nested_splits=[OUTER, SPLITS], params_dense_values=f32(np.arange(12).reshape(6, 2)), indices=i32([[2, 0], [1, 2]]), OUTPUT_RAGGED_RANK=3)
op("ragged_to_sparse", "RaggedTensorToSparse", grads=True, rt_nested_splits=[SPLITS], rt_dense_values=V)
op("ragged_to_sparse_2", "RaggedTensorToSparse", rt_nested_splits=[OUTER, SPLITS], rt_dense_values=V)
op("ragged_to_sparse_inner", "RaggedTensorToSparse", rt_nested_splits=[SPLITS], rt_dense_values=f32(np.arange(12).reshape(6, 2)))
op("to_tensor", "RaggedTensorToTensor", grads=True, shape=Fixed(i64([-1, -1])), values=V, default_value=f32(-1), row_partition_tensors=[SPLITS], row_partition_types=["ROW_SPLITS"])
op("to_tensor_any", "RaggedTensorToTensor", shape=Fixed(i64(-1)), values=V, default_value=f32(-1), row_partition_tensors=[SPLITS], row_partition_types=["ROW_SPLITS"])
op("to_tensor_cut", "RaggedTensorToTensor", shape=Fixed(i64([6, 2])), values=V, default_value=f32(-1), row_partition_tensors=[SPLITS], row_partition_types=["ROW_SPLITS"])
op("to_tensor_cut_rows", "RaggedTensorToTensor", shape=Fixed(i64([2, 4])), values=V, default_value=f32(-1), row_partition_tensors=[SPLITS], row_partition_types=["ROW_SPLITS"])
op("to_tensor_2", "RaggedTensorToTensor", shape=Fixed(i64([-1, -1, 2])), values=V, default_value=f32(-1), row_partition_tensors=[OUTER, SPLITS], row_partition_types=["ROW_SPLITS", "ROW_SPLITS"])
op("to_tensor_ids", "RaggedTensorToTensor", shape=Fixed(i64([-1, -1])), values=V, default_value=f32(-1), row_partition_tensors=[i64(4), i64([0, 0, 2, 2, 2, 3])], row_partition_types=["FIRST_DIM_SIZE", "VALUE_ROWIDS"])
op("to_tensor_inner", "RaggedTensorToTensor", grads=True, shape=Fixed(i64([-1, 3, 2])), values=f32(np.arange(12).reshape(6, 2)), default_value=f32([7, 8]), row_partition_tensors=[SPLITS], row_partition_types=["ROW_SPLITS"])

N = i64([1, 4, 4, 0, 2, 4])
W = f32([1, 2, 0.5, 4, 1, 8])
NONE = f32([])
for binary in (False, True):
    for w, wn in ((NONE, ""), (W, "_weights")):
        b = ("_binary" if binary else "") + wn
        if not (binary and wn):
            op(f"ragged_bincount{b}", "RaggedBincount", splits=SPLITS, values=N, size=Fixed(i64(4)), weights=w, binary_output=binary)
            op(f"sparse_bincount{b}", "SparseBincount", indices=i64([[0, 0], [0, 2], [1, 0], [3, 1], [3, 2], [3, 3]]), values=N, dense_shape=Fixed(SHAPE), size=Fixed(i64(6)), weights=w, binary_output=binary)
            op(f"sparse_bincount_vector{b}", "SparseBincount", indices=i64([[0], [2], [3], [4], [6], [7]]), values=N, dense_shape=Fixed(i64([8])), size=Fixed(i64(5)), weights=w, binary_output=binary)
            op(f"dense_count{b}", "DenseCountSparseOutput", values=N.reshape(2, 3), weights=w.reshape(2, 3) if wn else w, binary_output=binary)
            op(f"dense_count_vector{b}", "DenseCountSparseOutput", values=N, weights=w, minlength=8, binary_output=binary)
            op(f"sparse_count{b}", "SparseCountSparseOutput", indices=i64([[0, 0], [0, 2], [1, 0], [3, 1], [3, 2], [3, 3]]), values=N, dense_shape=SHAPE, weights=w, maxlength=3, binary_output=binary)
            op(f"ragged_count{b}", "RaggedCountSparseOutput", splits=SPLITS, values=N, weights=w, minlength=3, maxlength=7, binary_output=binary)
