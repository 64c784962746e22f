package dev.posthorn.keras.object;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What layers of several inputs share. Source: keras/src/layers/merging/base_merge.py. */
public final class Merging {
    private Merging() {}

    /** The inputs, of one dtype, with axes of length 1 after the batch where they have fewer than others. */
    public static List<KerasTensor> inputs(Call c) {
        Builder b = c.builder();
        int rank = c.inputs().stream()
                .mapToInt(t -> t.value().shape().rank())
                .max()
                .orElse(0);
        List<KerasTensor> out = new ArrayList<>();
        for (KerasTensor t : sameDType(c)) {
            Value x = t.value();
            while (x.shape().rank() < rank) {
                x = b.expandDims(x, 1);
            }
            out.add(x == t.value() ? t : KerasTensor.of(x));
        }
        return out;
    }

    /** The inputs, of the compute dtype where some but not all are floating-point. */
    public static List<KerasTensor> sameDType(Call c) {
        if (c.args().size() != 1) {
            throw new ShapeException(
                    "expected one list of inputs but was " + c.args().size() + " arguments, at " + c.path());
        }
        List<DType> types =
                c.inputs().stream().map(t -> t.value().dtype()).distinct().toList();
        Optional<DType> floating = types.stream().filter(DType::isFloating).findFirst();
        return types.size() < 2 || floating.isEmpty()
                ? c.inputs()
                : c.inputs().stream()
                        .map(t -> new KerasTensor(c.builder().cast(t.value(), floating.get()), t.maskOrNull()))
                        .toList();
    }

    /** Where any mask is true; null unless every input has one. */
    public static Value any(Builder b, List<KerasTensor> in) {
        if (!in.stream().allMatch(t -> t.mask().isPresent())) {
            return null;
        }
        return in.stream()
                .map(KerasTensor::maskOrNull)
                .reduce((m, n) -> b.binary(Binary.Fn.OR, m, n))
                .orElse(null);
    }

    /** Where all masks that there are are true, as Keras 2 had it; null where there is none. */
    public static Value all(Builder b, List<KerasTensor> in) {
        return in.stream()
                .flatMap(t -> t.mask().stream())
                .reduce((m, n) -> b.binary(Binary.Fn.AND, m, n))
                .orElse(null);
    }
}
