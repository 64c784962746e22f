package dev.posthorn.tensorflow;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.TensorType;
import dev.posthorn.proto.NodeDef;
import java.util.Map;

/** The variables that a graph of TensorFlow 1 declares by its nodes. */
final class Variables1 {
    private Variables1() {}

    static void declare(Body graph, Resources resources) {
        for (NodeDef n : graph.nodes()) {
            boolean handle = n.getOp().equals("VarHandleOp");
            if (handle || n.getOp().equals("VariableV2") || n.getOp().equals("Variable")) {
                Attributes a = new Attributes(n, Map.of(), n.getName());
                String shared = a.string("shared_name", "");
                DType dtype = a.type("dtype");
                resources.variable(
                        handle || shared.isEmpty() ? n.getName() : shared, new TensorType(dtype, a.shape("shape")));
            }
        }
    }
}
