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
import java.util.List;
import java.util.stream.IntStream;

/**
 * The code points of UTF-8: {@code x[n] → splits[n+1], points[k]}; those of string i are {@code splits[i]} to
 * {@code splits[i+1]}. What is not UTF-8 gives U+FFFD. Source: TF UnicodeDecode with errors replaced.
 */
public record UnicodeDecode() implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        Shape x = Texts.strings(in.count(1), 0).shape();
        if (x.isRanked() && x.rank() != 1) {
            throw new ShapeException("expected a vector of strings but was " + in.type(0));
        }
        boolean known = x.isRanked() && x.dim(0) != Shape.UNKNOWN;
        return List.of(
                TensorType.of(DType.INT64, known ? x.dim(0) + 1 : Shape.UNKNOWN),
                TensorType.of(DType.INT32, Shape.UNKNOWN));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        byte[][] x = in.get(0).byteStrings();
        long[] splits = new long[x.length + 1];
        List<int[]> points = new ArrayList<>();
        for (int i = 0; i < x.length; i++) {
            int[] own = new String(x[i], StandardCharsets.UTF_8).codePoints().toArray();
            splits[i + 1] = splits[i] + own.length;
            points.add(own);
        }
        int[] all = points.stream().flatMapToInt(IntStream::of).toArray();
        return List.of(Tensor.of(Shape.of(splits.length), splits), Tensor.of(Shape.of(all.length), all));
    }
}
