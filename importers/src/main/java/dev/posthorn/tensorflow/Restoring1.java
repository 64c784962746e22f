package dev.posthorn.tensorflow;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.proto.AssetFileDef;
import dev.posthorn.proto.AttrValue;
import dev.posthorn.proto.CollectionDef;
import dev.posthorn.proto.DataType;
import dev.posthorn.proto.GraphDef;
import dev.posthorn.proto.MetaGraphDef;
import dev.posthorn.proto.NodeDef;
import dev.posthorn.proto.SignatureDef;
import dev.posthorn.proto.TensorInfo;
import dev.posthorn.proto.TensorProto;
import dev.posthorn.tensorflow.alias.TfOps;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a graph of TensorFlow 1 does before it is called: its own nodes restore and initialise its variables and tables. */
record Restoring1(Body graph, Functions functions, MetaGraphDef meta, Resources resources) {
    private static final String INIT = "__saved_model_init_op";

    void run() {
        Variables1.declare(graph, meta, resources);
        String restore = meta.getSaverDef().getRestoreOpName();
        if (resources.hasCheckpoint() && !restore.isEmpty()) {
            Tensor prefix = Tensor.of(Shape.SCALAR, "");
            run(
                    restore,
                    Map.of(
                            Body.Ref.of(meta.getSaverDef().getFilenameTensorName())
                                    .node(),
                            List.of(new TfValue.Known(prefix))));
        }
        Map<String, List<TfValue>> assets = new LinkedHashMap<>();
        assets(meta)
                .forEach(a -> assets.put(
                        Body.Ref.of(a.getTensorInfo().getName()).node(),
                        List.of(new TfValue.Known(Tensor.of(Shape.SCALAR, a.getFilename())))));
        initOp(meta).ifPresent(op -> initialise(op, assets));
    }

    /** Runs what the op waits for, one after the other; a variable that cannot be initialised stays as it is. */
    private void initialise(String op, Map<String, List<TfValue>> assets) {
        Deque<String> work = new ArrayDeque<>(GraphReader.names(List.of(op)));
        Set<String> seen = new HashSet<>();
        while (!work.isEmpty()) {
            String name = work.pop();
            NodeDef node = graph.node(name);
            if (!seen.add(name) || node == null) {
                continue;
            }
            if (node.getOp().equals("NoOp")) {
                work.addAll(GraphReader.names(node.getInputList()));
                continue;
            }
            try {
                run(name, assets);
            } catch (UnsupportedModelException e) {
                boolean assigns = node.getInputCount() > 0 && TfOps.hasEffect(node.getOp());
                String variable = assigns ? Body.Ref.of(node.getInput(0)).node() : "";
                if (!resources.variables().containsKey(variable)) {
                    throw e;
                }
                // It keeps the checkpoint's value, if it has one; else using it is an error.
            }
        }
    }

    private void run(String op, Map<String, List<TfValue>> given) {
        Initialisation.run(
                functions,
                resources,
                frame -> frame.reader().run(graph, given, GraphReader.names(List.of(op)), Map.of(), frame));
    }

    /** The files the model was saved with; files of early TensorFlow list them in a collection. */
    static List<AssetFileDef> assets(MetaGraphDef meta) {
        if (meta.getAssetFileDefCount() > 0) {
            return meta.getAssetFileDefList();
        }
        List<AssetFileDef> assets = new ArrayList<>();
        for (Any any : meta.getCollectionDefOrDefault("saved_model_assets", CollectionDef.getDefaultInstance())
                .getAnyList()
                .getValueList()) {
            try {
                assets.add(AssetFileDef.parseFrom(any.getValue()));
            } catch (InvalidProtocolBufferException e) {
                throw new ModelFormatException(
                        "asset: expected a file's description but was other bytes, at"
                                + " collection 'saved_model_assets'",
                        e);
            }
        }
        return assets;
    }

    /** The graph, whose constants that name files of where it was made name those that it was saved with. */
    static GraphDef withAssets(MetaGraphDef meta) {
        Map<String, String> files = new HashMap<>();
        assets(meta)
                .forEach(a -> files.put(Body.Ref.of(a.getTensorInfo().getName()).node(), a.getFilename()));
        GraphDef.Builder graph = meta.getGraphDef().toBuilder();
        for (int i = 0; i < graph.getNodeCount() && !files.isEmpty(); i++) {
            NodeDef n = graph.getNode(i);
            String file = files.get(n.getName());
            if (file != null && n.getOp().equals("Const")) {
                TensorProto name = TensorProto.newBuilder()
                        .setDtype(DataType.DT_STRING)
                        .addStringVal(ByteString.copyFromUtf8(file))
                        .build();
                graph.setNode(
                        i,
                        n.toBuilder()
                                .putAttr(
                                        "value",
                                        AttrValue.newBuilder().setTensor(name).build()));
            }
        }
        return graph.build();
    }

    /** The node that initialises a graph once its variables are restored. */
    static Optional<String> initOp(MetaGraphDef meta) {
        SignatureDef init = meta.getSignatureDefMap().get(INIT);
        if (init != null) {
            return init.getOutputsMap().values().stream()
                    .map(TensorInfo::getName)
                    .findFirst();
        }
        for (String key : List.of("saved_model_main_op", "legacy_init_op", "table_initializer")) {
            CollectionDef c = meta.getCollectionDefMap().get(key);
            if (c != null && c.getNodeList().getValueCount() > 0) {
                return Optional.of(c.getNodeList().getValue(0));
            }
        }
        return Optional.empty();
    }
}
