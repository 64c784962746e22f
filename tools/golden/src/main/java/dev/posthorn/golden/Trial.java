package dev.posthorn.golden;

import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.KerasProgram;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variables;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The suspects, tried on a layer by itself, given what it got in Python. */
final class Trial {
    /** By how much a change must be better than none, or the best better than another, to count. */
    private static final double CLEARLY = 10;

    /** What rounding makes: below it nothing is better than something else. */
    private static final double ROUNDING = 1e-6;

    private final Golden golden;
    private final Model model;
    private final KerasProgram program;
    private final LayerTrace.Row row;
    private final Golden.Layer layer;
    private final Variables.Snapshot now;
    private final Layers layers;

    private record Fit(Change change, double error) {}

    Trial(Golden golden, Model model, LayerTrace.Row row) {
        this.golden = golden;
        this.model = model;
        this.program = (KerasProgram) model.program();
        this.row = row;
        this.layer = row.layer();
        this.now = model.variables().snapshot();
        this.layers = new Layers(program, now);
    }

    /** What agrees, the best first; weights that are not the recorded ones where nothing else does. */
    List<String> causes() {
        String path = layer.path();
        Map<String, Tensor> own = new LinkedHashMap<>();
        layers.below(path).forEach((rest, w) -> own.put(path + "/" + rest, w));
        Optional<LayerNode> node = layers.at(path);
        Optional<List<Tensor>> given = golden.inputs(layer);
        List<Fit> fits = new ArrayList<>();
        if (node.isPresent() && given.isPresent()) {
            List<Tensor> inputs = LayerTrace.inputs(golden, model);
            double without = row.apart().orElse(Double.POSITIVE_INFINITY);
            for (Change c : Suspects.of(node.get(), path, own, layers)) {
                double error = tried(inputs, given.get(), c);
                boolean better = c.calling() == Change.Calling.MASKED || error <= without / CLEARLY;
                if (error <= row.allowed() && better) {
                    fits.add(new Fit(c, error));
                }
            }
        }
        double best = fits.stream().mapToDouble(Fit::error).min().orElse(0);
        fits.removeIf(f -> f.error > Math.max(CLEARLY * best, ROUNDING));
        fits.sort(Comparator.comparingDouble(Fit::error));
        return fits.isEmpty() ? stale(own.keySet()) : said(fits);
    }

    /** Values of the same thing that agree alike are one cause. */
    private static List<String> said(List<Fit> fits) {
        Map<List<String>, List<String>> values = new LinkedHashMap<>();
        fits.forEach(f -> values.computeIfAbsent(List.of(f.change.what(), f.change.own()), k -> new ArrayList<>())
                .add(f.change.value()));
        List<String> causes = new ArrayList<>();
        values.forEach((k, v) -> causes.add(Change.cause(k.get(0), v, k.get(1))));
        return causes;
    }

    /** One cause where some of the layer's weights are not what was recorded, which also says how many of the model's are not. */
    private List<String> stale(Set<String> own) {
        List<String> all = now.values().keySet().stream().filter(this::stale).toList();
        List<String> here = all.stream().filter(own::contains).toList();
        String most = all.size() == here.size()
                ? ""
                : " (of all weights of the model " + all.size() + " of "
                        + now.values().keySet().stream()
                                .filter(k -> recorded(k).isPresent())
                                .count()
                        + ": is it the model that was recorded?)";
        return here.isEmpty()
                ? List.of()
                : List.of("stale weights: " + String.join(", ", here) + (here.size() == 1 ? " is" : " are")
                        + " not what was recorded" + most);
    }

    /** What is recorded of a weight: that of the same name. */
    private Optional<Golden.Sketch> recorded(String key) {
        List<Golden.Sketch> recorded = golden.weights().entrySet().stream()
                .filter(e -> e.getKey().equals(key) || e.getKey().endsWith("/" + key) || key.endsWith("/" + e.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        return recorded.size() == 1 ? Optional.of(recorded.get(0)) : Optional.empty();
    }

    /** Whether a weight is not the recorded one of the same name and size. */
    private boolean stale(String key) {
        Tensor w = now.values().get(key);
        Optional<Golden.Sketch> s = w.size() == 0 ? Optional.empty() : recorded(key);
        for (int j = 0; s.isPresent() && j < s.get().samples().length; j++) {
            double v = w.getDouble((int) ((long) j * w.size() / s.get().samples().length));
            if (Math.abs(v - s.get().samples()[j]) > 1e-6 * s.get().absmax()) {
                return true;
            }
        }
        return false;
    }

    private double tried(List<Tensor> inputs, List<Tensor> given, Change c) {
        Map<String, Tensor> values = new LinkedHashMap<>(now.values());
        values.putAll(c.weights());
        Set<String> only = Set.of(layer.key());
        List<Tensor> masks = golden.masks(layer);
        boolean masked = c.calling() == Change.Calling.MASKED;
        if (masked && masks.isEmpty()) {
            return Double.POSITIVE_INFINITY;
        }
        try {
            KerasProgram changed = program.withLayer(layer.path(), c.layer());
            Map<String, Tensor> was = LayerTrace.apart(
                    changed,
                    model.backend(),
                    inputs,
                    Map.of(layer.key(), c.given().apply(given)),
                    masked ? Map.of(layer.key(), masks) : Map.of(),
                    new Variables.Snapshot(0, values),
                    c.calling() == Change.Calling.TRAINING ? only : Set.of(),
                    c.calling() == Change.Calling.UNMASKED ? only : Set.of(),
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
