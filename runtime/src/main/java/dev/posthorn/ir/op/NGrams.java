package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Neighbouring strings joined: {@code x[k], splits[n+1] → y[m], splits'[n+1]}; row i holds, for every width w in order,
 * each w strings in sequence of its strings {@code splits[i]} to {@code splits[i+1]}, with {@code left} and {@code right}
 * on both sides as often as {@code pad} says, at most w - 1 times, and w - 1 times where it is -1. With {@code whole}, a row
 * that is too short for any is one itself. Source: TF StringNGrams.
 */
public record NGrams(String separator, List<Integer> widths, String left, String right, int pad, boolean whole)
        implements Op.Primitive {
    /** Without padding. */
    public NGrams(String separator, List<Integer> widths) {
        this(separator, widths, "", "", 0, false);
    }

    public NGrams {
        widths = List.copyOf(widths);
        if (widths.isEmpty() || widths.stream().anyMatch(w -> w < 1)) {
            throw new ShapeException("NGrams: expected positive widths but was " + widths);
        }
    }

    @Override
    public List<TensorType> infer(Operands in) {
        Texts.strings(in.count(2), 0);
        if (!in.dtype(1).isInteger()) {
            throw new ShapeException("expected integer splits but was " + in.type(1));
        }
        return List.of(TensorType.of(DType.STRING, Shape.UNKNOWN), in.type(1));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        byte[][] x = in.get(0).byteStrings();
        int[] at = Texts.splits(in.get(1), x.length);
        List<byte[]> grams = new ArrayList<>();
        Tensor splits = Tensor.zeros(in.get(1).type());
        for (int i = 0; i + 1 < at.length; i++) {
            int before = grams.size();
            for (int w : widths) {
                int more = pad < 0 ? w - 1 : Math.min(pad, w - 1);
                for (int from = at[i] - more; from + w <= at[i + 1] + more; from++) {
                    grams.add(joined(x, from, w, at[i], at[i + 1]));
                }
            }
            if (whole && grams.size() == before && at[i + 1] > at[i]) {
                int more = pad < 0 ? 0 : pad;
                grams.add(joined(x, at[i] - more, at[i + 1] - at[i] + 2 * more, at[i], at[i + 1]));
            }
            splits.setLong(i + 1, grams.size());
        }
        return List.of(Tensor.of(DType.STRING, Shape.of(grams.size()), grams.toArray(byte[][]::new)), splits);
    }

    private byte[] joined(byte[][] x, int from, int width, int start, int end) {
        ByteArrayOutputStream y = new ByteArrayOutputStream();
        for (int k = from; k < from + width; k++) {
            if (k > from) {
                y.writeBytes(separator.getBytes(StandardCharsets.UTF_8));
            }
            String beyond = k < start ? left : right;
            y.writeBytes(k < start || k >= end ? beyond.getBytes(StandardCharsets.UTF_8) : x[k]);
        }
        return y.toByteArray();
    }
}
