package dev.posthorn.golden;

import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.Child;
import dev.posthorn.keras.KerasProgram;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Why a layer disagrees with its golden values.
 *
 * @param causes the changes with which its numbers agree, likeliest first; empty where none does
 */
public record Diagnosis(LayerTrace.Row row, List<String> causes) {
    public Diagnosis {
        causes = List.copyOf(causes);
    }

    /** Tries the suspects on the first layer that is wrong; empty where no layer is. */
    public static Optional<Diagnosis> of(Golden golden, Model model, LayerTrace trace) {
        return trace.first().map(row -> new Diagnosis(row, causes(golden, model, trace, row)));
    }

    private static List<String> causes(Golden golden, Model model, LayerTrace trace, LayerTrace.Row row) {
        KerasProgram program = (KerasProgram) model.program();
        String path = row.layer().path();
        Variables.Snapshot now = model.variables().snapshot();
        List<String> causes = new ArrayList<>();
        Map<String, Tensor> own = new LinkedHashMap<>();
        Map<String, Map<String, Tensor>> others = new LinkedHashMap<>();
        Optional<LayerNode> node = Optional.empty();
        List<Found> all = new ArrayList<>();
        walk(program.root(), "", all);
        for (Found f : all) {
            node = f.path.equals(path) ? Optional.of(f.node) : node;
        }
        String className = node.map(n -> n.layer().className()).orElse("");
        for (Found f : all) {
            Map<String, Tensor> weights = below(now, f.path);
            if (f.path.equals(path)) {
                weights.forEach((rest, w) -> own.put(path + "/" + rest, w));
            } else if (f.node.layer().className().equals(className) && !weights.isEmpty()) {
                others.put(f.path, weights);
            }
        }
        Optional<List<Tensor>> given = golden.inputs(row.layer());
        if (node.isPresent() && given.isPresent()) {
            List<Tensor> inputs = LayerTrace.inputs(golden, model);
            for (Suspects.Change c : Suspects.of(node.get(), path, own, others)) {
                double error = tried(golden, model, program, row.layer(), inputs, given.get(), c, now);
                if (error <= trace.tolerance()) {
                    causes.add(c.cause());
                }
            }
        }
        own.keySet().stream()
                .filter(key -> stale(golden, key, now.get(key)))
                .forEach(key ->
                        causes.add("stale weights: " + key + " is not what it was when the values were recorded"));
        return causes;
    }

    private record Found(String path, LayerNode node) {}

    private static void walk(LayerNode node, String at, List<Found> all) {
        for (Child c : node.layer().children(node.policy())) {
            String path = at.isEmpty() ? c.node().name() : at + "/" + c.node().name();
            all.add(new Found(path, c.node()));
            walk(c.node(), path, all);
        }
    }

    private static Map<String, Tensor> below(Variables.Snapshot now, String path) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        now.values().forEach((key, t) -> {
            if (key.startsWith(path + "/")) {
                weights.put(key.substring(path.length() + 1), t);
            }
        });
        return weights;
    }

    /** Whether a weight is not the recorded one of the same name and size. */
    private static boolean stale(Golden golden, String key, Tensor w) {
        List<Golden.Sketch> recorded = golden.weights().entrySet().stream()
                .filter(e -> e.getKey().equals(key) || e.getKey().endsWith("/" + key) || key.endsWith("/" + e.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        if (recorded.size() != 1 || w.size() == 0) {
            return false;
        }
        Golden.Sketch s = recorded.get(0);
        for (int j = 0; j < s.samples().length; j++) {
            double v = w.getDouble((int) ((long) j * w.size() / s.samples().length));
            if (Math.abs(v - s.samples()[j]) > 1e-6 * s.absmax()) {
                return true;
            }
        }
        return false;
    }

    private static double tried(
            Golden golden,
            Model model,
            KerasProgram program,
            Golden.Layer layer,
            List<Tensor> inputs,
            List<Tensor> given,
            Suspects.Change c,
            Variables.Snapshot now) {
        Map<String, Tensor> values = new LinkedHashMap<>(now.values());
        values.putAll(c.weights());
        try {
            KerasProgram changed = program.withLayer(layer.path(), c.layer());
            Map<String, Tensor> was = LayerTrace.apart(
                    changed,
                    model.backend(),
                    inputs,
                    Map.of(layer.key(), given),
                    new Variables.Snapshot(0, values),
                    c.training() ? Set.of(layer.key()) : Set.of(),
                    c.unmasked() ? Set.of(layer.key()) : Set.of(),
                    name -> name.equals(layer.key()) || name.startsWith(layer.key() + ":"));
            double most = 0;
            for (int i = 0; i < layer.outputs().size(); i++) {
                Tensor y = was.get(layer.output(i));
                Tensor z = Tensor.zeros(y.type());
                for (int j = 0; j < z.size(); j++) {
                    z.setDouble(j, c.after().applyAsDouble(y.getDouble(j)));
                }
                most = Math.max(most, golden.error(layer.outputs().get(i), z));
            }
            return most;
        } catch (ShapeException | UnsupportedModelException | ModelFormatException | IllegalArgumentException e) {
            return Double.POSITIVE_INFINITY; // a change that this layer cannot have
        }
    }
}
