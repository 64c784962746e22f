package dev.posthorn.golden;

import dev.posthorn.keras.KerasProgram;
import dev.posthorn.model.Model;
import dev.posthorn.model.Variables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a model computes in Java against what it computed in Python.
 *
 * @param outputs the outputs of every call
 * @param gradients of the first call, where some were recorded
 * @param trace the layers of the first call; empty where none were recorded or the model is none of Keras's
 * @param training the steps, where some were recorded
 * @param diagnosis what is wrong, where something is
 */
public record GoldenReport(
        Golden golden,
        List<Check> outputs,
        List<Check> gradients,
        Optional<LayerTrace> trace,
        Optional<TrainingTrace> training,
        Optional<Diagnosis> diagnosis) {
    public GoldenReport {
        outputs = List.copyOf(outputs);
        gradients = List.copyOf(gradients);
    }

    /** What may be repeated. */
    public enum Part {
        OUTPUTS,
        GRADIENTS,
        LAYERS,
        TRAINING
    }

    /** Repeats all that is recorded. The model's variables and what it keeps of training are as before afterwards. */
    public static GoldenReport of(Path folder, Model model, Tolerances tolerances) throws IOException {
        return of(folder, model, tolerances, EnumSet.allOf(Part.class));
    }

    /** Repeats some of what is recorded. */
    public static GoldenReport of(Path folder, Model model, Tolerances tolerances, Set<Part> parts) throws IOException {
        Golden golden = Golden.read(folder);
        Case read = Case.read(folder);
        Case c = read.within(tolerances.outputs().orElse(read.tolerance()));
        Variables.Snapshot before = model.variables().snapshot();
        List<Check> outputs = parts.contains(Part.OUTPUTS) ? Replay.outputs(c, model) : List.of();
        model.variables().set(before.values());
        boolean traced =
                parts.contains(Part.LAYERS) && !golden.layers().isEmpty() && model.program() instanceof KerasProgram;
        Optional<LayerTrace> trace = traced ? Optional.of(LayerTrace.of(golden, model, tolerances)) : Optional.empty();
        List<Check> gradients = parts.contains(Part.GRADIENTS) ? Replay.gradients(c, model, before) : List.of();
        boolean trained = parts.contains(Part.TRAINING) && Training.isIn(folder);
        Optional<Training> recorded = trained ? Optional.of(Training.read(folder, tolerances)) : Optional.empty();
        Optional<TrainingTrace> training = recorded.isPresent()
                ? Optional.of(
                        TrainingTrace.of(recorded.get(), model, recorded.get().steps()))
                : Optional.empty();
        Optional<Diagnosis> diagnosis = trace.flatMap(t -> Diagnosis.of(golden, model, t));
        if (diagnosis.isEmpty() && training.isPresent()) {
            diagnosis = Diagnosis.of(recorded.orElseThrow(), model, training.get());
        }
        return new GoldenReport(golden, outputs, gradients, trace, training, diagnosis);
    }

    public boolean passed() {
        return outputs.stream().allMatch(Check::passed)
                && gradients.stream().allMatch(Check::passed)
                && trace.map(LayerTrace::passed).orElse(true)
                && training.map(TrainingTrace::passed).orElse(true);
    }

    /**
     * The report as lines of text.
     *
     * @param quiet without what passed
     */
    public List<String> lines(boolean quiet) {
        List<String> lines = new ArrayList<>();
        outputs.forEach(c -> line(c, quiet, lines));
        gradients.forEach(c -> line(c, quiet, lines));
        trace.ifPresent(t -> {
            for (LayerTrace.Row r : t.rows()) {
                if (!r.passed() || !quiet) {
                    lines.add((r.outputs().isEmpty() ? "  -  " : r.passed() ? "PASS " : "FAIL ") + layer(r));
                }
            }
        });
        training.ifPresent(t -> t.steps()
                .forEach(s -> s.checks()
                        .forEach(c -> line(c.named("training step " + s.number() + " " + c.name()), quiet, lines))));
        diagnosis.ifPresent(d -> lines.addAll(d.lines()));
        return lines;
    }

    private static void line(Check c, boolean quiet, List<String> lines) {
        if (!c.passed() || !quiet) {
            lines.add((c.passed() ? "PASS " : "FAIL ") + c);
        }
    }

    /** {@code layer norm (BatchNormalization) off by 4.1e-03 of its scale, what it gets by 1.2e-07, by itself 4.1e-03}. */
    public static String layer(LayerTrace.Row r) {
        String apart = r.apart().isPresent() ? number(r.apart().getAsDouble()) : "not known";
        return "layer " + r.layer().key() + " (" + r.layer().className() + ") "
                + (r.error().isPresent()
                        ? "off by " + number(r.error().getAsDouble()) + " of its scale, what it gets by "
                                + number(r.before()) + ", by itself " + apart
                        : r.missing());
    }

    private static String number(double x) {
        return x == 0 ? "0" : String.format(Locale.ROOT, "%.1e", x);
    }
}
