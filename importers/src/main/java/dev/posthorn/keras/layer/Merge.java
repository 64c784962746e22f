package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.object.Merging;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * Inputs of one shape, which may broadcast, made one element by element. Source: keras/src/layers/merging.
 *
 * @param keras2 whether masks are those of Keras 2: where all are true, and without a part in the result
 */
public record Merge(Fn fn, boolean keras2) implements Layer {
    /** How two elements become one. */
    public enum Fn {
        ADD("Add", Binary.Fn.ADD),
        SUBTRACT("Subtract", Binary.Fn.SUB),
        MULTIPLY("Multiply", Binary.Fn.MUL),
        AVERAGE("Average", Binary.Fn.ADD),
        MAXIMUM("Maximum", Binary.Fn.MAX),
        MINIMUM("Minimum", Binary.Fn.MIN);

        private final String className;
        private final Binary.Fn op;

        Fn(String className, Binary.Fn op) {
            this.className = className;
            this.op = op;
        }
    }

    public static Codec<Merge> codec(Fn fn) {
        return Codec.of(
                fn.className,
                f -> new Merge(
                        fn,
                        f.implied("masks without a part in the result", Merge::keras2, f.dialect() != Dialect.KERAS3)));
    }

    @Override
    public String className() {
        return fn.className;
    }

    @Override
    public List<KerasTensor> call(Call c) {
        List<KerasTensor> in = Merging.inputs(c);
        if (in.isEmpty() || fn == Fn.SUBTRACT && in.size() != 2) {
            throw new ShapeException(
                    className() + ": expected " + (fn == Fn.SUBTRACT ? 2 : "some") + " inputs but was " + in.size());
        }
        Builder b = c.builder();
        if (!keras2 && in.stream().anyMatch(t -> t.mask().isPresent())) {
            switch (fn) {
                case MULTIPLY:
                    return List.of(masked(b, in));
                case MAXIMUM, MINIMUM:
                    return List.of(extreme(b, in));
                default:
            }
        }
        Value y = in.get(0).value();
        for (KerasTensor x : in.subList(1, in.size())) {
            y = b.binary(fn.op, y, x.value());
        }
        y = fn == Fn.AVERAGE ? b.binary(Binary.Fn.DIV, y, in.size()) : y;
        return List.of(new KerasTensor(y, keras2 ? Merging.all(b, in) : Merging.any(b, in)));
    }

    /** A product: masked elements count as 1; where every input has a mask, elements that all masks leave out are 0. */
    private static KerasTensor masked(Builder b, List<KerasTensor> in) {
        Value y = null;
        for (KerasTensor x : in) {
            Value factor = x.mask()
                    .map(m -> b.select(
                            b.expandDims(m, -1), x.value(), b.constant(x.value().dtype(), 1)))
                    .orElse(x.value());
            y = y == null ? factor : b.times(y, factor);
        }
        Value mask = Merging.any(b, in);
        return new KerasTensor(mask == null ? y : b.select(b.expandDims(mask, -1), y, b.constant(y.dtype(), 0)), mask);
    }

    /** A maximum or minimum: a masked element stands back behind what came before, and the other way round. */
    private KerasTensor extreme(Builder b, List<KerasTensor> in) {
        Value y = in.get(0).value();
        Value mask = in.get(0).maskOrNull();
        for (KerasTensor t : in.subList(1, in.size())) {
            Value x = t.mask().isPresent() ? b.select(b.expandDims(t.maskOrNull(), -1), t.value(), y) : t.value();
            y = mask == null ? y : b.select(b.expandDims(mask, -1), y, x);
            mask = mask == null || t.mask().isEmpty() ? null : b.binary(Binary.Fn.OR, mask, t.maskOrNull());
            y = b.binary(fn.op, y, x);
        }
        return new KerasTensor(y, mask);
    }
}
