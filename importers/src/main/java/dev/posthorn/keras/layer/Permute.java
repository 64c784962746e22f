package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.SimpleLayer;
import dev.posthorn.model.ShapeException;
import java.util.List;
import java.util.stream.IntStream;

/** The axes but that of the batch in another order, counted from 1. Source: keras/src/layers/reshaping/permute.py. */
public record Permute(List<Integer> dims) implements SimpleLayer {
    public static final Codec<Permute> CODEC =
            Codec.of("Permute", f -> new Permute(f.of("dims", FieldType.listOf(FieldType.INT), Permute::dims, null)));

    public Permute {
        if (!dims.stream()
                .sorted()
                .toList()
                .equals(IntStream.rangeClosed(1, dims.size()).boxed().toList())) {
            throw new IllegalArgumentException("expected an order of the axes from 1 on but was " + dims);
        }
    }

    @Override
    public boolean passesMask() {
        return false;
    }

    @Override
    public Value call(Call c, Value x) {
        if (x.shape().rank() != dims.size() + 1) {
            throw new ShapeException(
                    "Permute: expected an input of rank " + (dims.size() + 1) + " but was " + x.type());
        }
        return c.builder()
                .transpose(
                        x,
                        IntStream.concat(IntStream.of(0), dims.stream().mapToInt(i -> i))
                                .toArray());
    }
}
