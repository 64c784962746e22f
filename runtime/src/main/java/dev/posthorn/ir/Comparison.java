package dev.posthorn.ir;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntUnaryOperator;

/**
 * How two tensors differ. Floating-point numbers may differ by a tolerance; integers, bools and strings may not.
 *
 * @param problem why the tensors cannot be compared at all (dtype, shape); empty where they can
 * @param type the type of both tensors; empty where they cannot be compared
 * @param exceeding how many elements are off by more than the tolerance
 * @param worst the index of the element that is off most, empty where none exceeds
 * @param expected that element as it should be
 * @param was that element as it is
 * @param maxAbs the largest {@code |was − expected|}
 * @param maxRel the largest {@code |was − expected| / |expected|} where {@code expected} is not 0
 */
public record Comparison(
        String problem,
        String type,
        int size,
        int exceeding,
        int[] worst,
        String expected,
        String was,
        double maxAbs,
        double maxRel) {

    /** Compares values of the same dtype and shape, else says what differs. */
    public static Comparison of(Tensor expected, Tensor was, Tolerance tolerance) {
        if (expected.dtype() != was.dtype()) {
            return problem("expected dtype " + expected.dtype() + " but was " + was.dtype());
        }
        if (!expected.shape().equals(was.shape())) {
            return problem("expected shape " + expected.shape() + " but was " + was.shape());
        }
        return expected.dtype() == DType.STRING ? strings(expected, was) : numbers(expected, was, tolerance);
    }

    /** Of what cannot be compared. */
    public static Comparison problem(String problem) {
        return new Comparison(problem, "", 0, 0, new int[0], "", "", Double.NaN, Double.NaN);
    }

    private static Comparison strings(Tensor expected, Tensor was) {
        int n = expected.size();
        int worst = -1;
        int exceeding = 0;
        for (int i = n - 1; i >= 0; i--) {
            if (!Arrays.equals(expected.byteStrings()[i], was.byteStrings()[i])) {
                worst = i;
                exceeding++;
            }
        }
        String should = worst < 0 ? "" : "'" + expected.getString(worst) + "'";
        String is = worst < 0 ? "" : "'" + was.getString(worst) + "'";
        double off = exceeding == 0 ? 0 : Double.POSITIVE_INFINITY;
        return new Comparison(
                "", expected.type().toString(), n, exceeding, index(expected.shape(), worst), should, is, off, off);
    }

    private static Comparison numbers(Tensor expected, Tensor was, Tolerance tolerance) {
        boolean complex = expected.dtype().kind() == DType.Kind.COMPLEX;
        boolean exact = !complex && !expected.dtype().isFloating();
        Tolerance allowed = exact ? new Tolerance(0, 0) : tolerance;
        int n = expected.size() * (complex ? 2 : 1);
        int exceeding = 0;
        int worst = -1;
        int lastExceeding = -2;
        double worstBy = -1;
        double maxAbs = 0;
        double maxRel = 0;
        for (int i = 0; i < n; i++) {
            double a = number(was, i, complex);
            double b = number(expected, i, complex);
            boolean same = exact ? was.getLong(i) == expected.getLong(i) : a == b || Double.isNaN(a) && Double.isNaN(b);
            double off = same ? 0 : Math.abs(a - b);
            off = Double.isNaN(off) || !same && off == 0 ? Double.POSITIVE_INFINITY : off;
            maxAbs = Math.max(maxAbs, off);
            maxRel = b == 0 || same ? maxRel : Math.max(maxRel, off / Math.abs(b));
            if (!same && (exact || !allowed.accepts(b, a))) {
                exceeding += complex && i == lastExceeding + 1 && i % 2 == 1 ? 0 : 1; // a complex number counts once
                lastExceeding = i;
                if (off > worstBy) {
                    worstBy = off;
                    worst = i;
                }
            }
        }
        int element = complex ? worst / 2 : worst;
        return new Comparison(
                "",
                expected.type().toString(),
                expected.size(),
                exceeding,
                index(expected.shape(), worst < 0 ? -1 : element),
                worst < 0 ? "" : text(expected, worst, complex),
                worst < 0 ? "" : text(was, worst, complex),
                maxAbs,
                maxRel);
    }

    private static double number(Tensor t, int i, boolean complex) {
        return !complex ? t.getDouble(i) : t.dtype() == DType.COMPLEX64 ? t.floats()[i] : t.doubles()[i];
    }

    private static String text(Tensor t, int i, boolean complex) {
        return switch (t.dtype()) {
            case FLOAT32 -> Float.toString(t.floats()[i]);
            case BOOL -> Boolean.toString(t.getLong(i) != 0);
            default ->
                !complex && t.dtype().isInteger()
                        ? Long.toString(t.getLong(i))
                        : Double.toString(number(t, i, complex));
        };
    }

    private static int[] index(Shape shape, int flat) {
        if (flat < 0) {
            return new int[0];
        }
        int[] index = shape.dims();
        for (int axis = index.length - 1, rest = flat; axis >= 0; axis--) {
            int dim = index[axis];
            index[axis] = rest % dim;
            rest /= dim;
        }
        return index;
    }

    /** The same of some elements of a larger tensor, whose places are given. */
    public Comparison within(Shape shape, IntUnaryOperator place) {
        int[] at = worst.length == 0 ? worst : index(shape, place.applyAsInt(worst[0]));
        String some = type.isEmpty() ? type : type + " of " + shape;
        return new Comparison(problem, some, size, exceeding, at, expected, was, maxAbs, maxRel);
    }

    public boolean passed() {
        return problem.isEmpty() && exceeding == 0;
    }

    /** {@code 3 of 30 values of float32[5×6] differ, worst at [2, 4]: expected 0.5 but was 0.7}. */
    @Override
    public String toString() {
        if (!problem.isEmpty()) {
            return problem;
        }
        return exceeding == 0
                ? String.format(Locale.ROOT, "equal but for %.2g", maxAbs)
                : exceeding + " of " + size + " values of " + type + " differ, worst at " + Arrays.toString(worst)
                        + ": expected " + expected + " but was " + was;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Comparison c && toString().equals(c.toString()) && maxAbs == c.maxAbs && maxRel == c.maxRel;
    }

    @Override
    public int hashCode() {
        return Objects.hash(problem, exceeding, expected, was);
    }
}
