package dev.posthorn.tensorflow;

import com.google.protobuf.ByteString;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.TensorType;
import dev.posthorn.proto.CollectionDef;
import dev.posthorn.proto.MetaGraphDef;
import dev.posthorn.proto.NodeDef;
import dev.posthorn.proto.VariableDef;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The variables that a graph of TensorFlow 1 declares by its nodes. */
final class Variables1 {
    private static final String TRAINABLE = "trainable_variables";

    private Variables1() {}

    /** Where a collection says which variables are trainable, no others are. */
    static void declare(Body graph, MetaGraphDef meta, Resources resources) {
        Set<String> trainable = new HashSet<>();
        for (ByteString bytes : meta.getCollectionDefOrDefault(TRAINABLE, CollectionDef.getDefaultInstance())
                .getBytesList()
                .getValueList()) {
            VariableDef v = Messages.parse(bytes.toByteArray(), VariableDef.parser(), TRAINABLE);
            trainable.add(Body.Ref.of(v.getVariableName()).node());
        }
        for (NodeDef n : graph.nodes()) {
            boolean handle = n.getOp().equals("VarHandleOp");
            if (handle || n.getOp().equals("VariableV2") || n.getOp().equals("Variable")) {
                Attributes a = new Attributes(n, Map.of(), n.getName());
                String shared = a.string("shared_name", "");
                DType dtype = a.type("dtype");
                String key = handle || shared.isEmpty() ? n.getName() : shared;
                resources.variable(key, new TensorType(dtype, a.shape("shape")));
                if (!trainable.isEmpty()) {
                    resources.trainable(key, trainable.contains(key));
                }
            }
        }
    }
}
