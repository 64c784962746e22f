package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * Numbers as text: {@code x[…] → y[…]}; bool as {@code true} and {@code false}, complex numbers as {@code (re,im)}. As C
 * prints them: {@code f}, or {@code e} if scientific, or {@code g} if shortest; a width or precision of -1 is C's own;
 * {@code fill} is one of C's flags or empty. Source: TF AsString.
 */
public record AsString(boolean scientific, boolean shortest, int width, int precision, String fill)
        implements Op.Single {
    private static final int MOST = 1 << 10;
    private static final Set<String> FLAGS = Set.of("", "0", "+", "-", " ", "#");

    public AsString {
        if (scientific && shortest || width > MOST || precision > MOST || !FLAGS.contains(fill)) {
            throw new ShapeException("AsString: expected one notation, a width and precision of at most " + MOST
                    + " and a fill of " + FLAGS + " but was scientific " + scientific + ", shortest " + shortest
                    + ", width " + width + ", precision " + precision + ", fill '" + fill + "'");
        }
    }

    /** Numbers as C prints them. */
    public AsString() {
        this(false, false, -1, -1, "");
    }

    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(1).type(0);
        if (x.dtype().isInteger() && (scientific || shortest || precision > -1)) {
            throw new ShapeException("expected real numbers for a notation or precision but was " + x);
        }
        return x.withDType(DType.STRING);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        Tensor y = Tensor.zeros(out);
        for (int i = 0; i < y.size(); i++) {
            y.byteStrings()[i] =
                    x.dtype() == DType.STRING ? x.byteStrings()[i] : text(x, i).getBytes(StandardCharsets.US_ASCII);
        }
        return y;
    }

    private String text(Tensor x, int i) {
        return switch (x.dtype()) {
            case BOOL -> String.valueOf(x.getLong(i) != 0);
            case UINT64 -> filled(Long.toUnsignedString(x.getLong(i)), true);
            case COMPLEX64 -> "(" + real(x.floats()[2 * i]) + "," + real(x.floats()[2 * i + 1]) + ")";
            case COMPLEX128 -> "(" + real(x.doubles()[2 * i]) + "," + real(x.doubles()[2 * i + 1]) + ")";
            default -> x.dtype().isInteger() ? filled(Long.toString(x.getLong(i)), true) : real(x.getDouble(i));
        };
    }

    private String real(double v) {
        if (Double.isNaN(v) || Double.isInfinite(v)) {
            boolean negative = Double.doubleToRawLongBits(v) < 0;
            return filled((negative ? "-" : "") + (Double.isNaN(v) ? "nan" : "inf"), false);
        }
        boolean negative = Double.doubleToRawLongBits(v) < 0;
        BigDecimal size = new BigDecimal(Math.abs(v));
        int digits = precision < 0 ? 6 : precision;
        boolean alternate = fill.equals("#");
        String s = shortest
                ? general(size, Math.max(digits, 1), alternate)
                : scientific ? exponential(size, digits, alternate) : fixed(size, digits, alternate);
        return filled(negative ? "-" + s : s, true);
    }

    private static String fixed(BigDecimal v, int digits, boolean point) {
        String s = v.setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
        return point && digits == 0 ? s + "." : s;
    }

    private static String exponential(BigDecimal v, int digits, boolean point) {
        BigDecimal r = v.signum() == 0 ? v : v.round(new MathContext(digits + 1, RoundingMode.HALF_EVEN));
        int exponent = v.signum() == 0 ? 0 : r.precision() - r.scale() - 1;
        String m = fixed(r.movePointLeft(exponent), digits, point);
        return m + (exponent < 0 ? "e-" : "e+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    /** The shorter of the two, without zeros at the end. */
    public static String general(BigDecimal v, int digits, boolean zeros) {
        BigDecimal r = v.signum() == 0 ? v : v.round(new MathContext(digits, RoundingMode.HALF_EVEN));
        int exponent = v.signum() == 0 ? 0 : r.precision() - r.scale() - 1;
        boolean plain = exponent >= -4 && exponent < digits;
        String s = plain ? fixed(v, digits - 1 - exponent, zeros) : exponential(v, digits - 1, zeros);
        int end = plain ? s.length() : s.indexOf('e');
        String m = s.substring(0, end);
        if (!zeros && m.contains(".")) {
            m = m.replaceAll("0+$", "").replaceAll("\\.$", "");
        }
        return m + s.substring(end);
    }

    /** With the sign and the width that were asked for. */
    private String filled(String number, boolean zeros) {
        boolean signed = number.startsWith("-");
        String s = !signed && (fill.equals("+") || fill.equals(" ")) ? fill + number : number;
        int missing = width - s.length();
        if (missing <= 0) {
            return s;
        }
        if (fill.equals("-")) {
            return s + " ".repeat(missing);
        }
        if (fill.equals("0") && zeros) {
            return (signed ? "-" : "") + "0".repeat(missing) + s.substring(signed ? 1 : 0);
        }
        return " ".repeat(missing) + s;
    }
}
