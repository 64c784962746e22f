package dev.posthorn.kernel.simd;

import static dev.posthorn.kernel.simd.VectorLanes.L;
import static dev.posthorn.kernel.simd.VectorLanes.S;

import dev.posthorn.kernel.Binary;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Two-operand loops: each does the whole vectors of a run and returns how many elements that was; the caller does the
 * rest with scalar code, which rounds the same.
 */
final class VectorBinary {
    private VectorBinary() {}

    static int run(Binary f, float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        switch (f) {
            case ADD:
                return add(a, ao, b, bo, y, yo, n);
            case SUB:
                return sub(a, ao, b, bo, y, yo, n);
            case MUL:
                return mul(a, ao, b, bo, y, yo, n);
            case DIV:
                return div(a, ao, b, bo, y, yo, n);
            case MAX:
                return max(a, ao, b, bo, y, yo, n);
            case MIN:
                return min(a, ao, b, bo, y, yo, n);
            case SQUARED_DIFFERENCE:
                return squaredDifference(a, ao, b, bo, y, yo, n);
            case PASS_RELU:
                return passRelu(a, ao, b, bo, y, yo, n);
            case PASS_RELU6:
                return passRelu6(a, ao, b, bo, y, yo, n);
            default:
                return 0;
        }
    }

    static int right(Binary f, float[] a, int ao, float b, float[] y, int yo, int n) {
        switch (f) {
            case ADD:
                return addRight(a, ao, b, y, yo, n);
            case SUB:
                return subRight(a, ao, b, y, yo, n);
            case MUL:
                return mulRight(a, ao, b, y, yo, n);
            case DIV:
                return divRight(a, ao, b, y, yo, n);
            case MAX:
                return maxRight(a, ao, b, y, yo, n);
            case MIN:
                return minRight(a, ao, b, y, yo, n);
            case SQUARED_DIFFERENCE:
                return squaredDifferenceRight(a, ao, b, y, yo, n);
            default:
                return 0;
        }
    }

    static int left(Binary f, float a, float[] b, int bo, float[] y, int yo, int n) {
        switch (f) {
            case ADD:
                return addLeft(a, b, bo, y, yo, n);
            case SUB:
                return subLeft(a, b, bo, y, yo, n);
            case MUL:
                return mulLeft(a, b, bo, y, yo, n);
            case DIV:
                return divLeft(a, b, bo, y, yo, n);
            case MAX:
                return maxLeft(a, b, bo, y, yo, n);
            case MIN:
                return minLeft(a, b, bo, y, yo, n);
            case SQUARED_DIFFERENCE:
                return squaredDifferenceLeft(a, b, bo, y, yo, n);
            default:
                return 0;
        }
    }

    private static int add(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        for (int i = 0; i < end; i += L) {
            FloatVector.fromArray(S, a, ao + i)
                    .add(FloatVector.fromArray(S, b, bo + i))
                    .intoArray(y, yo + i);
        }
        return end;
    }

    private static int addRight(float[] a, int ao, float scalar, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        FloatVector b = FloatVector.broadcast(S, scalar);
        for (int i = 0; i < end; i += L) {
            FloatVector.fromArray(S, a, ao + i).add(b).intoArray(y, yo + i);
        }
        return end;
    }

    private static int addLeft(float scalar, float[] b, int bo, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        FloatVector a = FloatVector.broadcast(S, scalar);
        for (int i = 0; i < end; i += L) {
            a.add(FloatVector.fromArray(S, b, bo + i)).intoArray(y, yo + i);
        }
        return end;
    }

    private static int sub(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        for (int i = 0; i < end; i += L) {
            FloatVector.fromArray(S, a, ao + i)
                    .sub(FloatVector.fromArray(S, b, bo + i))
                    .intoArray(y, yo + i);
        }
        return end;
    }

    private static int subRight(float[] a, int ao, float scalar, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        FloatVector b = FloatVector.broadcast(S, scalar);
        for (int i = 0; i < end; i += L) {
            FloatVector.fromArray(S, a, ao + i).sub(b).intoArray(y, yo + i);
        }
        return end;
    }

    private static int subLeft(float scalar, float[] b, int bo, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        FloatVector a = FloatVector.broadcast(S, scalar);
        for (int i = 0; i < end; i += L) {
            a.sub(FloatVector.fromArray(S, b, bo + i)).intoArray(y, yo + i);
        }
        return end;
    }

    private static int mul(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        for (int i = 0; i < end; i += L) {
            FloatVector.fromArray(S, a, ao + i)
                    .mul(FloatVector.fromArray(S, b, bo + i))
                    .intoArray(y, yo + i);
        }
        return end;
    }

    private static int mulRight(float[] a, int ao, float scalar, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        FloatVector b = FloatVector.broadcast(S, scalar);
        for (int i = 0; i < end; i += L) {
            FloatVector.fromArray(S, a, ao + i).mul(b).intoArray(y, yo + i);
        }
        return end;
    }

    private static int mulLeft(float scalar, float[] b, int bo, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        FloatVector a = FloatVector.broadcast(S, scalar);
        for (int i = 0; i < end; i += L) {
            a.mul(FloatVector.fromArray(S, b, bo + i)).intoArray(y, yo + i);
        }
        return end;
    }

    private static int div(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        for (int i = 0; i < end; i += L) {
            FloatVector.fromArray(S, a, ao + i)
                    .div(FloatVector.fromArray(S, b, bo + i))
                    .intoArray(y, yo + i);
        }
        return end;
    }

    private static int divRight(float[] a, int ao, float scalar, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        FloatVector b = FloatVector.broadcast(S, scalar);
        for (int i = 0; i < end; i += L) {
            FloatVector.fromArray(S, a, ao + i).div(b).intoArray(y, yo + i);
        }
        return end;
    }

    private static int divLeft(float scalar, float[] b, int bo, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        FloatVector a = FloatVector.broadcast(S, scalar);
        for (int i = 0; i < end; i += L) {
            a.div(FloatVector.fromArray(S, b, bo + i)).intoArray(y, yo + i);
        }
        return end;
    }

    private static int max(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        for (int i = 0; i < end; i += L) {
            FloatVector.fromArray(S, a, ao + i)
                    .max(FloatVector.fromArray(S, b, bo + i))
                    .intoArray(y, yo + i);
        }
        return end;
    }

    private static int maxRight(float[] a, int ao, float scalar, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        FloatVector b = FloatVector.broadcast(S, scalar);
        for (int i = 0; i < end; i += L) {
            FloatVector.fromArray(S, a, ao + i).max(b).intoArray(y, yo + i);
        }
        return end;
    }

    private static int maxLeft(float scalar, float[] b, int bo, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        FloatVector a = FloatVector.broadcast(S, scalar);
        for (int i = 0; i < end; i += L) {
            a.max(FloatVector.fromArray(S, b, bo + i)).intoArray(y, yo + i);
        }
        return end;
    }

    private static int min(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        for (int i = 0; i < end; i += L) {
            FloatVector.fromArray(S, a, ao + i)
                    .min(FloatVector.fromArray(S, b, bo + i))
                    .intoArray(y, yo + i);
        }
        return end;
    }

    private static int minRight(float[] a, int ao, float scalar, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        FloatVector b = FloatVector.broadcast(S, scalar);
        for (int i = 0; i < end; i += L) {
            FloatVector.fromArray(S, a, ao + i).min(b).intoArray(y, yo + i);
        }
        return end;
    }

    private static int minLeft(float scalar, float[] b, int bo, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        FloatVector a = FloatVector.broadcast(S, scalar);
        for (int i = 0; i < end; i += L) {
            a.min(FloatVector.fromArray(S, b, bo + i)).intoArray(y, yo + i);
        }
        return end;
    }

    private static int passRelu(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        for (int i = 0; i < end; i += L) {
            VectorMask<Float> inside = FloatVector.fromArray(S, a, ao + i).compare(VectorOperators.GT, 0f);
            FloatVector.zero(S)
                    .blend(FloatVector.fromArray(S, b, bo + i), inside)
                    .intoArray(y, yo + i);
        }
        return end;
    }

    private static int passRelu6(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        for (int i = 0; i < end; i += L) {
            FloatVector x = FloatVector.fromArray(S, a, ao + i);
            VectorMask<Float> inside = x.compare(VectorOperators.GT, 0f).and(x.compare(VectorOperators.LT, 6f));
            FloatVector.zero(S)
                    .blend(FloatVector.fromArray(S, b, bo + i), inside)
                    .intoArray(y, yo + i);
        }
        return end;
    }

    private static int squaredDifference(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        for (int i = 0; i < end; i += L) {
            FloatVector d = FloatVector.fromArray(S, a, ao + i).sub(FloatVector.fromArray(S, b, bo + i));
            d.mul(d).intoArray(y, yo + i);
        }
        return end;
    }

    private static int squaredDifferenceRight(float[] a, int ao, float scalar, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        FloatVector b = FloatVector.broadcast(S, scalar);
        for (int i = 0; i < end; i += L) {
            FloatVector d = FloatVector.fromArray(S, a, ao + i).sub(b);
            d.mul(d).intoArray(y, yo + i);
        }
        return end;
    }

    private static int squaredDifferenceLeft(float scalar, float[] b, int bo, float[] y, int yo, int n) {
        int end = S.loopBound(n);
        FloatVector a = FloatVector.broadcast(S, scalar);
        for (int i = 0; i < end; i += L) {
            FloatVector d = a.sub(FloatVector.fromArray(S, b, bo + i));
            d.mul(d).intoArray(y, yo + i);
        }
        return end;
    }
}
