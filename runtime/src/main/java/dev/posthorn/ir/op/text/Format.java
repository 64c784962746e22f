package dev.posthorn.ir.op.text;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Index;
import dev.posthorn.model.ShapeException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Tensors in a text: each stands where {@code placeholder} is in {@code template}, in order. Of an axis of more than twice
 * {@code ends} elements only so many at each end are shown; of all, where it is -1. Source: TF StringFormat.
 */
public record Format(String template, String placeholder, int ends) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        int places = pieces().length - 1;
        if (placeholder.isEmpty() || places != in.size()) {
            throw new ShapeException("expected " + in.size() + " placeholders '" + placeholder + "' but was " + places
                    + " in '" + template + "'");
        }
        return TensorType.of(DType.STRING);
    }

    private String[] pieces() {
        return template.split(java.util.regex.Pattern.quote(placeholder), -1);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        String[] pieces = pieces();
        StringBuilder y = new StringBuilder(pieces[0]);
        for (int i = 0; i < in.size(); i++) {
            Shape s = in.get(i).shape();
            print(in.get(i), 0, 0, Index.strides(s), y);
            y.append(pieces[i + 1]);
        }
        return Tensor.of(Shape.SCALAR, y.toString());
    }

    private void print(Tensor x, int axis, int at, int[] strides, StringBuilder y) {
        if (axis == strides.length) {
            y.append(element(x, at));
            return;
        }
        y.append('[');
        int n = x.shape().dim(axis);
        int shown = ends < 0 ? n : Math.min(ends, n);
        for (int i = 0; i < n; i++) {
            if (i < shown || i >= Math.max(shown, n - shown)) {
                space(i, axis, strides.length, y);
                print(x, axis + 1, at + i * strides[axis], strides, y);
            } else if (i == shown) {
                space(i, axis, strides.length, y);
                y.append("...");
            }
        }
        y.append(']');
    }

    private static void space(int i, int axis, int rank, StringBuilder y) {
        if (i > 0) {
            boolean last = axis == rank - 1;
            y.append(last ? " " : "\n".repeat(rank - 1 - axis) + " ".repeat(axis + 1));
        }
    }

    private static String element(Tensor x, int i) {
        return switch (x.dtype()) {
            case STRING -> quoted(x.byteStrings()[i]);
            case FLOAT64 -> real(x.getDouble(i), 15, false);
            case FLOAT32, FLOAT16, BFLOAT16 -> real(x.getDouble(i), 6, true);
            case UINT64 -> Long.toUnsignedString(x.getLong(i));
            case COMPLEX64, COMPLEX128 -> "?";
            default -> Long.toString(x.getLong(i));
        };
    }

    /** Few digits if they say all, else as many as it takes. */
    private static String real(double v, int digits, boolean single) {
        if (Double.isNaN(v) || Double.isInfinite(v)) {
            return Double.isNaN(v) ? "nan" : v > 0 ? "inf" : "-inf";
        }
        BigDecimal exact = new BigDecimal(Math.abs(v));
        BigDecimal few = exact.round(new MathContext(digits, java.math.RoundingMode.HALF_EVEN));
        boolean all = single ? few.floatValue() == (float) Math.abs(v) : few.doubleValue() == Math.abs(v);
        int most = single ? 9 : 17;
        String s = dev.posthorn.ir.op.AsString.general(exact, all ? digits : most, false);
        return Double.doubleToRawLongBits(v) < 0 ? "-" + s : s;
    }

    private static String quoted(byte[] s) {
        StringBuilder y = new StringBuilder("\"");
        String text = new String(s, StandardCharsets.UTF_8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int simple = "\n\r\t\"'\\".indexOf(c);
            if (simple >= 0) {
                y.append('\\').append("nrt\"'\\".charAt(simple));
            } else if (c < 0x20 || c == 0x7f) {
                y.append(String.format("\\%03o", (int) c));
            } else {
                y.append(c);
            }
        }
        return y.append('"').toString();
    }
}
