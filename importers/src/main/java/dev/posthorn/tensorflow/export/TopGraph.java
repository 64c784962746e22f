package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Port;
import dev.posthorn.model.Variable;
import dev.posthorn.proto.GraphDef;
import dev.posthorn.proto.NodeDef;
import dev.posthorn.proto.SaverDef;
import dev.posthorn.proto.SignatureDef;
import dev.posthorn.proto.TensorInfo;
import dev.posthorn.proto.VersionDef;
import dev.posthorn.tensorflow.Protos;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The graph that loaders of TensorFlow 1 run, among them {@code saved_model_cli}: the variables, a call of each signature,
 * and the nodes that save and restore. A tensor is named {@code node:index}.
 */
final class TopGraph {
    private static final String FILE = "saver_filename";

    private final Export export;
    private final GraphDef.Builder graph = GraphDef.newBuilder();
    private final Map<String, String> handles = new LinkedHashMap<>();

    TopGraph(Export export) {
        this.export = export;
    }

    private String add(String name, String op, List<String> inputs, Attrs attrs) {
        graph.addNode(
                NodeDef.newBuilder().setName(name).setOp(op).addAllInput(inputs).putAllAttr(attrs.values()));
        return name;
    }

    GraphDef write() {
        List<Variable> all = export.all();
        for (int i = 0; i < all.size(); i++) {
            Variable v = all.get(i);
            String name = "variables/" + i;
            handles.put(
                    v.key(),
                    add(
                            name,
                            "VarHandleOp",
                            List.of(),
                            Attrs.of()
                                    .type("dtype", v.type().dtype())
                                    .shape("shape", v.type().shape())
                                    .text("container", "")
                                    .text("shared_name", name)));
        }
        List<String> filled = new ArrayList<>();
        for (int i = 0; i < export.tables().size(); i++) {
            filled.add("^" + Tables.write("tables/" + i, export.tables().get(i), graph));
        }
        for (ExportedFunction f : export.functions()) {
            f.signatures().forEach(signature -> call(signature, f));
        }
        add(SavedModelWriter.INIT, "NoOp", filled, Attrs.of());
        saver();
        return graph.setLibrary(export.library())
                .setVersions(VersionDef.newBuilder().setProducer(SavedModelWriter.PRODUCER))
                .build();
    }

    /** A call of a function with what signatures take. */
    private void call(String signature, ExportedFunction f) {
        List<String> in = new ArrayList<>();
        for (int i : f.inputOrder()) {
            Port p = f.inputs().get(i);
            in.add(add(
                    signature + "_" + f.inputNames().get(i),
                    "Placeholder",
                    List.of(),
                    Attrs.of()
                            .type("dtype", p.type().dtype())
                            .shape("shape", p.type().shape())));
        }
        f.variables().forEach(key -> in.add(handles.get(key)));
        f.tables().forEach(t -> in.add("tables/" + export.tables().indexOf(t)));
        add(signature + "_call", "StatefulPartitionedCall", in, f.callingByName());
    }

    private void saver() {
        List<DType> types = export.all().stream().map(v -> v.type().dtype()).toList();
        List<String> variables = List.copyOf(handles.values());
        int n = types.size();
        add(
                FILE,
                "Placeholder",
                List.of(),
                Attrs.of().type("dtype", DType.STRING).shape("shape", Shape.SCALAR));
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            keys.add(ObjectGraphWriter.key(i));
        }
        String names = strings("save/names", keys);
        String slices =
                strings("save/slices", Stream.generate(() -> "").limit(n).toList());
        List<String> restored = new ArrayList<>();
        List<String> saved = new ArrayList<>(List.of(FILE, names, slices));
        if (n > 0) {
            add("save/RestoreV2", "RestoreV2", List.of(FILE, names, slices), dtypes(types));
        }
        for (int i = 0; i < n; i++) {
            Attrs a = Attrs.of().type("dtype", types.get(i));
            restored.add("^"
                    + add(
                            "save/assign_" + i,
                            "AssignVariableOp",
                            List.of(variables.get(i), "save/RestoreV2:" + i),
                            Attrs.of().type("dtype", types.get(i)).bool("validate_shape", false)));
            saved.add(add("save/read_" + i, "ReadVariableOp", List.of(variables.get(i)), a));
        }
        add("save/restore_all", "NoOp", restored, Attrs.of());
        List<String> after = new ArrayList<>(List.of(FILE));
        if (n > 0) {
            after.add("^" + add("save/SaveV2", "SaveV2", saved, dtypes(types)));
        }
        add("save/done", "Identity", after, Attrs.of(DType.STRING));
    }

    private static Attrs dtypes(List<DType> types) {
        return Attrs.of().dataTypes("dtypes", types.stream().map(Protos::dtype).toList());
    }

    private String strings(String name, List<String> values) {
        return constant(name, Tensor.of(Shape.of(values.size()), values.toArray(String[]::new)));
    }

    private String constant(String name, Tensor t) {
        return add(name, "Const", List.of(), Attrs.of().type("dtype", t.dtype()).tensor("value", t));
    }

    static SaverDef saverDef() {
        return SaverDef.newBuilder()
                .setFilenameTensorName(FILE + ":0")
                .setSaveTensorName("save/done:0")
                .setRestoreOpName("save/restore_all")
                .setVersion(SaverDef.CheckpointFormatVersion.V2)
                .build();
    }

    SignatureDef signature(String name, ExportedFunction f) {
        SignatureDef.Builder signature = SignatureDef.newBuilder().setMethodName("tensorflow/serving/predict");
        for (int i = 0; i < f.inputs().size(); i++) {
            String input = f.inputNames().get(i);
            signature.putInputs(
                    input, info(name + "_" + input + ":0", f.inputs().get(i)));
        }
        List<Integer> order = f.outputOrder();
        for (int i = 0; i < order.size(); i++) {
            Port p = f.outputs().get(order.get(i));
            signature.putOutputs(p.name(), info(name + "_call:" + i, p));
        }
        return signature.build();
    }

    private static TensorInfo info(String tensor, Port port) {
        return TensorInfo.newBuilder()
                .setName(tensor)
                .setDtype(Protos.dtype(port.type().dtype()))
                .setTensorShape(Protos.shape(port.type().shape()))
                .build();
    }
}
