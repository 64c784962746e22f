package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import java.util.Arrays;

/** Boxes of elements. */
public final class Boxes {
    private Boxes() {}

    /**
     * {@code x} with {@code y}, of its rank and type, in place of the elements from {@code starts}, an int32 vector, on; a start is
     * moved so that the box lies in x. Source: XLA DynamicUpdateSlice.
     */
    public static Value updated(Builder b, Value x, Value starts, Value updates) {
        Value y = updates;
        Value inside = null;
        for (int i = 0; i < x.shape().rank(); i++) {
            Value size = Extents.scalar(b, b.dim(y, i));
            Value most = b.minus(Extents.scalar(b, b.dim(x, i)), size);
            Value start = b.binary(
                    Binary.Fn.MAX, b.binary(Binary.Fn.MIN, b.squeeze(b.slice(starts, 0, i, i + 1), 0), most), 0);
            Value place = b.minus(b.add(new Iota(DType.INT32), Extents.scalar(b, b.dim(x, i))), start);
            Value last = b.binary(Binary.Fn.SUB, size, 1);
            y = b.gather(y, b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, place, 0), last), i);
            Value here = b.binary(
                    Binary.Fn.AND,
                    b.compare(Compare.Fn.GE, place, b.constant(DType.INT32, 0)),
                    b.compare(Compare.Fn.LE, place, last));
            Dim[] along = new Dim[x.shape().rank()];
            Arrays.fill(along, Dim.of(1));
            along[i] = b.dim(x, i);
            here = b.reshape(here, along);
            inside = inside == null ? here : b.binary(Binary.Fn.AND, inside, here);
        }
        return inside == null ? y : b.select(inside, y, x);
    }
}
