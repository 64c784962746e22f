package dev.posthorn.train.loss;

import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import dev.posthorn.ir.DType;
import java.util.Map;
import java.util.function.Function;

/**
 * What every loss has.
 *
 * @param dtype what it computes in; null for float32
 */
public record LossOptions(String name, Reduction reduction, DType dtype) {
    /** The dtype's name, or a policy of that name. */
    private static final FieldType<DType> DTYPE = FieldType.of(
            "a floating-point dtype",
            o -> DType.ofKeras(plain(o)).filter(DType::isFloating).orElseThrow(IllegalArgumentException::new),
            DType::keras);

    public LossOptions {
        reduction = reduction == null ? Reduction.NONE : reduction;
    }

    public LossOptions(String name) {
        this(name, Reduction.SUM_OVER_BATCH_SIZE, null);
    }

    private static String plain(Object raw) {
        return raw instanceof Map<?, ?> policy && policy.get("config") instanceof Map<?, ?> config
                ? (String) config.get("name")
                : (String) raw;
    }

    /** The keys, with the name that a loss of this class has by default. */
    static Function<Fields<LossOptions>, LossOptions> of(String name) {
        return f -> new LossOptions(
                f.of("name", FieldType.STRING, LossOptions::name, name),
                f.of("reduction", Reduction.TYPE.orNull(), LossOptions::reduction, Reduction.SUM_OVER_BATCH_SIZE),
                f.rare("dtype", DTYPE, LossOptions::dtype));
    }
}
