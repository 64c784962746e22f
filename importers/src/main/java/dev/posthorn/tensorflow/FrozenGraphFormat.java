package dev.posthorn.tensorflow;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Inspection;
import dev.posthorn.model.ModelFormat;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Port;
import dev.posthorn.model.Signature;
import dev.posthorn.model.Variables;
import dev.posthorn.proto.GraphDef;
import dev.posthorn.proto.NodeDef;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A graph whose variables were made constants, in one file. Its inputs are the placeholders that its outputs need; its
 * outputs are the nodes that no other node needs.
 */
public final class FrozenGraphFormat implements ModelFormat {
    /** Ops that give nothing, or something that no caller wants: of summaries, of training, of saving. */
    private static final Pattern NO_OUTPUTS = Pattern.compile("NoOp|Assert|Const|Placeholder|PrintV2|ControlTrigger"
            + "|.*Summary(V2)?|Save(V2|Slices)?|Restore(V2|Slice)?|MergeV2Checkpoints|Assign(Add|Sub)?"
            + "|Assign(Add|Sub)?VariableOp|(Resource)?(Sparse)?Apply[A-Z].*|IsVariableInitialized|VarIsInitializedOp");

    @Override
    public String name() {
        return "frozen graph .pb";
    }

    @Override
    public boolean accepts(Path path) throws IOException {
        if (!Files.isRegularFile(path) || path.getFileName() == null) {
            return false;
        }
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".pbtxt")) {
            return true;
        }
        if (!name.endsWith(".pb")) {
            return false;
        }
        try (InputStream in = Files.newInputStream(path)) {
            int first = in.read();
            return first != 0x08; // a SavedModel begins with its version
        }
    }

    /** The graph, with what is known of it. */
    private record Opened(String name, GraphDef graph, Body body, Functions functions, Entry entry) {
        Support support() {
            return Support.of(body, functions, List.of(entry));
        }
    }

    private static Opened open(Path path) throws IOException {
        String file = path.getFileName().toString();
        GraphDef graph = file.toLowerCase(Locale.ROOT).endsWith(".pbtxt")
                ? Messages.readText(path, GraphDef.newBuilder()).build()
                : Messages.read(path, GraphDef.parser());
        if (graph.getNodeCount() == 0) {
            throw new ModelFormatException("graph: expected nodes but was none, at " + path);
        }
        List<NodeDef> outputs = outputs(graph);
        GraphDef lowered = OldControlFlow.lower(
                graph, outputs.stream().map(NodeDef::getName).toList());
        Body body = Body.of(lowered);
        Functions functions = new Functions(lowered.getLibrary());
        String name = file.substring(0, file.lastIndexOf('.'));
        return new Opened(name, lowered, body, functions, entry(body, outputs));
    }

    private static List<NodeDef> outputs(GraphDef graph) {
        Set<String> needed = new HashSet<>();
        graph.getNodeList()
                .forEach(n -> n.getInputList()
                        .forEach(in -> needed.add(Body.Ref.of(in).node())));
        List<NodeDef> outputs = graph.getNodeList().stream()
                .filter(n -> !needed.contains(n.getName())
                        && !NO_OUTPUTS.matcher(n.getOp()).matches())
                .toList();
        if (outputs.isEmpty()) {
            throw new ModelFormatException("graph: expected a node that no other needs but was none");
        }
        return outputs;
    }

    private static Entry entry(Body body, List<NodeDef> outputs) {
        Set<String> roots = new LinkedHashSet<>();
        outputs.forEach(n -> roots.add(n.getName()));
        Map<String, String> in = new LinkedHashMap<>();
        Map<String, String> out = new LinkedHashMap<>();
        List<Port> inputs = new ArrayList<>();
        List<Port> results = new ArrayList<>();
        Set<String> used = new HashSet<>();
        body.order(roots, Set.of()).forEach(n -> used.add(n.getName()));
        for (NodeDef n : body.nodes()) {
            if (n.getOp().startsWith("Placeholder") && used.contains(n.getName())) {
                Attributes a = new Attributes(n, Map.of(), n.getName());
                in.put(n.getName(), n.getName());
                inputs.add(new Port(n.getName(), new TensorType(a.type("dtype"), a.shape("shape"))));
            }
        }
        for (NodeDef n : outputs) {
            Attributes a = new Attributes(n, Map.of(), n.getName());
            out.put(n.getName(), n.getName());
            results.add(new Port(n.getName(), new TensorType(type(a), Shape.UNRANKED)));
        }
        return new Entry(new Signature(Signature.DEFAULT, inputs, results), in, out);
    }

    private static DType type(Attributes a) {
        for (String name : List.of("output_type", "out_type", "DstT", "Tout", "dtype", "T")) {
            Optional<DType> type = a.find(name);
            if (type.isPresent()) {
                return type.get();
            }
        }
        return DType.FLOAT32;
    }

    @Override
    public Loaded load(Path path) throws IOException {
        Opened o = open(path);
        Support.check(o.body, o.functions, List.of(o.entry), path.toString());
        Resources resources = new Resources(Optional.empty(), path.resolveSibling("assets"));
        TensorFlowProgram program =
                new TensorFlowProgram(o.name, o.body, o.functions, resources, List.of(o.entry), Optional.empty());
        return new Loaded(program, new Variables(program.variables(), program.initial()));
    }

    @Override
    public Inspection inspect(Path path) throws IOException {
        Opened o = open(path);
        long parameters = 0;
        long bytes = 0;
        for (NodeDef n : o.graph.getNodeList()) {
            if (n.getOp().equals("Const")) {
                TensorType t =
                        new Attributes(n, Map.of(), n.getName()).tensor("value").type();
                parameters += t.shape().longSize();
                bytes += t.shape().longSize() * Math.max(1, t.dtype().bytes());
            }
        }
        Map<String, String> producer = new LinkedHashMap<>();
        if (o.graph.getVersions().getProducer() > 0) {
            producer.put("graph version", Integer.toString(o.graph.getVersions().getProducer()));
        }
        return new Inspection(
                name(),
                producer,
                "frozen graph '" + o.name + "' of " + o.graph.getNodeCount() + " nodes",
                o.support().items(),
                o.entry.signature().inputs(),
                o.entry.signature().outputs(),
                parameters,
                bytes,
                List.of());
    }
}
