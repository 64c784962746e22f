package dev.posthorn.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What tests say of a tensor. A failure shows type, worst index, expected, but was, tolerance, how many exceed it. */
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
        isWithin(Tolerance.ofScale(expected, relative).atol(), expected);
    }

    /** Whether type and elements agree, floating-point numbers to {@code tolerance}. */
    public void isWithin(double tolerance, Tensor expected) {
        assertEquals(expected.type(), actual.type(), what);
        Comparison c = Comparison.of(expected, actual, new Tolerance(0, tolerance));
        assertTrue(
                c.passed(),
                () -> what + ": " + c + " (allowed " + tolerance + ")\n  expected " + expected + "\n  but was  "
                        + actual);
    }
}
