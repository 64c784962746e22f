"""Matrices: taken apart, solved, functions of them."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .base import Fixed, Rows

ROWS = Rows("matrices")
op, fn = ROWS.op, ROWS.fn
raw = tf.raw_ops


def real(name, *shape, dtype=np.float32):
    return ROWS.rng(name).normal(size=shape).astype(dtype)


A = real("a", 2, 4, 4)
POSITIVE = (A @ A.transpose(0, 2, 1) + 2 * np.eye(4)).astype(np.float32)
for dtype in (np.int32, np.int64):
    op(f"Lu_{np.dtype(dtype).name}", "Lu", input=A, output_idx_type=dtype)
op("Lu_float64", "Lu", input=real("lu", 5, 5, dtype=np.float64), tol=1e-12)
op("Lu_one", "Lu", input=real("one", 3, 1, 1))
for pivot in (True, False):
    op(f"TridiagonalSolve_{pivot}", "TridiagonalSolve", grads=True, tol=1e-4, partial_pivoting=pivot,
       diagonals=(real("t", 2, 3, 5) + np.float32([[0], [4], [0]])), rhs=real("tr", 2, 5, 2))
op("TridiagonalSolve_pivots", "TridiagonalSolve", tol=1e-4, diagonals=real("tp", 2, 3, 7), rhs=real("tpr", 2, 7, 1))
op("TridiagonalMatMul", "TridiagonalMatMul", grads=True, superdiag=real("u", 2, 1, 4), maindiag=real("m", 2, 1, 4),
   subdiag=real("l", 2, 1, 4), rhs=real("r", 2, 4, 3))
for name, shape in (("tall", (2, 5, 3)), ("wide", (2, 3, 5))):
    for fast in (True, False):
        op(f"MatrixSolveLs_{name}_{fast}", "MatrixSolveLs", grads=fast, tol=1e-3, matrix=real(name, *shape),
           rhs=real(name + "r", 2, shape[1], 2), l2_regularizer=Fixed(0.5 if fast else 0.0, tf.float64), fast=fast)
op("MatrixSquareRoot", "MatrixSquareRoot", tol=1e-4, input=POSITIVE)
fn("CholeskyGrad", lambda a, d: raw.CholeskyGrad(l=raw.Cholesky(input=a), grad=d), tol=1e-4, a=POSITIVE, d=real("d", 2, 4, 4))
old = ROWS.old
old("MatrixExponential", lambda x: tf.linalg.expm(x), tol=1e-4, x=A)
old("BatchCholesky", lambda x: raw.Cholesky(input=x), tol=1e-4, x=POSITIVE)
old("BatchCholeskyGrad", lambda x, y: raw.CholeskyGrad(l=x, grad=y), tol=1e-4,
    x=np.linalg.cholesky(POSITIVE), y=real("d", 2, 4, 4))
old("BatchMatrixInverse", lambda x: raw.MatrixInverse(input=x), tol=1e-3, x=POSITIVE)
old("BatchMatrixDeterminant", lambda x: raw.MatrixDeterminant(input=x), tol=1e-3, x=POSITIVE)
old("BatchMatrixSolve", lambda x, y: raw.MatrixSolve(matrix=x, rhs=y), tol=1e-3, x=POSITIVE, y=real("bs", 2, 4, 3))
old("BatchMatrixTriangularSolve", lambda x, y: raw.MatrixTriangularSolve(matrix=x, rhs=y), tol=1e-3, x=POSITIVE,
    y=real("bs", 2, 4, 3))
old("BatchMatrixDiag", lambda x: raw.MatrixDiag(diagonal=x), x=real("sd", 2, 4))
old("BatchMatrixDiagPart", lambda x: raw.MatrixDiagPart(input=x), x=A)
old("BatchMatrixSetDiag", lambda x, y: raw.MatrixSetDiag(input=x, diagonal=y), x=A, y=real("sd", 2, 4))


def first_vectors_then(x):
    e, v = raw.SelfAdjointEigV2(input=x)
    return tf.concat([e[..., None, :], v], -2)


old("SelfAdjointEig", first_vectors_then, tol=1e-3, x=POSITIVE)


def complex_(name, *shape, dtype=np.complex64):
    return (real(name, *shape) + 1j * real(name + " i", *shape)).astype(dtype)


def turned(x):
    """Eigenvalues, and vectors whose first elements are real: other phases follow from rounding where the matrix is real."""
    e, v = raw.Eig(input=x, Tout=tf.complex64 if x.dtype == tf.float32 else tf.complex128)
    first = v[..., :1, :]
    return [e, v * tf.math.conj(first) / tf.cast(tf.abs(first), v.dtype)]


# Accuracy: TensorFlow iterates in the type of the operands, whose rounding the iterations and the condition of the vectors
# carry on: some 1e4 ulp, 1e-3 of float32 and 1e-9 of float64 (as for the other factorizations); logarithms a tenth of it;
# a defective pair moves by the root of the rounding.
SIZES = (1, 2, 3, 5, 8)
for n in SIZES:
    fn(f"Eig_float32_{n}", turned, tol=1e-3, x=real(f"eig{n}", 2, n, n))
    fn(f"Eig_float64_{n}", turned, tol=1e-9, x=real(f"eig{n}", 2, n, n, dtype=np.float64))
    op(f"Eig_complex128_{n}", "Eig", tol=1e-9, input=complex_(f"eig{n}", 2, n, n, dtype=np.complex128), Tout=tf.complex128)
    op(f"MatrixLogarithm_{n}", "MatrixLogarithm", tol=1e-9, input=complex_(f"log{n}", 2, n, n, dtype=np.complex128))
fn("Eig_symmetric", turned, tol=1e-9, x=(A[0] + A[0].T).astype(np.float64))
op("Eig_values", "Eig", tol=1e-3, keep=(0,), input=A, Tout=tf.complex64, compute_v=False)
op("Eig_none", "Eig", input=np.zeros((2, 0, 0), np.float32), Tout=tf.complex64)
op("Eig_defective", "Eig", tol=1e-6, input=np.float64([[2, 1], [0, 2]]), Tout=tf.complex128)
op("Eig_gradient", "Eig", grads=True, tol=1e-8, input=complex_("eigd", 2, 4, 4, dtype=np.complex128), Tout=tf.complex128)
op("MatrixLogarithm_complex64", "MatrixLogarithm", tol=1e-4, input=complex_("log", 3, 4, 4))
op("MatrixLogarithm_positive", "MatrixLogarithm", tol=1e-4, input=POSITIVE.astype(np.complex64))
for adjoint in (False, True):
    op(f"MatrixSolve_complex_{adjoint}", "MatrixSolve", tol=1e-9, adjoint=adjoint,
       matrix=complex_("ms", 2, 3, 3, dtype=np.complex128), rhs=complex_("mr", 2, 3, 2, dtype=np.complex128))
    op(f"MatrixInverse_complex_{adjoint}", "MatrixInverse", tol=1e-9, adjoint=adjoint,
       input=complex_("ms", 2, 3, 3, dtype=np.complex128))
    op(f"MatrixTriangularSolve_complex_{adjoint}", "MatrixTriangularSolve", tol=1e-9, adjoint=adjoint,
       matrix=complex_("ms", 2, 3, 3, dtype=np.complex128), rhs=complex_("mr", 2, 3, 2, dtype=np.complex128))
