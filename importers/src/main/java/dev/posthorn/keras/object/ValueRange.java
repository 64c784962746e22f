package dev.posthorn.keras.object;

import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import java.util.List;

/** The least and the largest value of pixels. */
public record ValueRange(double low, double high) {
    /** Bytes. */
    public static final ValueRange BYTES = new ValueRange(0, 255);

    public static final FieldType<ValueRange> TYPE = FieldType.of(
            "two numbers",
            o -> {
                List<?> l = (List<?>) o;
                return new ValueRange(((Number) l.get(0)).doubleValue(), ((Number) l.get(1)).doubleValue());
            },
            r -> List.of(r.low, r.high));

    /** Pixels of this range brought to another. */
    public Value to(ValueRange other, Builder b, Value x) {
        if (equals(other)) {
            return x;
        }
        Value unit = b.binary(Binary.Fn.DIV, b.binary(Binary.Fn.SUB, x, low), high - low);
        return b.binary(Binary.Fn.ADD, b.binary(Binary.Fn.MUL, unit, other.high - other.low), other.low);
    }
}
