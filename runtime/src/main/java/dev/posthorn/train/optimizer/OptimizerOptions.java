package dev.posthorn.train.optimizer;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What every optimizer has. Source: keras/src/optimizers/base_optimizer.py.
 *
 * <p>(C1) Of the three ways to clip no more than one is set. (C2) emaMomentum in [0, 1], its frequency at least 1. (C3) at
 * least 2 accumulation steps.
 *
 * @param weightDecay null where weights do not decay
 * @param clipNorm the largest norm of each gradient, or null
 * @param globalClipNorm the largest norm of all gradients together, or null
 * @param clipValue the largest magnitude of each number, or null
 * @param useEma whether moving averages of the parameters are kept
 * @param emaOverwriteFrequency after how many steps parameters become their averages, or null
 * @param lossScaleFactor by what the loss is multiplied, and gradients are divided, or null
 * @param gradientAccumulationSteps of how many steps gradients are averaged for one update, or null
 * @param decay the learning rate is divided by {@code 1 + decay · step}; Keras 2 has it
 * @param excluded patterns; parameters in whose path one is found do not decay. Files do not keep them
 * @param older whether formulas, and the order of slots in files, are those of Keras 2 before 2.11
 * @param adds whether look-ups of a row are added up before they are squared, as by Keras 2.11 to 2.15
 */
public record OptimizerOptions(
        String name,
        LearningRate learningRate,
        Double weightDecay,
        Double clipNorm,
        Double globalClipNorm,
        Double clipValue,
        boolean useEma,
        double emaMomentum,
        Integer emaOverwriteFrequency,
        Double lossScaleFactor,
        Integer gradientAccumulationSteps,
        double decay,
        Set<String> excluded,
        boolean older,
        boolean adds) {
    static final String ITERATION = "iteration";
    static final String LEARNING_RATE = "learning_rate";
    static final String AVERAGE = "average";
    static final String ACCUMULATOR = "gradient_accumulator";

    private static final FieldType<Double> NUMBER = FieldType.FLOAT.orNull();
    private static final FieldType<Integer> COUNT = FieldType.INT.orNull();

    public OptimizerOptions {
        excluded = Set.copyOf(excluded);
        if (Stream.of(clipNorm, globalClipNorm, clipValue)
                        .filter(Objects::nonNull)
                        .count()
                > 1) { // (C1)
            throw new IllegalArgumentException("expected one of clipnorm, global_clipnorm and clipvalue but was "
                    + clipNorm + ", " + globalClipNorm + ", " + clipValue);
        }
        boolean frequency = emaOverwriteFrequency == null || emaOverwriteFrequency >= 1;
        if (useEma && !(emaMomentum >= 0 && emaMomentum <= 1 && frequency)) { // (C2)
            throw new IllegalArgumentException("expected ema_momentum in [0, 1] and a frequency of at least 1 but was "
                    + emaMomentum + ", " + emaOverwriteFrequency);
        }
        if (gradientAccumulationSteps != null && gradientAccumulationSteps < 2) { // (C3)
            throw new IllegalArgumentException(
                    "expected gradient_accumulation_steps of at least 2 but was " + gradientAccumulationSteps);
        }
    }

    /** The defaults, but for name and learning rate. */
    public static OptimizerOptions of(String name, LearningRate learningRate) {
        return new OptimizerOptions(
                name, learningRate, null, null, null, null, false, 0.99, null, null, null, 0, Set.of(), false, false);
    }

    /** The same with weight decay. */
    public OptimizerOptions decaying(double weightDecay) {
        return new OptimizerOptions(
                name,
                learningRate,
                weightDecay,
                clipNorm,
                globalClipNorm,
                clipValue,
                useEma,
                emaMomentum,
                emaOverwriteFrequency,
                lossScaleFactor,
                gradientAccumulationSteps,
                decay,
                excluded,
                older,
                adds);
    }

    /** The same without weight decay of parameters in whose path one of these patterns is found. */
    public OptimizerOptions excluding(Set<String> patterns) {
        return new OptimizerOptions(
                name,
                learningRate,
                weightDecay,
                clipNorm,
                globalClipNorm,
                clipValue,
                useEma,
                emaMomentum,
                emaOverwriteFrequency,
                lossScaleFactor,
                gradientAccumulationSteps,
                decay,
                patterns,
                older,
                adds);
    }

    /** Said by the dialect, and by a key of the versions that have both kinds. */
    private static boolean older(Fields<OptimizerOptions> f) {
        Boolean written = f.idle(List.of(""), FieldType.BOOL, OptimizerOptions::older);
        Boolean key = f.rare(
                "is_legacy_optimizer",
                FieldType.BOOL,
                o -> f.dialect() == Dialect.KERAS3 || o.older() ? null : Boolean.FALSE);
        return written != null ? written : f.dialect() != Dialect.KERAS3 && !Boolean.FALSE.equals(key);
    }

    /** Said by the dialect, of those that are not older. */
    private static boolean adds(Fields<OptimizerOptions> f, boolean older) {
        Boolean written = f.idle(List.of(""), FieldType.BOOL, OptimizerOptions::adds);
        return written != null ? written : f.dialect() != Dialect.KERAS3 && !older;
    }

    /** Written where there is any: the optimizers since Keras 2.11 do not take the key. */
    private static double decay(Fields<OptimizerOptions> f) {
        Double decay = f.rare("decay", FieldType.FLOAT, o -> o.decay() == 0 ? null : (Double) o.decay());
        return decay == null ? 0 : decay;
    }

    /** Of a class whose formulas changed with Keras 2.11: it means another thing in Keras 3. */
    static <T> void formulas(Fields<T> f, Function<T, OptimizerOptions> options) {
        if (f.dialect() == Dialect.KERAS3) {
            f.implied(
                    "the formulas of Keras 2 before 2.11", o -> options.apply(o).older(), false);
        }
    }

    /** The keys, with the defaults of an optimizer. */
    static Function<Fields<OptimizerOptions>, OptimizerOptions> of(
            String name, double learningRate, Double weightDecay) {
        return f -> {
            f.rare("jit_compile", FieldType.ANY, o -> null);
            boolean older = older(f);
            return new OptimizerOptions(
                    f.of("name", FieldType.STRING, OptimizerOptions::name, name),
                    f.of(
                            List.of("learning_rate", "learning_rate", "lr"),
                            LearningRate.TYPE,
                            OptimizerOptions::learningRate,
                            LearningRate.of(learningRate)),
                    f.recent("weight_decay", NUMBER, OptimizerOptions::weightDecay, weightDecay),
                    f.recent("clipnorm", NUMBER, OptimizerOptions::clipNorm, null),
                    f.recent("global_clipnorm", NUMBER, OptimizerOptions::globalClipNorm, null),
                    f.recent("clipvalue", NUMBER, OptimizerOptions::clipValue, null),
                    f.recent("use_ema", FieldType.BOOL, OptimizerOptions::useEma, false),
                    f.recent("ema_momentum", FieldType.FLOAT, OptimizerOptions::emaMomentum, 0.99),
                    f.recent("ema_overwrite_frequency", COUNT, OptimizerOptions::emaOverwriteFrequency, null),
                    f.of(List.of("loss_scale_factor", ""), NUMBER, OptimizerOptions::lossScaleFactor, null),
                    f.of(
                            List.of("gradient_accumulation_steps", ""),
                            COUNT,
                            OptimizerOptions::gradientAccumulationSteps,
                            null),
                    decay(f),
                    f.implied("no exclusions from weight decay", OptimizerOptions::excluded, Set.of()),
                    older,
                    adds(f, older));
        };
    }
}
