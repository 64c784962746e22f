package dev.posthorn.tensorflow;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Inspection;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Port;
import dev.posthorn.model.Signature;
import dev.posthorn.proto.GraphDef;
import dev.posthorn.proto.MetaGraphDef;
import dev.posthorn.proto.NodeDef;
import dev.posthorn.proto.SavedModel;
import dev.posthorn.proto.SavedObject;
import dev.posthorn.proto.SignatureDef;
import dev.posthorn.proto.TensorInfo;
import dev.posthorn.tensorflow.bundle.Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A SavedModel that is open: one of its graphs, with its signatures. */
final class SavedModelFile {
    private final Path folder;
    private final SavedModel model;
    private final MetaGraphDef meta;
    private final Body graph;
    private final Functions functions;
    private final List<Entry> entries;

    private SavedModelFile(Path folder, SavedModel model, MetaGraphDef meta) {
        this.folder = folder;
        this.model = model;
        this.meta = meta;
        this.entries = entries(meta);
        GraphDef lowered = OldControlFlow.lower(Restoring1.withAssets(meta), roots());
        this.graph = Body.of(lowered);
        this.functions = new Functions(lowered.getLibrary());
    }

    /** The nodes that are ever run: for outputs, to restore variables, to initialise. */
    private Set<String> roots() {
        Set<String> roots = new LinkedHashSet<>();
        entries.forEach(e -> roots.addAll(e.roots()));
        roots.add(meta.getSaverDef().getRestoreOpName());
        Restoring1.initOp(meta).ifPresent(op -> roots.addAll(GraphReader.names(List.of(op))));
        return roots;
    }

    static SavedModelFile open(Path folder, SavedModel model) {
        return new SavedModelFile(folder, model, serving(model));
    }

    /** The graph for serving, or the first. */
    static MetaGraphDef serving(SavedModel model) {
        return model.getMetaGraphsList().stream()
                .filter(m -> m.getMetaInfoDef().getTagsList().equals(List.of("serve")))
                .findFirst()
                .or(() -> model.getMetaGraphsList().stream()
                        .filter(m -> m.getMetaInfoDef().getTagsList().contains("serve"))
                        .findFirst())
                .orElse(model.getMetaGraphs(0));
    }

    /** The signatures in the order of their names, the one that is called where none is named first. */
    static List<Entry> entries(MetaGraphDef meta) {
        Map<String, NodeDef> placeholders = new HashMap<>();
        meta.getGraphDef().getNodeList().stream()
                .filter(n -> n.getOp().equals("Placeholder"))
                .forEach(n -> placeholders.put(n.getName() + ":0", n));
        List<Entry> all = new ArrayList<>();
        new TreeMap<>(meta.getSignatureDefMap()).forEach((name, def) -> {
            if (!name.startsWith("__saved_model_")) {
                all.add(name.equals(Signature.DEFAULT) ? 0 : all.size(), entry(name, def, placeholders));
            }
        });
        return all;
    }

    private static Entry entry(String name, SignatureDef def, Map<String, NodeDef> placeholders) {
        Map<String, String> inputs = new LinkedHashMap<>();
        Map<String, String> outputs = new LinkedHashMap<>();
        List<Port> in = ports(def.getInputsMap(), inputs, name).stream()
                .map(p -> given(p, placeholders.get(inputs.get(p.name()))))
                .toList();
        List<Port> out = ports(def.getOutputsMap(), outputs, name);
        return new Entry(new Signature(name, in, out), inputs, outputs);
    }

    /** An input of the type that its placeholder has: TensorFlow never asks what the signature says of it. */
    private static Port given(Port port, NodeDef placeholder) {
        return placeholder == null
                ? port
                : new Attributes(placeholder, Map.of(), placeholder.getName())
                        .find("dtype")
                        .map(t -> new Port(
                                port.name(), new TensorType(t, port.type().shape())))
                        .orElse(port);
    }

    /** The ports in the order of their names; a sparse or composite tensor is several. */
    private static List<Port> ports(Map<String, TensorInfo> infos, Map<String, String> tensors, String signature) {
        List<Port> ports = new ArrayList<>();
        new TreeMap<>(infos).forEach((name, info) -> {
            String where = signature + "/" + name;
            switch (info.getEncodingCase()) {
                case COO_SPARSE -> {
                    TensorInfo.CooSparse coo = info.getCooSparse();
                    tensors.put(name + "/indices", coo.getIndicesTensorName());
                    tensors.put(name + "/values", coo.getValuesTensorName());
                    tensors.put(name + "/shape", coo.getDenseShapeTensorName());
                    ports.add(new Port(name + "/indices", new TensorType(dev.posthorn.ir.DType.INT64, Shape.UNRANKED)));
                    ports.add(new Port(
                            name + "/values", new TensorType(Protos.dtype(info.getDtype(), where), Shape.UNRANKED)));
                    ports.add(new Port(name + "/shape", new TensorType(dev.posthorn.ir.DType.INT64, Shape.UNRANKED)));
                }
                case COMPOSITE_TENSOR -> {
                    Map<String, TensorInfo> parts = new LinkedHashMap<>();
                    for (int i = 0; i < info.getCompositeTensor().getComponentsCount(); i++) {
                        parts.put(name + "/" + i, info.getCompositeTensor().getComponents(i));
                    }
                    ports.addAll(ports(parts, tensors, signature));
                }
                default -> {
                    tensors.put(name, info.getName());
                    ports.add(new Port(name, new TensorType(Protos.dtype(info.getDtype(), where), shape(info, where))));
                }
            }
        });
        return ports;
    }

    /** Files of early TensorFlow say "scalar" where they mean that nothing is known. */
    private static Shape shape(TensorInfo info, String where) {
        Shape shape = Protos.shape(info.getTensorShape(), where);
        return shape.equals(Shape.SCALAR) ? Shape.UNRANKED : shape;
    }

    TensorFlowProgram load() throws IOException {
        Support.check(graph, functions, entries, folder.toString());
        if (lacksVariables()) {
            throw new ModelFormatException("variables: expected the file of the model's variables but was nothing, at "
                    + Bundle.index(checkpoint(folder)));
        }
        Resources resources = new Resources(checkpoint(), folder.resolve("assets"));
        if (meta.hasObjectGraphDef() && meta.getObjectGraphDef().getConcreteFunctionsCount() > 0) {
            ObjectGraph.load(meta, graph, functions, resources);
        } else {
            new Restoring1(graph, functions, meta, resources).run();
        }
        SavedModelOrigin origin = new SavedModelOrigin(folder, resources.places(), Map.copyOf(resources.contents()));
        return new TensorFlowProgram(name(), graph, functions, resources, entries, Optional.of(origin));
    }

    private String name() {
        Path last = folder.toAbsolutePath().normalize().getFileName();
        return last == null ? "saved_model" : last.toString();
    }

    /** Where a SavedModel has its variables: the prefix of a checkpoint. */
    static Path checkpoint(Path folder) {
        return folder.resolve("variables").resolve("variables");
    }

    private Optional<Bundle> checkpoint() throws IOException {
        Path prefix = checkpoint(folder);
        return Files.exists(Bundle.index(prefix)) ? Optional.of(Bundle.open(prefix)) : Optional.empty();
    }

    /** Whether the model's objects are variables whose checkpoint is not there; graphs of TensorFlow 1 may initialise theirs. */
    private boolean lacksVariables() {
        return !Files.exists(Bundle.index(checkpoint(folder)))
                && meta.getObjectGraphDef().getNodesList().stream().anyMatch(SavedObject::hasVariable);
    }

    private static String shown(List<Port> ports) {
        return ports.stream().map(p -> p.name() + " " + p.type()).collect(Collectors.joining(", ", "(", ")"));
    }

    Inspection inspect(String format) throws IOException {
        Map<String, String> producer = new LinkedHashMap<>();
        String version = meta.getMetaInfoDef().getTensorflowVersion();
        if (!version.isEmpty()) {
            producer.put("TensorFlow", version);
        }
        KerasNotes keras = KerasNotes.of(folder);
        if (!keras.version().isEmpty()) {
            producer.put("Keras", keras.version());
        }
        List<String> notes = new ArrayList<>(keras.lines());
        model.getMetaGraphsList()
                .forEach(m -> notes.add(
                        "graph with the tags " + m.getMetaInfoDef().getTagsList() + (m == meta ? "" : ", not read")));
        entries.forEach(e -> {
            List<String> problems = Support.of(graph, functions, List.of(e)).problems();
            notes.add("signature " + e.signature().name() + ": "
                    + shown(e.signature().inputs()) + " → "
                    + shown(e.signature().outputs())
                    + (problems.isEmpty() ? "" : ", not supported: " + String.join("; ", problems)));
        });
        Restoring1.assets(meta).forEach(a -> notes.add("asset " + a.getFilename()));
        long parameters = 0;
        long bytes = 0;
        if (lacksVariables()) {
            notes.add("the file of its variables is not there: " + Bundle.index(checkpoint(folder)));
        }
        Optional<Bundle> checkpoint = checkpoint();
        if (checkpoint.isPresent()) {
            for (String key : checkpoint.get().keys()) {
                if (!key.equals(ObjectGraph.KEY)) {
                    TensorType t = checkpoint.get().type(key);
                    parameters += t.shape().longSize();
                    bytes += t.shape().longSize() * Math.max(1, t.dtype().bytes());
                    notes.add("variable " + key + ": " + t);
                }
            }
        }
        Optional<Entry> first = entries.stream()
                .filter(e -> e.signature().name().equals(Signature.DEFAULT))
                .findFirst()
                .or(() -> entries.stream().findFirst());
        return new Inspection(
                format,
                producer,
                "SavedModel '" + name() + "'",
                Support.of(graph, functions, entries).items(),
                first.map(e -> e.signature().inputs()).orElse(List.of()),
                first.map(e -> e.signature().outputs()).orElse(List.of()),
                parameters,
                bytes,
                notes);
    }
}
