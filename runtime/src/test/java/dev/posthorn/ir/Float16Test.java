package dev.posthorn.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.DoubleFunction;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Every one of the 65,536 values of both formats, and the rounding between any two neighbours. */
class Float16Test {
    private static final int HALF_INFINITY = 0x7c00;
    private static final int BFLOAT_INFINITY = 0x7f80;

    /** The value by its definition: sign, exponent of {@code bits} bits, fraction. */
    private static double value(int h, int exponentBits) {
        int fractionBits = 15 - exponentBits;
        int bias = (1 << exponentBits - 1) - 1;
        int exponent = (h & 0x7fff) >>> fractionBits;
        int fraction = h & (1 << fractionBits) - 1;
        double sign = (h & 0x8000) == 0 ? 1 : -1;
        if (exponent == (1 << exponentBits) - 1) {
            return fraction == 0 ? sign / 0.0 : Double.NaN;
        }
        return exponent == 0
                ? sign * Math.scalb((double) fraction, 1 - bias - fractionBits)
                : sign * Math.scalb((double) (fraction + (1 << fractionBits)), exponent - bias - fractionBits);
    }

    @Test
    void everyHalfIsItsDefinition() {
        for (int h = 0; h < 1 << 16; h++) {
            assertEquals(value(h, 5), Float16.halfToFloat((short) h), "half " + Integer.toHexString(h));
        }
    }

    @Test
    void everyBfloatIsItsDefinition() {
        for (int b = 0; b < 1 << 16; b++) {
            assertEquals(value(b, 8), Float16.bfloatToFloat((short) b), "bfloat " + Integer.toHexString(b));
        }
    }

    @Test
    void everyValueComesBack() {
        for (int h = 0; h < 1 << 16; h++) {
            float half = Float16.halfToFloat((short) h);
            float bfloat = Float16.bfloatToFloat((short) h);
            if (!Float.isNaN(half)) {
                assertEquals((short) h, Float16.floatToHalf(half));
                assertEquals((short) h, Float16.doubleToHalf(half));
            }
            if (!Float.isNaN(bfloat)) {
                assertEquals((short) h, Float16.floatToBfloat(bfloat));
                assertEquals((short) h, Float16.doubleToBfloat(bfloat));
            }
            assertEquals(Float.isNaN(half), Float.isNaN(Float16.halfToFloat(Float16.floatToHalf(half))));
            assertEquals(Float.isNaN(bfloat), Float.isNaN(Float16.bfloatToFloat(Float16.floatToBfloat(bfloat))));
        }
    }

    @Test
    void halvesRoundToNearestEven() {
        neighbours(HALF_INFINITY, h -> value(h, 5), Float16::doubleToHalf, 65536);
        neighbours(HALF_INFINITY, h -> value(h, 5), d -> Float16.floatToHalf((float) d), 65536);
    }

    @Test
    void bfloatsRoundToNearestEven() {
        neighbours(BFLOAT_INFINITY, b -> value(b, 8), Float16::doubleToBfloat, 0x1p128);
        neighbours(BFLOAT_INFINITY, b -> value(b, 8), d -> Float16.floatToBfloat((float) d), 0x1p128);
    }

    /**
     * Between every value and the next: the midpoint goes to the even one, all else to the nearer one. The value after
     * the largest would be {@code beyond}: what is nearer to that is infinity.
     */
    private static void neighbours(
            int infinity, IntToDoubleFunction value, DoubleFunction<Short> round, double beyond) {
        for (int h = 0; h < infinity; h++) {
            double low = value.applyAsDouble(h);
            double high = h + 1 == infinity ? beyond : value.applyAsDouble(h + 1);
            double middle = (low + high) / 2;
            int even = (h & 1) == 0 ? h : h + 1;
            for (int sign : new int[] {1, -1}) {
                int bit = sign < 0 ? 0x8000 : 0;
                assertEquals((short) (h | bit), round.apply(sign * (low + (middle - low) / 2)));
                assertEquals(
                        (short) (even | bit),
                        round.apply(sign * middle),
                        () -> "the middle of " + low + " and " + high);
                assertEquals((short) (h + 1 | bit), round.apply(sign * (high - (high - middle) / 2)));
            }
        }
    }

    /** A double just beside a midpoint would, rounded to float first, become the midpoint itself. */
    @Test
    void doublesRoundOnce() {
        for (int h = 0; h < HALF_INFINITY - 1; h++) {
            double middle = (value(h, 5) + value(h + 1, 5)) / 2;
            assertEquals((short) h, Float16.doubleToHalf(Math.nextDown(middle)));
            assertEquals((short) (h + 1), Float16.doubleToHalf(Math.nextUp(middle)));
        }
        for (int b = 0; b < BFLOAT_INFINITY - 1; b++) {
            double middle = (value(b, 8) + value(b + 1, 8)) / 2;
            assertEquals((short) b, Float16.doubleToBfloat(Math.nextDown(middle)));
            assertEquals((short) (b + 1), Float16.doubleToBfloat(Math.nextUp(middle)));
        }
    }

    @Test
    void theEnds() {
        assertEquals((short) HALF_INFINITY, Float16.doubleToHalf(Double.MAX_VALUE));
        assertEquals((short) BFLOAT_INFINITY, Float16.doubleToBfloat(Double.MAX_VALUE));
        assertEquals((short) 0x8000, Float16.doubleToHalf(-Double.MIN_VALUE));
        assertEquals((short) 0, Float16.doubleToBfloat(Double.MIN_VALUE));
        assertEquals((short) 0x7bff, Float16.doubleToHalf(Math.nextDown(65520.0)));
        assertEquals((short) HALF_INFINITY, Float16.doubleToHalf(65520));
        assertTrue(Float.isNaN(Float16.halfToFloat(Float16.doubleToHalf(Double.NaN))));
        assertTrue(Float.isNaN(Float16.bfloatToFloat(Float16.doubleToBfloat(Double.NaN))));
    }
}
