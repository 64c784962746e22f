package dev.posthorn.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static final float NAN = Float.NaN;
    private static final float INF = Float.POSITIVE_INFINITY;

    private static Comparison floats(float[] expected, float[] was, double rtol, double atol) {
        return Comparison.of(
                Tensor.of(Shape.of(expected.length), expected),
                Tensor.of(Shape.of(was.length), was),
                new Tolerance(rtol, atol));
    }

    @Test
    void nansAndInfinitiesEqualThemselvesOnly() {
        assertTrue(floats(new float[] {NAN, INF, -INF}, new float[] {NAN, INF, -INF}, 0, 0)
                .passed());
        for (float[] pair : new float[][] {{NAN, 1}, {1, NAN}, {INF, 1e38f}, {1, INF}, {INF, -INF}, {INF, NAN}}) {
            Comparison c = floats(new float[] {0, pair[0]}, new float[] {0, pair[1]}, 1, 1);
            assertFalse(c.passed(), c::toString);
            assertEquals(1, c.exceeding());
            assertEquals(INF, c.maxAbs());
        }
    }

    @Test
    void toleranceIsAbsolutePlusRelative() {
        assertTrue(floats(new float[] {100}, new float[] {100.9f}, 0.01, 0).passed());
        assertFalse(floats(new float[] {100}, new float[] {101.1f}, 0.01, 0).passed());
        assertTrue(floats(new float[] {0}, new float[] {0.5f}, 0, 0.5).passed());
    }

    @Test
    void saysWhereAndByHowMuch() {
        Tensor expected = Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        Tensor was = Tensor.of(Shape.of(2, 3), 1, 2.5f, 3, 4, 5, 8);
        Comparison c = Comparison.of(expected, was, new Tolerance(0, 0.1));
        assertEquals("2 of 6 values of float32[2×3] differ, worst at [1, 2]: expected 6.0 but was 8.0", c.toString());
        assertEquals(2, c.maxAbs());
        assertEquals(1 / 3.0, c.maxRel(), 1e-9);
    }

    @Test
    void otherTypesAreExact() {
        Tolerance loose = new Tolerance(1, 1);
        assertFalse(Comparison.of(Tensor.of(Shape.of(1), new int[] {5}), Tensor.of(Shape.of(1), new int[] {6}), loose)
                .passed());
        assertFalse(Comparison.of(
                        Tensor.of(Shape.of(1), new long[] {1L << 60}),
                        Tensor.of(Shape.of(1), new long[] {(1L << 60) + 1}),
                        loose)
                .passed());
        Comparison text = Comparison.of(Tensor.of(Shape.of(2), "a", "b"), Tensor.of(Shape.of(2), "a", "c"), loose);
        assertEquals("1 of 2 values of string[2] differ, worst at [1]: expected 'b' but was 'c'", text.toString());
        Tensor c = Tensor.of(DType.COMPLEX64, Shape.of(2), new float[] {1, 2, 3, 4});
        Tensor d = Tensor.of(DType.COMPLEX64, Shape.of(2), new float[] {1, 2, 3, 9});
        assertEquals(
                "1 of 2 values of complex64[2] differ, worst at [1]: expected 4.0 but was 9.0",
                Comparison.of(c, d, new Tolerance(0, 1)).toString());
    }

    @Test
    void typesAndShapesMustAgree() {
        Tensor a = Tensor.of(Shape.of(2), 1, 2);
        assertEquals(
                "expected dtype float32 but was int32",
                Comparison.of(a, a.cast(DType.INT32), Tolerance.DEFAULT).toString());
        assertEquals(
                "expected shape [2] but was [2×1]",
                Comparison.of(a, a.reshape(Shape.of(2, 1)), Tolerance.DEFAULT).toString());
        assertTrue(floats(new float[0], new float[0], 0, 0).passed());
    }
}
