package dev.posthorn.model;

import dev.posthorn.codec.Dialect;
import java.lang.System.Logger.Level;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How a model is saved.
 *
 * @param dialect whose configurations are written where a format has those of several; absent for those in which the model
 *     was read, or the newest that the format has
 * @param training whether the compile configuration and the optimizer's state are written too
 * @param batch the number of rows for which functions are written, where a format holds functions; absent for any
 * @param xla whether functions must be such that XLA compiles them
 * @param trainSignature whether functions hold the training step that the model is compiled for, too
 * @param weightsOnly whether the weights alone are written, in the layout that the format has for them
 * @param leftOut is told, before anything is written, what of the model's file the format cannot hold, where there is such; what
 *     it throws ends the saving
 */
public record SaveOptions(
        Optional<Dialect> dialect,
        boolean training,
        boolean weightsOnly,
        Optional<Integer> batch,
        boolean xla,
        boolean trainSignature,
        Consumer<List<String>> leftOut) {
    /** Everything, in the model's own dialect. */
    public static final SaveOptions DEFAULT =
            new SaveOptions(Optional.empty(), true, false, Optional.empty(), false, false, SaveOptions::warn);

    public SaveOptions withDialect(Dialect newDialect) {
        return new SaveOptions(Optional.of(newDialect), training, weightsOnly, batch, xla, trainSignature, leftOut);
    }

    /** Without what only training needs. */
    public SaveOptions withoutTraining() {
        return new SaveOptions(dialect, false, weightsOnly, batch, xla, trainSignature, leftOut);
    }

    /** The weights alone. */
    public SaveOptions ofWeights() {
        return new SaveOptions(dialect, training, true, batch, xla, trainSignature, leftOut);
    }

    /** Functions for batches of this many rows. */
    public SaveOptions withBatch(int rows) {
        return new SaveOptions(dialect, training, weightsOnly, Optional.of(rows), xla, trainSignature, leftOut);
    }

    /** Functions that XLA compiles. */
    public SaveOptions forXla() {
        return new SaveOptions(dialect, training, weightsOnly, batch, true, trainSignature, leftOut);
    }

    /** With functions that train, as the model is compiled. */
    public SaveOptions withTrainSignature() {
        return new SaveOptions(dialect, training, weightsOnly, batch, xla, true, leftOut);
    }

    /** With somebody who is told, before anything is written, what of the model's file the format cannot hold; else it is logged. */
    public SaveOptions listing(Consumer<List<String>> newLeftOut) {
        return new SaveOptions(dialect, training, weightsOnly, batch, xla, trainSignature, newLeftOut);
    }

    private static void warn(List<String> left) {
        System.getLogger("dev.posthorn.model")
                .log(Level.WARNING, "save: left out, for the format cannot hold it: {0}", String.join("; ", left));
    }

    /** What may be said of how a model is saved, where a format has a use for it. */
    public enum Option {
        DIALECT,
        WEIGHTS_ONLY,
        BATCH,
        XLA,
        TRAIN_SIGNATURE
    }

    /** Refuses options that a format has no use for. */
    public void check(String format, Set<Option> takes) {
        Set<Option> set = EnumSet.noneOf(Option.class);
        add(set, Option.DIALECT, dialect.isPresent());
        add(set, Option.WEIGHTS_ONLY, weightsOnly);
        add(set, Option.BATCH, batch.isPresent());
        add(set, Option.XLA, xla);
        add(set, Option.TRAIN_SIGNATURE, trainSignature);
        set.removeAll(takes);
        if (!set.isEmpty()) {
            throw new IllegalArgumentException(
                    "save: expected options that " + format + " has a use for but was " + set);
        }
    }

    private static void add(Set<Option> set, Option option, boolean is) {
        if (is) {
            set.add(option);
        }
    }
}
