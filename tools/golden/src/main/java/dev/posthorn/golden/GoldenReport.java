package dev.posthorn.golden;

import dev.posthorn.keras.KerasProgram;
import dev.posthorn.model.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What golden values say of a model beyond its outputs.
 *
 * @param trace the layers; empty where none were recorded or the model is none of Keras's
 * @param training the steps, where some were recorded
 */
public record GoldenReport(
        Optional<LayerTrace> trace, Optional<Diagnosis> diagnosis, Optional<TrainingTrace> training) {

    /**
     * Repeats what is recorded.
     *
     * @param tolerance how far a layer may be off, as a part of its largest magnitude
     */
    public static GoldenReport of(Path folder, Model model, double tolerance) throws IOException {
        Golden golden = Golden.read(folder);
        boolean traced = !golden.layers().isEmpty() && model.program() instanceof KerasProgram;
        Optional<LayerTrace> trace = traced ? Optional.of(LayerTrace.of(golden, model, tolerance)) : Optional.empty();
        Optional<Diagnosis> diagnosis = trace.flatMap(t -> Diagnosis.of(golden, model, t));
        return new GoldenReport(
                trace,
                diagnosis,
                TrainingTrace.isIn(folder) ? Optional.of(TrainingTrace.of(folder, model)) : Optional.empty());
    }

    public boolean passed() {
        return trace.map(LayerTrace::passed).orElse(true)
                && training.map(TrainingTrace::passed).orElse(true);
    }

    /**
     * The report as lines of text.
     *
     * @param quiet without what passed
     */
    public List<String> lines(boolean quiet) {
        List<String> lines = new ArrayList<>();
        trace.ifPresent(t -> {
            for (LayerTrace.Row r : t.rows()) {
                boolean passed = r.error().orElse(0) <= t.tolerance();
                if (!passed || !quiet) {
                    lines.add((r.error().isEmpty() ? "  -  " : passed ? "PASS " : "FAIL ") + layer(r));
                }
            }
        });
        training.ifPresent(t -> {
            for (TrainingTrace.Row r : t.rows()) {
                if (!r.comparison().passed() || !quiet) {
                    lines.add((r.comparison().passed() ? "PASS " : "FAIL ") + "training " + r.name() + " "
                            + r.comparison());
                }
            }
        });
        diagnosis.ifPresent(d -> {
            lines.add("first to differ: " + layer(d.row()));
            lines.add(
                    d.causes().isEmpty()
                            ? "likely cause: none of the usual ones"
                            : "likely cause: " + d.causes().get(0));
            d.causes().stream().skip(1).forEach(c -> lines.add("  or: " + c));
        });
        return lines;
    }

    private static String layer(LayerTrace.Row r) {
        String apart = r.apart().isPresent() ? number(r.apart().getAsDouble()) : "not known";
        return "layer " + r.layer().key() + " (" + r.layer().className() + ") "
                + (r.error().isPresent()
                        ? "off by " + number(r.error().getAsDouble()) + " of its scale, what it gets by "
                                + number(r.before()) + ", by itself " + apart
                        : "runs inside of a loop in Java: not compared");
    }

    private static String number(double x) {
        return x == 0 ? "0" : String.format(Locale.ROOT, "%.1e", x);
    }
}
