package dev.posthorn.tools.command;

import dev.posthorn.tools.drift.Drift;
import dev.posthorn.tools.drift.Limits;
import java.nio.file.Path;
import java.util.OptionalDouble;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options of {@code posthorn verify --baseline}. */
final class DriftOptions {
    @Option(
            names = "--baseline",
            required = true,
            paramLabel = "OLD",
            description = "A model whose predictions those of --model are compared with, row by row of --data.")
    Path baseline;

    @ArgGroup(exclusive = false)
    Rows rows;

    @Option(
            names = "--task",
            paramLabel = "TASK",
            description = "What outputs are: classes or numbers. Default: auto: classes where they are probabilities.")
    Drift.Task task = Drift.Task.AUTO;

    @Option(
            names = "--worst",
            paramLabel = "N",
            description = "How many of the rows that differ most are listed. Default: 20.")
    int worst = 20;

    @Option(
            names = "--min-agreement",
            paramLabel = "X",
            description = "Fails where fewer than this part of the rows stay in their class, such as 0.99.")
    private Double agreement;

    @Option(
            names = "--max-mean-difference",
            paramLabel = "X",
            description = "Fails where the mean of |new - old| is more.")
    private Double meanDifference;

    @Option(names = "--max-difference", paramLabel = "X", description = "Fails where the largest |new - old| is more.")
    private Double difference;

    @Option(
            names = "--max-accuracy-drop",
            paramLabel = "X",
            description = "Fails where the accuracy is less than the old one by more than this, such as 0.005.")
    private Double accuracyDrop;

    @Option(
            names = "--max-error-growth",
            paramLabel = "X",
            description = "Fails where the mean absolute error is more than the old one by more than this part of it.")
    private Double errorGrowth;

    Limits limits() {
        return new Limits(
                optional(agreement),
                optional(meanDifference),
                optional(difference),
                optional(accuracyDrop),
                optional(errorGrowth));
    }

    private static OptionalDouble optional(Double x) {
        return x == null ? OptionalDouble.empty() : OptionalDouble.of(x);
    }
}
