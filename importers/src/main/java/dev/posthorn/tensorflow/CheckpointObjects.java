package dev.posthorn.tensorflow;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.proto.TrackableObjectGraph;
import dev.posthorn.proto.TrackableObjectGraph.TrackableObject;
import dev.posthorn.proto.TrackableObjectGraph.TrackableObject.ObjectReference;
import dev.posthorn.tensorflow.bundle.Bundle;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The objects of a checkpoint of TensorFlow 2, as it lists them itself. */
final class CheckpointObjects {
    /** What models and checkpoints call what trains them. */
    private static final Set<String> OPTIMIZERS = Set.of("optimizer", "_optimizer");

    private final TrackableObjectGraph graph;
    private final Set<Integer> kept;

    private CheckpointObjects(TrackableObjectGraph graph) {
        this.graph = graph;
        this.kept = kept(graph);
    }

    /** Those of a checkpoint; one of TensorFlow 1 has none. */
    static Optional<CheckpointObjects> of(Bundle bundle) throws IOException {
        return bundle.contains(ObjectGraph.KEY)
                ? Optional.of(new CheckpointObjects(Messages.parse(
                        bundle.read(ObjectGraph.KEY).byteStrings()[0],
                        TrackableObjectGraph.parser(),
                        bundle.prefix() + "!/" + ObjectGraph.KEY)))
                : Optional.empty();
    }

    /** What the root reaches without its optimizer. */
    private static Set<Integer> kept(TrackableObjectGraph graph) {
        Set<Integer> seen = new HashSet<>(Set.of(0));
        Deque<Integer> work = new ArrayDeque<>(seen);
        while (!work.isEmpty()) {
            int at = work.pop();
            for (ObjectReference c :
                    at < graph.getNodesCount() ? graph.getNodes(at).getChildrenList() : List.<ObjectReference>of()) {
                if (!OPTIMIZERS.contains(c.getLocalName()) && seen.add(c.getNodeId())) {
                    work.add(c.getNodeId());
                }
            }
        }
        return seen;
    }

    /** The keys of what only training needs: slots of variables, and all that only an optimizer reaches. */
    Set<String> training() {
        Set<String> keys = new HashSet<>();
        for (int id = 0; id < graph.getNodesCount(); id++) {
            if (!kept.contains(id)) {
                graph.getNodes(id).getAttributesList().forEach(t -> keys.add(t.getCheckpointKey()));
            }
        }
        return keys;
    }

    /** The list, with other keys, and where {@code prunes} without what is left out. */
    Tensor edited(UnaryOperator<String> key, boolean prunes) throws IOException {
        TrackableObjectGraph.Builder now = graph.toBuilder();
        for (int id = 0; id < now.getNodesCount(); id++) {
            TrackableObject.Builder node = now.getNodesBuilder(id);
            if (prunes && !kept.contains(id)) {
                node.clearAttributes();
            }
            node.getAttributesBuilderList().forEach(t -> t.setCheckpointKey(key.apply(t.getCheckpointKey())));
        }
        return Tensor.of(DType.STRING, Shape.SCALAR, new byte[][] {Messages.bytes(now.build())});
    }
}
