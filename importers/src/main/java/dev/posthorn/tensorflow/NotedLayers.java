package dev.posthorn.tensorflow;

import dev.posthorn.model.ModelFormatException;
import dev.posthorn.proto.KerasMetadata;
import dev.posthorn.proto.MetaGraphDef;
import dev.posthorn.proto.SavedObject;
import dev.posthorn.proto.SavedObjectGraph;
import dev.posthorn.proto.TrackableObjectGraph.TrackableObject.ObjectReference;
import dev.posthorn.tensorflow.bundle.Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The model of layers that Keras 2 notes beside the graphs of a SavedModel, and of which variables its layers are. Source:
 * keras/saving/legacy/saved_model/save.py, serialized_attributes.py of Keras 2.15.
 *
 * @param model what is noted of the model itself: a JSON object with {@code class_name}, {@code config}, {@code keras_version}
 * @param variables the program's keys of each outermost layer's variables, in Keras's order, by the note of the layer
 * @param where the file
 */
public record NotedLayers(String model, Map<String, List<String>> variables, String where) {
    private static final String LAYER = "root\\.layer(_with_weights)?-\\d+";

    /** Those of the SavedModel from which a program came; none where Keras noted nothing. */
    public static Optional<NotedLayers> of(TensorFlowProgram program) throws IOException {
        Optional<Path> folder = program.origin().map(SavedModelOrigin::folder);
        Optional<Path> file = folder.map(f -> f.resolve(KerasNotes.FILE)).filter(Files::isRegularFile);
        return file.isEmpty() ? Optional.empty() : read(folder.get(), file.get());
    }

    private static Optional<NotedLayers> read(Path folder, Path file) throws IOException {
        MetaGraphDef meta = SavedModelFile.serving(SavedModelFormat.read(folder));
        Path checkpoint = SavedModelFile.checkpoint(folder);
        Map<Integer, String> keys =
                Files.exists(Bundle.index(checkpoint)) ? ObjectGraph.keys(meta, Bundle.open(checkpoint)) : Map.of();
        Optional<String> model = Optional.empty();
        Map<String, List<String>> variables = new LinkedHashMap<>();
        for (KerasMetadata.Node n : Messages.read(file, KerasMetadata.parser()).getNodesList()) {
            if (n.getNodePath().equals("root")) {
                model = Optional.of(n.getMetadata());
            } else if (n.getNodePath().matches(LAYER)) {
                variables.put(n.getMetadata(), variables(meta.getObjectGraphDef(), n, keys, file));
            }
        }
        return model.map(m -> new NotedLayers(m, variables, file.toString()));
    }

    /** The list {@code variables} of a layer's object, whose members are named by their numbers. */
    private static List<String> variables(
            SavedObjectGraph graph, KerasMetadata.Node layer, Map<Integer, String> keys, Path file) {
        String where = file + "!/" + layer.getNodePath();
        List<ObjectReference> all = new ArrayList<>();
        for (ObjectReference c : object(graph, layer.getNodeId(), where).getChildrenList()) {
            if (c.getLocalName().equals("variables")) {
                all.addAll(object(graph, c.getNodeId(), where).getChildrenList());
            }
        }
        return all.stream()
                .filter(c -> c.getLocalName().matches("\\d{1,9}"))
                .sorted(Comparator.comparingInt(c -> Integer.parseInt(c.getLocalName())))
                .map(c -> Optional.ofNullable(keys.get(c.getNodeId()))
                        .orElseThrow(() -> new ModelFormatException("metadata: expected a variable but was object "
                                + c.getNodeId() + ", at " + where + ".variables." + c.getLocalName())))
                .toList();
    }

    private static SavedObject object(SavedObjectGraph graph, int id, String where) {
        if (id < 0 || id >= graph.getNodesCount()) {
            throw new ModelFormatException(
                    "metadata: expected one of " + graph.getNodesCount() + " objects but was " + id + ", at " + where);
        }
        return graph.getNodes(id);
    }
}
