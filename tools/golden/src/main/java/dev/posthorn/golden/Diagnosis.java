package dev.posthorn.golden;

import dev.posthorn.keras.KerasProgram;
import dev.posthorn.model.Model;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Why a model disagrees with its golden values.
 *
 * @param where the first layer that is wrong, or the first step of the training
 * @param row the layer, where it is wrong already without training
 * @param causes the changes with which its numbers agree, the one that fits best first; empty where none does, several where what is
 *     recorded does not tell them apart
 */
public record Diagnosis(String where, Optional<LayerTrace.Row> row, List<String> causes) {
    /** Where more changes than this fit, the values tell nothing. */
    private static final int TELLING = 4;

    public Diagnosis {
        causes = List.copyOf(causes);
    }

    /** The name and class of a layer, as a diagnosis says it. */
    static String layer(String path, String className) {
        return "layer " + path + " (" + className + ")";
    }

    /** Tries the suspects on the first layer that is wrong; empty where no layer is. */
    public static Optional<Diagnosis> of(Golden golden, Model model, LayerTrace trace) {
        return trace.first()
                .map(row -> new Diagnosis(
                        layer(row.layer().key(), row.layer().className()),
                        Optional.of(row),
                        new Trial(golden, model, row).causes()));
    }

    /** Tries what a training can do otherwise, where every layer agrees. */
    static Optional<Diagnosis> of(Training recorded, Model model, TrainingTrace trace) throws IOException {
        if (trace.passed() || !(model.program() instanceof KerasProgram)) {
            return Optional.empty();
        }
        return Optional.of(new TrainingTrial(recorded, model, trace).diagnosis());
    }

    /** Where it is and what is likely the cause. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("first to differ: " + row.map(GoldenReport::layer).orElse(where));
        if (causes.isEmpty()) {
            lines.add("likely cause: unknown, none of the usual suspects agrees");
        } else if (causes.size() == 1) {
            lines.add("likely cause: " + causes.get(0));
        } else if (causes.size() <= TELLING) {
            lines.add("likely cause: one of these, which these values do not tell apart");
            causes.forEach(c -> lines.add("  " + c));
        } else {
            lines.add("likely cause: unknown, for " + causes.size()
                    + " suspects agree: these values tell nothing apart (all alike," + " or too few)");
        }
        return lines;
    }
}
