package dev.posthorn.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.function.IntToDoubleFunction;

/** What tests say of a tensor. A failure shows shape, worst index, expected, but was, tolerance, how many exceed it. */
public final class TensorAssert {
    private final Tensor actual;
    private final String what;

    private TensorAssert(Tensor actual, String what) {
        this.actual = actual;
        this.what = what;
    }

    public static TensorAssert assertThat(Tensor actual) {
        return assertThat(actual, "tensor");
    }

    public static TensorAssert assertThat(Tensor actual, String what) {
        return new TensorAssert(actual, what);
    }

    /** Whether type and elements agree; NaN equals NaN, and 0 equals -0. */
    public void isEqualTo(Tensor expected) {
        isWithin(0, expected);
    }

    /** Whether type and elements agree to {@code relative} times the largest finite element of {@code expected}. */
    public void isCloseTo(Tensor expected, double relative) {
        if (expected.dtype().isComplex() && actual.dtype() == expected.dtype()) {
            assertThat(parts(actual), what).isCloseTo(parts(expected), relative);
            return;
        }
        double scale = 0;
        if (isReal(expected)) {
            for (int i = 0; i < expected.size(); i++) {
                double e = Math.abs(expected.getDouble(i));
                scale = Double.isFinite(e) ? Math.max(scale, e) : scale;
            }
        }
        isWithin(relative * scale, expected);
    }

    /** Whether type and elements agree to {@code tolerance}. */
    public void isWithin(double tolerance, Tensor expected) {
        assertEquals(expected.type(), actual.type(), what);
        if (!isReal(expected)) {
            assertEquals(expected, actual, what);
            return;
        }
        int worst = -1;
        double largest = -1;
        int count = 0;
        for (int i = 0; i < expected.size(); i++) {
            double error = error(i, expected::getDouble);
            if (!(error <= tolerance) || !exact(expected, i, tolerance)) {
                count++;
                if (!(error <= largest)) {
                    largest = error;
                    worst = i;
                }
            }
        }
        if (count > 0) {
            fail(what + " " + actual.type() + ": expected " + expected.getDouble(worst) + " but was "
                    + actual.getDouble(worst) + " at " + index(worst) + ", tolerance " + tolerance + ", exceeded by "
                    + count
                    + " of " + expected.size() + "\n  expected " + expected + "\n  but was  " + actual);
        }
    }

    /** 64-bit integers are more than a double holds. */
    private boolean exact(Tensor expected, int i, double tolerance) {
        return expected.dtype().isFloating() || tolerance > 0 || expected.getLong(i) == actual.getLong(i);
    }

    private double error(int i, IntToDoubleFunction expected) {
        double e = expected.applyAsDouble(i);
        double a = actual.getDouble(i);
        return e == a || Double.isNaN(e) && Double.isNaN(a) ? 0 : Math.abs(e - a);
    }

    private String index(int flat) {
        StringBuilder s = new StringBuilder("]");
        for (int axis = actual.shape().rank() - 1; axis >= 0; axis--) {
            int n = actual.shape().dim(axis);
            s.insert(0, (axis > 0 ? ", " : "") + flat % n);
            flat /= n;
        }
        return s.insert(0, "[").toString();
    }

    /** Complex numbers as their parts, along a last axis. */
    private static Tensor parts(Tensor t) {
        return Tensor.of(t.dtype().real(), t.shape().append(2), t.data());
    }

    private static boolean isReal(Tensor t) {
        DType d = t.dtype();
        return d.isFloating() || d.isInteger() || d == DType.BOOL;
    }
}
