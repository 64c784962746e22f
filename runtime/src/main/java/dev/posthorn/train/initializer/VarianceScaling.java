package dev.posthorn.train.initializer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.Locale;

/**
 * Of variance {@code scale / fan}.
 *
 * <p>(C1) scale above 0. Source: keras/src/initializers/random_initializers.py.
 *
 * @param seed null where each call draws with a seed of its own
 */
public record VarianceScaling(double scale, Mode mode, Distribution distribution, Long seed, Fans fans)
        implements Initializer {
    /** What is meant by fan. */
    public enum Mode {
        FAN_IN,
        FAN_OUT,
        FAN_AVG
    }

    /** How numbers are distributed. */
    public enum Distribution {
        UNIFORM,
        TRUNCATED_NORMAL,
        UNTRUNCATED_NORMAL
    }

    /** The deviation of a standard normal distribution that is cut off at 2. */
    private static final double CUT = 0.8796256610342398;

    /** A name; Keras means the truncated one by {@code normal}. */
    private static final FieldType<Distribution> DISTRIBUTION = FieldType.of(
            "a distribution",
            o -> "normal".equalsIgnoreCase((String) o)
                    ? Distribution.TRUNCATED_NORMAL
                    : Distribution.valueOf(((String) o).toUpperCase(Locale.ROOT)),
            d -> d.name().toLowerCase(Locale.ROOT));

    public static final Codec<VarianceScaling> CODEC = Codec.of("VarianceScaling", f -> {
        Draws.ownDType(f);
        return new VarianceScaling(
                f.of("scale", FieldType.FLOAT, VarianceScaling::scale, 1.0),
                f.of("mode", FieldType.lower(Mode.class), VarianceScaling::mode, Mode.FAN_IN),
                f.of("distribution", DISTRIBUTION, VarianceScaling::distribution, Distribution.TRUNCATED_NORMAL),
                f.of("seed", Draws.SEED, VarianceScaling::seed),
                f.group(Fans.KEYS, VarianceScaling::fans));
    });

    public VarianceScaling {
        if (!(scale > 0)) { // (C1)
            throw new IllegalArgumentException("expected scale above 0 but was " + scale);
        }
    }

    @Override
    public Codec<VarianceScaling> codec() {
        return CODEC;
    }

    @Override
    public Tensor call(TensorType type, long otherwise) {
        long own = seed == null ? otherwise : seed;
        double in = fans.in(type.shape());
        double out = fans.out(type.shape());
        double fan = mode == Mode.FAN_IN ? in : mode == Mode.FAN_OUT ? out : (in + out) / 2;
        double variance = scale / Math.max(1, fan);
        return switch (distribution) {
            case TRUNCATED_NORMAL -> Draws.truncated(type, 0, Math.sqrt(variance) / CUT, own);
            case UNTRUNCATED_NORMAL -> Draws.normal(type, 0, Math.sqrt(variance), own);
            case UNIFORM -> Draws.uniform(type, -Math.sqrt(3 * variance), Math.sqrt(3 * variance), own);
        };
    }
}
