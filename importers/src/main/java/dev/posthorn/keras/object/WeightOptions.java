package dev.posthorn.keras.object;

import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import java.util.List;
import java.util.function.Function;

/** How a weight starts, is penalised and is bounded, as the configuration says it: {@code kernel_initializer} and so on. */
public record WeightOptions(Object initializer, Object regularizer, Object constraint) {
    /** The three keys that begin with {@code prefix}. */
    public static Function<Fields<WeightOptions>, WeightOptions> of(String prefix) {
        return f -> new WeightOptions(
                f.of(prefix + "_initializer", FieldType.ANY, WeightOptions::initializer),
                f.of(prefix + "_regularizer", FieldType.ANY, WeightOptions::regularizer),
                f.of(prefix + "_constraint", FieldType.ANY, WeightOptions::constraint));
    }

    /** The three keys where only Keras 2 wrote them, and nothing reads them. */
    public static Function<Fields<WeightOptions>, WeightOptions> keras2(String prefix) {
        return f -> new WeightOptions(
                f.idle(List.of("", prefix + "_initializer"), FieldType.ANY, WeightOptions::initializer),
                f.idle(List.of("", prefix + "_regularizer"), FieldType.ANY, WeightOptions::regularizer),
                f.idle(List.of("", prefix + "_constraint"), FieldType.ANY, WeightOptions::constraint));
    }
}
