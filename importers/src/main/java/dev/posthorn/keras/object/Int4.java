package dev.posthorn.keras.object;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import java.util.List;

/** Numbers of four bits, two a byte, the low half first. Source: unpack_int4 in keras/src/quantizers/quantizers.py. */
public final class Int4 {
    private Int4() {}

    /** Two numbers of each byte along the last axis, the low half first, as int32; {@code n} of them count. */
    public static Value unpacked(Builder b, Value packed, int n) {
        Value bytes = b.cast(packed, DType.INT32);
        Value sixteen = b.constant(DType.INT32, 16);
        Value high = b.binary(Binary.Fn.FLOOR_DIV, bytes, sixteen);
        Value low = b.minus(bytes, b.times(high, sixteen));
        Value negative = b.compare(Compare.Fn.GE, low, b.constant(DType.INT32, 8));
        Value signed = b.select(negative, b.minus(low, sixteen), low);
        Value pairs = b.concat(-1, List.of(b.expandDims(signed, -1), b.expandDims(high, -1)));
        return b.slice(b.reshape(pairs, packed.shape().dim(0), -1), 1, 0, n);
    }

    /** The same along the first axis. */
    public static Value unpackedRows(Builder b, Value packed, int n) {
        return b.transpose(unpacked(b, b.transpose(packed, 1, 0), n), 1, 0);
    }
}
