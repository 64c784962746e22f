package dev.posthorn.tools.command;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.Family;
import dev.posthorn.codec.FieldType;
import dev.posthorn.tools.InputException;
import dev.posthorn.train.Choice;
import dev.posthorn.train.PerOutput;
import dev.posthorn.train.Trainer;
import dev.posthorn.train.loss.Loss;
import dev.posthorn.train.loss.Losses;
import dev.posthorn.train.metric.Metric;
import dev.posthorn.train.metric.Metrics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options that say what is aimed at, instead of what the model was compiled with. */
final class Objective {
    @Option(
            names = "--loss",
            paramLabel = "[OUTPUT=]NAME",
            description = "The loss by Keras's name, such as mse, or as Python has it, such as "
                    + "'SparseCategoricalCrossentropy(from_logits=True)'; of a model of several outputs OUTPUT=NAME "
                    + "for each that has one. Default: what the model was compiled with.")
    private List<String> losses = List.of();

    @Option(
            names = "--loss-weight",
            split = ",",
            paramLabel = "OUTPUT=X",
            description = "By what the loss of an output is multiplied.")
    private Map<String, Double> weights = Map.of();

    @Option(
            names = "--metrics",
            paramLabel = "[OUTPUT=]NAME",
            description = "Metrics by Keras's names, such as accuracy, or as Python has them, such as "
                    + "'AUC(curve=\"PR\")'. Default: what the model was compiled with.")
    private List<String> metrics = List.of();

    Trainer compile(Trainer trainer) {
        if (!losses.isEmpty()) {
            trainer.loss(losses());
        }
        if (!weights.isEmpty()) {
            trainer.lossWeights(PerOutput.named(weights));
        }
        return metrics.isEmpty() ? trainer : trainer.metrics(metrics());
    }

    private PerOutput<Choice<Loss>> losses() {
        Map<String, List<String>> byOutput = byOutput(losses, "--loss");
        if (byOutput.containsKey("")) {
            if (byOutput.get("").size() > 1) {
                throw new InputException(
                        "expected one loss, or OUTPUT=NAME for each, but was " + losses + ", at --loss");
            }
            return PerOutput.all(choice(Losses.ALL, byOutput.get("").get(0), "--loss"));
        }
        Map<String, Choice<Loss>> named = new LinkedHashMap<>();
        byOutput.forEach((output, names) ->
                named.put(output, choice(Losses.ALL, names.get(names.size() - 1), "--loss")));
        return PerOutput.named(named);
    }

    private PerOutput<List<Choice<Metric>>> metrics() {
        Map<String, List<Choice<Metric>>> named = new LinkedHashMap<>();
        byOutput(metrics, "--metrics")
                .forEach((output, names) -> named.put(
                        output,
                        names.stream()
                                .map(n -> choice(Metrics.ALL, n, "--metrics"))
                                .toList()));
        return named.containsKey("") ? PerOutput.all(named.get("")) : PerOutput.named(named);
    }

    /** A name stays a name, whose meaning may depend on the model. */
    private static <T> Choice<T> choice(Family<T> family, String given, String option) {
        Object read = PythonCall.read(given, option);
        return read instanceof String name
                ? Choice.named(name)
                : Choice.of(family.read(read, new FieldType.Context(Dialect.KERAS3, option)));
    }

    /** The names for each output; those for all are under the empty name, and alone. */
    private static Map<String, List<String>> byOutput(List<String> given, String option) {
        Map<String, List<String>> map = new LinkedHashMap<>();
        for (String g : PythonCall.split(given)) {
            int call = g.indexOf('(');
            int equals = (call < 0 ? g : g.substring(0, call)).indexOf('=');
            map.computeIfAbsent(equals < 0 ? "" : g.substring(0, equals), k -> new ArrayList<>())
                    .add(g.substring(equals + 1));
        }
        if (map.size() > 1 && map.containsKey("")) {
            throw new InputException(
                    "expected names for all outputs or OUTPUT=NAME for each but was " + given + ", at " + option);
        }
        return map;
    }
}
