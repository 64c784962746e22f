package dev.posthorn.tools.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.posthorn.golden.Case;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.numpy.Npz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Compares every layer's activation with what a case recorded of it: 64 samples, mean, and largest magnitude. */
final class LayerSamples {
    private static final double RELATIVE = 1e-4;

    private LayerSamples() {}

    /**
     * The first layer, in execution order, that differs by more than 1e-4 of its largest magnitude; empty if none does, or
     * where the model's file says nothing of layers.
     */
    static String firstDivergence(Path folder, Model model, List<Tensor> inputs) throws IOException {
        Path recorded = folder.resolve("layers.npz");
        boolean layers =
                model.program().parts().stream().anyMatch(p -> !p.outputs().isEmpty());
        if (!Files.exists(recorded) || !layers) {
            return "";
        }
        Map<String, Tensor> arrays = Npz.read(recorded);
        if (!arrays.containsKey("samples")) {
            return ""; // golden values, whose layers LayerTrace compares
        }
        Map<String, Tensor> activations = model.activations(inputs);
        JsonNode names =
                new ObjectMapper().readTree(folder.resolve(Case.FILE).toFile()).path("layer_names");
        Tensor samples = arrays.get("samples");
        int count = samples.shape().dim(1);
        for (int layer = 0; layer < names.size(); layer++) {
            String name = names.get(layer).asText();
            Tensor was = activations.get(name);
            long size = arrays.get("size").getLong(layer);
            if (was == null || was.size() != size) {
                return "layer '" + name + "': expected " + size + " values but was "
                        + (was == null ? "none" : was.type());
            }
            double scale = arrays.get("absmax").getDouble(layer);
            double sum = 0;
            double largest = 0;
            for (int i = 0; i < was.size(); i++) {
                sum += was.getDouble(i);
                largest = Math.max(largest, Math.abs(was.getDouble(i)));
            }
            for (int j = 0; j < count; j++) {
                int at = (int) (j * size / count);
                String problem = different(was.getDouble(at), samples.getDouble(layer * count + j), scale);
                if (!problem.isEmpty()) {
                    return "layer '" + name + "' element " + at + ": " + problem;
                }
            }
            String mean =
                    different(sum / Math.max(1, was.size()), arrays.get("mean").getDouble(layer), scale);
            String most = different(largest, scale, scale);
            if (!mean.isEmpty() || !most.isEmpty()) {
                return "layer '" + name + (mean.isEmpty() ? "' largest magnitude: " + most : "' mean: " + mean);
            }
        }
        return "";
    }

    private static String different(double was, double expected, double scale) {
        boolean close = Math.abs(was - expected) <= RELATIVE * scale || Double.isNaN(was) && Double.isNaN(expected);
        return close ? "" : "expected " + expected + " but was " + was + " (allowed " + RELATIVE + " of " + scale + ")";
    }
}
