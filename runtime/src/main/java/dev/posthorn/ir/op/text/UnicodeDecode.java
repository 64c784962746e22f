package dev.posthorn.ir.op.text;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Texts;
import dev.posthorn.model.ShapeException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The code points of text: {@code x[n] → splits[n+1], points[k], at[k]}; those of string i are {@code splits[i]} to
 * {@code splits[i+1]}; at says at which byte of its string each begins. Source: TF UnicodeDecodeWithOffsets.
 */
public record UnicodeDecode(Encoding encoding) implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        Shape x = Texts.strings(in.count(1), 0).shape();
        if (x.isRanked() && x.rank() != 1) {
            throw new ShapeException("expected a vector of strings but was " + in.type(0));
        }
        boolean known = x.isRanked() && x.dim(0) != Shape.UNKNOWN;
        return List.of(
                TensorType.of(DType.INT64, known ? x.dim(0) + 1 : Shape.UNKNOWN),
                TensorType.of(DType.INT32, Shape.UNKNOWN),
                TensorType.of(DType.INT64, Shape.UNKNOWN));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        byte[][] x = in.get(0).byteStrings();
        long[] splits = new long[x.length + 1];
        IntStream.Builder points = IntStream.builder();
        LongStream.Builder starts = LongStream.builder();
        for (int i = 0; i < x.length; i++) {
            int row = i + 1;
            splits[row] = splits[i];
            encoding.decode(x[i], (point, at) -> {
                points.add(point);
                starts.add(at);
                splits[row]++;
            });
        }
        int[] all = points.build().toArray();
        return List.of(
                Tensor.of(Shape.of(splits.length), splits),
                Tensor.of(Shape.of(all.length), all),
                Tensor.of(Shape.of(all.length), starts.build().toArray()));
    }
}
