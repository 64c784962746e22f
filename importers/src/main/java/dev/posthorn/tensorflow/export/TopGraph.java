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
import java.util.List;
import java.util.stream.Stream;

/**
 * The graph that loaders of TensorFlow 1 run, among them {@code saved_model_cli}: the variables, a call of each signature,
 * and the nodes that save and restore. A tensor is named {@code node:index}.
 */
final class TopGraph {
    private static final String FILE = "saver_filename";

    private final Export export;
    private final GraphDef.Builder graph = GraphDef.newBuilder();
    private final List<String> handles = new ArrayList<>();

    TopGraph(Export export) {
        this.export = export;
    }

    private String add(String name, String op, List<String> inputs, Attrs attrs) {
        graph.addNode(
                NodeDef.newBuilder().setName(name).setOp(op).addAllInput(inputs).putAllAttr(attrs.values()));
        return name;
    }

    GraphDef write() {
        for (int i = 0; i < export.variables().size(); i++) {
            Variable v = export.variables().get(i);
            String name = "variables/" + i;
            handles.add(add(
                    name,
                    "VarHandleOp",
                    List.of(),
                    Attrs.of()
                            .type("dtype", v.type().dtype())
                            .shape("shape", v.type().shape())
                            .text("container", "")
                            .text("shared_name", name)));
        }
        for (String signature : SavedModelWriter.SIGNATURES) {
            List<String> in = new ArrayList<>();
            for (int i = 0; i < export.inputs().size(); i++) {
                Port p = export.inputs().get(i);
                in.add(add(
                        signature + "_" + export.inputNames().get(i),
                        "Placeholder",
                        List.of(),
                        Attrs.of()
                                .type("dtype", p.type().dtype())
                                .shape("shape", p.type().shape())));
            }
            in.addAll(handles);
            add(signature + "_call", "StatefulPartitionedCall", in, export.signatureCall());
        }
        add(SavedModelWriter.INIT, "NoOp", List.of(), Attrs.of());
        saver();
        return graph.setLibrary(export.library())
                .setVersions(VersionDef.newBuilder().setProducer(SavedModelWriter.PRODUCER))
                .build();
    }

    private void saver() {
        List<DType> types =
                export.variables().stream().map(v -> v.type().dtype()).toList();
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
                            List.of(handles.get(i), "save/RestoreV2:" + i),
                            Attrs.of().type("dtype", types.get(i)).bool("validate_shape", false)));
            saved.add(add("save/read_" + i, "ReadVariableOp", List.of(handles.get(i)), a));
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
        Tensor t = Tensor.of(Shape.of(values.size()), values.toArray(String[]::new));
        return add(
                name, "Const", List.of(), Attrs.of().type("dtype", DType.STRING).tensor("value", t));
    }

    static SaverDef saverDef() {
        return SaverDef.newBuilder()
                .setFilenameTensorName(FILE + ":0")
                .setSaveTensorName("save/done:0")
                .setRestoreOpName("save/restore_all")
                .setVersion(SaverDef.CheckpointFormatVersion.V2)
                .build();
    }

    SignatureDef signature(String name) {
        SignatureDef.Builder signature = SignatureDef.newBuilder().setMethodName("tensorflow/serving/predict");
        for (int i = 0; i < export.inputs().size(); i++) {
            String input = export.inputNames().get(i);
            signature.putInputs(
                    input, info(name + "_" + input + ":0", export.inputs().get(i)));
        }
        for (int i = 0; i < export.outputs().size(); i++) {
            signature.putOutputs(
                    export.outputNames().get(i),
                    info(name + "_call:" + i, export.outputs().get(i)));
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
