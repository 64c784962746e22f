/**
 * Where the elements of sparse tensors and ragged rows are. In: places, as int64 {@code indices[n×rank]} or row splits. Out:
 * other places, and for each element of the result which element it comes from: values are moved by {@code Gather} and
 * {@code Scatter}, through which gradients flow. These ops know no values.
 */
package dev.posthorn.ir.op.sparse;
