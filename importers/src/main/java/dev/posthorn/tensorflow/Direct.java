package dev.posthorn.tensorflow;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.Op;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A TensorFlow op that is one op of the IR on the same operands: its attributes are that op's, read and written by one
 * codec.
 *
 * @param name the op's name in graphs
 * @param type the op of the IR
 * @param codec its attributes
 */
public record Direct<O extends Op>(String name, Class<O> type, Codec<O> codec) implements TfOp {
    /** An op without attributes of its own. */
    public static <O extends Op> Direct<O> of(String name, O op) {
        @SuppressWarnings("unchecked")
        Class<O> type = (Class<O>) op.getClass();
        return new Direct<>(name, type, Codec.of(name, f -> op));
    }

    /** An op whose attributes the codec reads and writes. */
    public static <O extends Op> Direct<O> of(Class<O> type, Codec<O> codec) {
        return new Direct<>(codec.name(), type, codec);
    }

    @Override
    public List<TfValue> read(Site s) {
        O op = codec.decode(s.attributes().plain(), Dialect.TENSORFLOW, s.where())
                .value();
        return TfValue.of(s.b().addAll(op, s.all()));
    }

    /** The attributes of a node of this op that does what {@code op} does; empty where it is another. */
    public Optional<Map<String, Object>> write(Op op) {
        if (!type.isInstance(op)) {
            return Optional.empty();
        }
        O own = type.cast(op);
        try {
            return Optional.of(codec.encode(own, Dialect.TENSORFLOW));
        } catch (IllegalStateException e) { // the codec makes another op of the same class
            return Optional.empty();
        }
    }
}
