package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import dev.posthorn.kernel.Comparison;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Relations and choices over runs of whole vectors: n is a multiple of L. What does not move (step 0) is one value. */
final class VectorSelect {
    private VectorSelect() {}

    static void compare(Comparison f, float[] a, int ao, float[] b, int bo, int bStep, float[] y, int yo, int n) {
        switch (f) {
            case EQ -> eq(a, ao, b, bo, bStep * L, y, yo, n);
            case NE -> ne(a, ao, b, bo, bStep * L, y, yo, n);
            case LT -> lt(a, ao, b, bo, bStep * L, y, yo, n);
            case LE -> le(a, ao, b, bo, bStep * L, y, yo, n);
            case GT -> gt(a, ao, b, bo, bStep * L, y, yo, n);
            case GE -> ge(a, ao, b, bo, bStep * L, y, yo, n);
            default -> throw new IllegalArgumentException("compare: expected a relation but was " + f);
        }
    }

    private static void eq(float[] a, int ao, float[] b, int bo, int bStep, float[] y, int yo, int n) {
        if (bStep == 0 && n > 0) {
            FloatVector v = FloatVector.broadcast(S, b[bo]);
            for (int i = 0; i < n; i += L) {
                FloatVector.broadcast(S, 0f)
                        .blend(1f, FloatVector.fromArray(S, a, ao + i).compare(VectorOperators.EQ, v))
                        .intoArray(y, yo + i);
            }
            return;
        }
        for (int i = 0; i < n; i += L) {
            FloatVector.broadcast(S, 0f)
                    .blend(
                            1f,
                            FloatVector.fromArray(S, a, ao + i)
                                    .compare(VectorOperators.EQ, FloatVector.fromArray(S, b, bo + i)))
                    .intoArray(y, yo + i);
        }
    }

    private static void ne(float[] a, int ao, float[] b, int bo, int bStep, float[] y, int yo, int n) {
        if (bStep == 0 && n > 0) {
            FloatVector v = FloatVector.broadcast(S, b[bo]);
            for (int i = 0; i < n; i += L) {
                FloatVector.broadcast(S, 0f)
                        .blend(1f, FloatVector.fromArray(S, a, ao + i).compare(VectorOperators.NE, v))
                        .intoArray(y, yo + i);
            }
            return;
        }
        for (int i = 0; i < n; i += L) {
            FloatVector.broadcast(S, 0f)
                    .blend(
                            1f,
                            FloatVector.fromArray(S, a, ao + i)
                                    .compare(VectorOperators.NE, FloatVector.fromArray(S, b, bo + i)))
                    .intoArray(y, yo + i);
        }
    }

    private static void lt(float[] a, int ao, float[] b, int bo, int bStep, float[] y, int yo, int n) {
        if (bStep == 0 && n > 0) {
            FloatVector v = FloatVector.broadcast(S, b[bo]);
            for (int i = 0; i < n; i += L) {
                FloatVector.broadcast(S, 0f)
                        .blend(1f, FloatVector.fromArray(S, a, ao + i).compare(VectorOperators.LT, v))
                        .intoArray(y, yo + i);
            }
            return;
        }
        for (int i = 0; i < n; i += L) {
            FloatVector.broadcast(S, 0f)
                    .blend(
                            1f,
                            FloatVector.fromArray(S, a, ao + i)
                                    .compare(VectorOperators.LT, FloatVector.fromArray(S, b, bo + i)))
                    .intoArray(y, yo + i);
        }
    }

    private static void le(float[] a, int ao, float[] b, int bo, int bStep, float[] y, int yo, int n) {
        if (bStep == 0 && n > 0) {
            FloatVector v = FloatVector.broadcast(S, b[bo]);
            for (int i = 0; i < n; i += L) {
                FloatVector.broadcast(S, 0f)
                        .blend(1f, FloatVector.fromArray(S, a, ao + i).compare(VectorOperators.LE, v))
                        .intoArray(y, yo + i);
            }
            return;
        }
        for (int i = 0; i < n; i += L) {
            FloatVector.broadcast(S, 0f)
                    .blend(
                            1f,
                            FloatVector.fromArray(S, a, ao + i)
                                    .compare(VectorOperators.LE, FloatVector.fromArray(S, b, bo + i)))
                    .intoArray(y, yo + i);
        }
    }

    private static void gt(float[] a, int ao, float[] b, int bo, int bStep, float[] y, int yo, int n) {
        if (bStep == 0 && n > 0) {
            FloatVector v = FloatVector.broadcast(S, b[bo]);
            for (int i = 0; i < n; i += L) {
                FloatVector.broadcast(S, 0f)
                        .blend(1f, FloatVector.fromArray(S, a, ao + i).compare(VectorOperators.GT, v))
                        .intoArray(y, yo + i);
            }
            return;
        }
        for (int i = 0; i < n; i += L) {
            FloatVector.broadcast(S, 0f)
                    .blend(
                            1f,
                            FloatVector.fromArray(S, a, ao + i)
                                    .compare(VectorOperators.GT, FloatVector.fromArray(S, b, bo + i)))
                    .intoArray(y, yo + i);
        }
    }

    private static void ge(float[] a, int ao, float[] b, int bo, int bStep, float[] y, int yo, int n) {
        if (bStep == 0 && n > 0) {
            FloatVector v = FloatVector.broadcast(S, b[bo]);
            for (int i = 0; i < n; i += L) {
                FloatVector.broadcast(S, 0f)
                        .blend(1f, FloatVector.fromArray(S, a, ao + i).compare(VectorOperators.GE, v))
                        .intoArray(y, yo + i);
            }
            return;
        }
        for (int i = 0; i < n; i += L) {
            FloatVector.broadcast(S, 0f)
                    .blend(
                            1f,
                            FloatVector.fromArray(S, a, ao + i)
                                    .compare(VectorOperators.GE, FloatVector.fromArray(S, b, bo + i)))
                    .intoArray(y, yo + i);
        }
    }

    static void select(
            float[] c, int co, float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] y, int yo, int n) {
        if (n == 0) {
            return;
        }
        if (aStep == 0 && bStep == 0) {
            select(c, co, a[ao], b[bo], y, yo, n);
        } else if (aStep == 0) {
            select(c, co, a[ao], b, bo, y, yo, n);
        } else if (bStep == 0) {
            select(c, co, a, ao, b[bo], y, yo, n);
        } else {
            for (int i = 0; i < n; i += L) {
                FloatVector.fromArray(S, a, ao + i)
                        .blend(
                                FloatVector.fromArray(S, b, bo + i),
                                FloatVector.fromArray(S, c, co + i).compare(VectorOperators.EQ, 0f))
                        .intoArray(y, yo + i);
            }
        }
    }

    private static void select(float[] c, int co, float first, float second, float[] y, int yo, int n) {
        FloatVector a = FloatVector.broadcast(S, first);
        FloatVector b = FloatVector.broadcast(S, second);
        for (int i = 0; i < n; i += L) {
            a.blend(b, FloatVector.fromArray(S, c, co + i).compare(VectorOperators.EQ, 0f))
                    .intoArray(y, yo + i);
        }
    }

    private static void select(float[] c, int co, float scalar, float[] b, int bo, float[] y, int yo, int n) {
        FloatVector a = FloatVector.broadcast(S, scalar);
        for (int i = 0; i < n; i += L) {
            a.blend(
                            FloatVector.fromArray(S, b, bo + i),
                            FloatVector.fromArray(S, c, co + i).compare(VectorOperators.EQ, 0f))
                    .intoArray(y, yo + i);
        }
    }

    private static void select(float[] c, int co, float[] a, int ao, float scalar, float[] y, int yo, int n) {
        FloatVector b = FloatVector.broadcast(S, scalar);
        for (int i = 0; i < n; i += L) {
            FloatVector.fromArray(S, a, ao + i)
                    .blend(b, FloatVector.fromArray(S, c, co + i).compare(VectorOperators.EQ, 0f))
                    .intoArray(y, yo + i);
        }
    }
}
