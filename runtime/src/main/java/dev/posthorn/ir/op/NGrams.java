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
 * each w strings in sequence of its strings {@code splits[i]} to {@code splits[i+1]}. Source: TF StringNGrams without
 * padding.
 */
public record NGrams(String separator, List<Integer> widths) implements Op.Primitive {
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
            for (int w : widths) {
                for (int from = at[i]; from + w <= at[i + 1]; from++) {
                    grams.add(joined(x, from, w));
                }
            }
            splits.setLong(i + 1, grams.size());
        }
        return List.of(Tensor.of(DType.STRING, Shape.of(grams.size()), grams.toArray(byte[][]::new)), splits);
    }

    private byte[] joined(byte[][] x, int from, int width) {
        ByteArrayOutputStream y = new ByteArrayOutputStream();
        y.writeBytes(x[from]);
        for (int k = from + 1; k < from + width; k++) {
            y.writeBytes(separator.getBytes(StandardCharsets.UTF_8));
            y.writeBytes(x[k]);
        }
        return y.toByteArray();
    }
}
