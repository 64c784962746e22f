package dev.posthorn.ir;

/** The two 16-bit floating-point formats and their conversions, rounding to nearest even. JDK 17 has none built in. */
public final class Float16 {
    private Float16() {}

    /** IEEE 754 binary16 to float; exact. */
    public static float halfToFloat(short h) {
        int sign = (h & 0x8000) << 16;
        int exponent = (h >>> 10) & 0x1f;
        int fraction = h & 0x3ff;
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | 0x7f800000 | fraction << 13);
        }
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        return Float.intBitsToFloat(sign | (exponent + 112) << 23 | fraction << 13);
    }

    /** Float to IEEE 754 binary16, nearest even; too large becomes infinity. */
    public static short floatToHalf(float f) {
        int bits = Float.floatToRawIntBits(f);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude > 0x7f800000) {
            return (short) (sign | 0x7e00);
        }
        if (magnitude >= 0x477ff000) { // 65520 and more round to infinity
            return (short) (sign | 0x7c00);
        }
        if (magnitude < 0x38800000) { // below 2^-14: subnormal, a multiple of 2^-24
            return (short) (sign | (int) Math.rint(Float.intBitsToFloat(magnitude) * 0x1p24));
        }
        int rounded = magnitude + 0xfff + (magnitude >>> 13 & 1);
        return (short) (sign | (rounded - 0x38000000) >>> 13);
    }

    /** bfloat16 to float; exact. */
    public static float bfloatToFloat(short b) {
        return Float.intBitsToFloat(b << 16);
    }

    /** Float to bfloat16, nearest even. */
    public static short floatToBfloat(float f) {
        int bits = Float.floatToRawIntBits(f);
        if ((bits & 0x7fffffff) > 0x7f800000) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    /** Double to binary16 with one rounding. */
    public static short doubleToHalf(double d) {
        return floatToHalf(toOdd(d));
    }

    /** Double to bfloat16 with one rounding. */
    public static short doubleToBfloat(double d) {
        return floatToBfloat(toOdd(d));
    }

    /** The float beside {@code d} whose last bit is odd, unless {@code d} is a float: rounding it again is then exact. */
    private static float toOdd(double d) {
        float f = (float) d;
        if (f == d || Double.isNaN(d) || Float.isInfinite(f)) {
            return f;
        }
        int bits = Float.floatToRawIntBits(f);
        if ((bits & 1) != 0) {
            return f;
        }
        boolean tooLarge = Math.abs((double) f) > Math.abs(d);
        return Float.intBitsToFloat(tooLarge ? bits - 1 : bits + 1);
    }
}
