package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Slice;
import java.util.List;

/**
 * Rows of different lengths as a matrix: {@code x[k], splits[n+1], filler[] → y[n×length]}; row i holds the elements
 * {@code splits[i]} to {@code splits[i+1]}, cut or filled up. A length of -1 is that of the longest row. Source: TF
 * RaggedTensorToTensor with row splits.
 */
public record RaggedToDense(int length) implements Op.Composite {
    @Override
    public List<Value> expand(Builder b, List<Value> in) {
        new Operands(in).count(3);
        Value splits = b.cast(in.get(1), DType.INT32);
        Value from = b.slice(splits, 0, 0, -1);
        Value counts = b.minus(b.slice(splits, 0, 1, Slice.END), from);
        Value zero = b.constant(DType.INT32, 0);
        Value longest = length >= 0
                ? b.constant(DType.INT32, length)
                : b.reduce(Reduce.Fn.MAX, b.concat(0, List.of(counts, b.ints(0))), false, 0);
        Value column = b.expandDims(b.add(new Iota(DType.INT32), longest), 0);
        Value own = b.compare(Compare.Fn.LT, column, b.expandDims(counts, 1));
        Value place = b.plus(b.expandDims(from, 1), column);
        Value after = b.plus(place, b.constant(DType.INT32, 1));
        Value filled = b.concat(0, List.of(b.reshape(in.get(2), Dim.of(1)), in.get(0)));
        return List.of(b.gather(filled, b.select(own, after, zero), 0));
    }
}
