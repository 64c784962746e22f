package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The numbers that strings are, in decimal with white space around: {@code x[…] → y[…]}.
 *
 * <p>(C1) each a number of the type. Source: TF StringToNumber.
 */
public record TextNumber(DType to) implements Op.Single {
    private static final Set<DType> TYPES = Set.of(DType.FLOAT32, DType.FLOAT64, DType.INT32, DType.INT64);
    private static final Pattern REAL = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
    private static final Pattern HEXADECIMAL =
            Pattern.compile("[+-]?0[xX]([0-9a-fA-F]+\\.?[0-9a-fA-F]*|\\.[0-9a-fA-F]+)([pP][+-]?\\d+)?");
    private static final Pattern WHOLE = Pattern.compile("[+-]?\\d{1,19}");

    @Override
    public TensorType type(Operands in) {
        if (!TYPES.contains(to)) {
            throw new ShapeException("expected a type of " + TYPES + " but was " + to);
        }
        return Texts.strings(in.count(1), 0).withDType(to);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor y = Tensor.zeros(out);
        byte[][] x = in.get(0).byteStrings();
        for (int i = 0; i < x.length; i++) {
            String s = new String(x[i], StandardCharsets.ISO_8859_1).strip();
            switch (to) {
                case FLOAT32 -> y.setDouble(i, special(s, i) ? value(s) : Float.parseFloat(java(s)));
                case FLOAT64 -> y.setDouble(i, special(s, i) ? value(s) : Double.parseDouble(java(s)));
                default -> y.setLong(i, whole(s, i));
            }
        }
        return y;
    }

    private static boolean special(String s, int i) {
        if (REAL.matcher(s).matches() || HEXADECIMAL.matcher(s).matches()) {
            return false;
        }
        value(s, i);
        return true;
    }

    /** As Java writes it, which has an exponent behind every hexadecimal number. */
    private static String java(String s) {
        boolean bare = HEXADECIMAL.matcher(s).matches() && s.indexOf('p') < 0 && s.indexOf('P') < 0;
        return bare ? s + "p0" : s;
    }

    private static double value(String s) {
        return value(s, 0);
    }

    private static double value(String s, int i) {
        return switch (s.toLowerCase(java.util.Locale.ROOT)) {
            case "nan", "+nan", "-nan" -> Double.NaN;
            case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            default -> throw new ShapeException("expected a number but was '" + s + "' (element " + i + ")");
        };
    }

    private long whole(String s, int i) {
        if (WHOLE.matcher(s).matches()) {
            java.math.BigInteger n = new java.math.BigInteger(s);
            if (n.bitLength() < 8 * to.bytes()) {
                return n.longValue();
            }
        }
        throw new ShapeException("expected an " + to.keras() + " but was '" + s + "' (element " + i + ")"); // (C1)
    }
}
