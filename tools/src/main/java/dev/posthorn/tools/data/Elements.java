package dev.posthorn.tools.data;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.tools.InputException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Values read from text, as many as come, of the dtype that an input wants. */
final class Elements {
    private final DType dtype;
    private final List<byte[]> strings = new ArrayList<>();
    private double[] doubles = new double[16];
    private long[] longs = new long[16];
    private int size;

    Elements(DType dtype) {
        this.dtype = dtype;
    }

    int size() {
        return size;
    }

    /** Adds what a text says; {@code where} tells where it stands. */
    void add(String text, String where) {
        String t = text.strip();
        try {
            if (dtype == DType.STRING) {
                strings.add(text.getBytes(StandardCharsets.UTF_8));
                size++;
            } else if (dtype == DType.BOOL) {
                if (!t.matches("(?i)true|false|0|1")) {
                    throw new NumberFormatException();
                }
                put(0, t.equals("1") || t.equalsIgnoreCase("true") ? 1 : 0);
            } else if (dtype.isInteger()) {
                put(0, integer(t));
            } else {
                put(number(t), 0);
            }
        } catch (NumberFormatException e) {
            throw new InputException("input: expected " + dtype + " but was '" + shortened(t) + "', at " + where, e);
        }
    }

    private long integer(String t) {
        long v = dtype == DType.UINT64 ? Long.parseUnsignedLong(t) : Long.parseLong(t);
        int bits = dtype.bytes() * 8;
        boolean signed = dtype.kind() == DType.Kind.SIGNED;
        if (bits < 64 && (signed ? v != v << (64 - bits) >> (64 - bits) : v >>> bits != 0)) {
            throw new NumberFormatException();
        }
        return v;
    }

    private static double number(String t) {
        return switch (t.toLowerCase(Locale.ROOT)) {
            case "nan" -> Double.NaN;
            case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            default -> {
                if (!t.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?")) {
                    throw new NumberFormatException();
                }
                yield Double.parseDouble(t);
            }
        };
    }

    static boolean isNumber(String text) {
        try {
            number(text.strip());
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private void put(double d, long v) {
        if (size == doubles.length) {
            doubles = Arrays.copyOf(doubles, size * 2);
            longs = Arrays.copyOf(longs, size * 2);
        }
        doubles[size] = d;
        longs[size++] = v;
    }

    private static String shortened(String s) {
        return s.length() > 40 ? s.substring(0, 40) + "…" : s;
    }

    Tensor tensor(Shape shape) {
        Tensor t = Tensor.zeros(new TensorType(dtype, shape));
        for (int i = 0; i < size; i++) {
            if (dtype == DType.STRING) {
                t.byteStrings()[i] = strings.get(i);
            } else if (dtype.isFloating()) {
                t.setDouble(i, doubles[i]);
            } else {
                t.setLong(i, longs[i]);
            }
        }
        return t;
    }
}
