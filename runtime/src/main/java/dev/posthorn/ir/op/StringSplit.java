package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Strings cut into k pieces in all: {@code x[n] → indices[k×2], pieces[k], shape[2]}; piece i is number
 * {@code indices[i, 1]} of string {@code indices[i, 0]}, and shape is n and the largest number of pieces. Cut at every
 * {@code separator}; an empty one stands for runs of white space, and there are no empty pieces then. At most {@code cuts}
 * cuts a string; -1 for any number. Source: TF StringSplitV2.
 */
public record StringSplit(String separator, int cuts) implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        TensorType x = Texts.strings(in.count(1), 0);
        if (x.shape().isRanked() && x.shape().rank() != 1) {
            throw new ShapeException("expected a vector of strings but was " + x);
        }
        return List.of(
                TensorType.of(DType.INT64, Shape.UNKNOWN, 2),
                TensorType.of(DType.STRING, Shape.UNKNOWN),
                TensorType.of(DType.INT64, 2));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        byte[][] x = in.get(0).byteStrings();
        List<byte[]> pieces = new ArrayList<>();
        List<Long> indices = new ArrayList<>();
        int most = 0;
        byte[] cut = separator.getBytes(StandardCharsets.UTF_8);
        for (int row = 0; row < x.length; row++) {
            List<byte[]> own = cut.length == 0 ? words(x[row]) : fields(x[row], cut);
            for (int i = 0; i < own.size(); i++) {
                indices.addAll(List.of((long) row, (long) i));
            }
            pieces.addAll(own);
            most = Math.max(most, own.size());
        }
        return List.of(
                Tensor.of(
                        Shape.of(pieces.size(), 2),
                        indices.stream().mapToLong(i -> i).toArray()),
                Tensor.of(DType.STRING, Shape.of(pieces.size()), pieces.toArray(byte[][]::new)),
                Tensor.of(Shape.of(2), new long[] {x.length, most}));
    }

    private List<byte[]> words(byte[] s) {
        List<byte[]> words = new ArrayList<>();
        int i = 0;
        while (true) {
            while (i < s.length && isSpace(s[i])) {
                i++;
            }
            if (i == s.length) {
                return words;
            }
            int from = i;
            while (i < s.length && (words.size() == cuts || !isSpace(s[i]))) {
                i++;
            }
            words.add(Arrays.copyOfRange(s, from, i));
        }
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b >= '\t' && b <= '\r';
    }

    private List<byte[]> fields(byte[] s, byte[] cut) {
        List<byte[]> fields = new ArrayList<>();
        int from = 0;
        for (int i = 0; i + cut.length <= s.length && fields.size() != cuts; i++) {
            if (Arrays.equals(s, i, i + cut.length, cut, 0, cut.length)) {
                fields.add(Arrays.copyOfRange(s, from, i));
                from = i + cut.length;
                i = from - 1;
            }
        }
        fields.add(Arrays.copyOfRange(s, from, s.length));
        return fields;
    }
}
