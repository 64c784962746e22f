package dev.posthorn.ir.op.text;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Texts;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Strings cut at every byte that is one of some: {@code x[n], bytes[] → indices[k×2], pieces[k], shape[2]}, as
 * {@code StringSplit}; without such bytes, into single ones. Empty pieces are left out where {@code skipEmpty};
 * an empty string has none. Source: TF
 * StringSplit.
 */
public record CharSplit(boolean skipEmpty) implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        TensorType x = Texts.strings(in.count(2), 0);
        Texts.strings(in, 1);
        if (x.shape().isRanked() && x.shape().rank() != 1 || !Shape.SCALAR.accepts(in.shape(1))) {
            throw new ShapeException("expected a vector of strings and one of bytes but was " + in.types());
        }
        return List.of(
                TensorType.of(DType.INT64, Shape.UNKNOWN, 2),
                TensorType.of(DType.STRING, Shape.UNKNOWN),
                TensorType.of(DType.INT64, 2));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        byte[][] x = in.get(0).byteStrings();
        boolean[] cuts = new boolean[256];
        byte[] bytes = in.get(1).byteStrings()[0];
        for (byte b : bytes) {
            cuts[b & 0xff] = true;
        }
        List<byte[]> pieces = new ArrayList<>();
        List<Long> indices = new ArrayList<>();
        int most = 0;
        for (int row = 0; row < x.length; row++) {
            int before = pieces.size();
            for (int i = 0, from = 0; i <= x[row].length && x[row].length > 0; i++) {
                boolean end = i == x[row].length;
                if (bytes.length == 0 ? !end : end || cuts[x[row][i] & 0xff]) {
                    int to = bytes.length == 0 ? i + 1 : i;
                    if (to > from || !skipEmpty) {
                        indices.addAll(List.of((long) row, (long) pieces.size() - before));
                        pieces.add(Arrays.copyOfRange(x[row], from, to));
                    }
                    from = i + 1;
                }
            }
            most = Math.max(most, pieces.size() - before);
        }
        return List.of(
                Tensor.of(
                        Shape.of(pieces.size(), 2),
                        indices.stream().mapToLong(i -> i).toArray()),
                Tensor.of(DType.STRING, Shape.of(pieces.size()), pieces.toArray(byte[][]::new)),
                Tensor.of(Shape.of(2), new long[] {x.length, most}));
    }
}
