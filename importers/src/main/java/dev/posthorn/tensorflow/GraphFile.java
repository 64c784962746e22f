package dev.posthorn.tensorflow;

import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Inspection;
import dev.posthorn.model.ModelFormat.Loaded;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Variables;
import dev.posthorn.proto.GraphDef;
import dev.posthorn.proto.MetaGraphDef;
import dev.posthorn.proto.NodeDef;
import dev.posthorn.tensorflow.bundle.Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A graph in a file of its own, cut out where the caller says or where it ends, with the checkpoint that lies beside it.
 *
 * @param prefix of the checkpoint
 */
record GraphFile(
        Path path,
        String name,
        MetaGraphDef meta,
        Body body,
        Functions functions,
        List<Entry> entries,
        Optional<Path> prefix) {
    static GraphFile open(Path path, MetaGraphDef meta, GraphCut cut, Optional<Path> prefix) {
        GraphDef graph = meta.getGraphDef();
        if (graph.getNodeCount() == 0) {
            throw new ModelFormatException("graph: expected nodes but was none, at " + path);
        }
        List<Entry> signatures = cut.equals(GraphCut.NONE) ? SavedModelFile.entries(meta) : List.of();
        List<String> wanted = signatures.isEmpty() ? cut.wanted(graph) : List.of();
        Set<String> roots = new LinkedHashSet<>(GraphReader.names(wanted));
        signatures.forEach(e -> roots.addAll(e.roots()));
        roots.add(meta.getSaverDef().getRestoreOpName());
        Restoring1.initOp(meta).ifPresent(op -> roots.addAll(GraphReader.names(List.of(op))));
        roots.remove("");
        GraphDef lowered = OldControlFlow.lower(Restoring1.withAssets(meta), roots);
        Body body = Body.of(lowered);
        int producer = graph.getVersions().getProducer();
        String file = path.getFileName().toString();
        return new GraphFile(
                path,
                file.substring(0, file.lastIndexOf('.')),
                meta,
                body,
                new Functions(lowered.getLibrary()),
                signatures.isEmpty() ? List.of(cut.entry(body, wanted, producer)) : signatures,
                prefix.filter(p -> Files.exists(Bundle.index(p))));
    }

    private Support support() {
        return Support.of(body, functions, entries);
    }

    Loaded load() throws IOException {
        Support.check(body, functions, entries, path.toString());
        Optional<Bundle> checkpoint = prefix.isPresent() ? Optional.of(Bundle.open(prefix.get())) : Optional.empty();
        Resources resources = new Resources(checkpoint, path.resolveSibling("assets"));
        new Restoring1(body, functions, meta, resources).run();
        TensorFlowProgram program = new TensorFlowProgram(name, body, functions, resources, entries, Optional.empty());
        return new Loaded(program, new Variables(program.variables(), program.initial()));
    }

    Inspection inspect(String format) throws IOException {
        long parameters = 0;
        long bytes = 0;
        List<TensorType> all = new ArrayList<>();
        for (NodeDef n : meta.getGraphDef().getNodeList()) {
            if (n.getOp().equals("Const")) {
                all.add(new Attributes(n, Map.of(), n.getName()).tensor("value").type());
            }
        }
        List<String> notes = new ArrayList<>();
        if (prefix.isPresent()) {
            Bundle bundle = Bundle.open(prefix.get());
            for (String key : bundle.keys()) {
                all.add(bundle.type(key));
                notes.add("variable " + key + ": " + bundle.type(key));
            }
        }
        for (TensorType t : all) {
            parameters += t.shape().longSize();
            bytes += t.shape().longSize() * Math.max(1, t.dtype().bytes());
        }
        Map<String, String> producer = new LinkedHashMap<>();
        if (!meta.getMetaInfoDef().getTensorflowVersion().isEmpty()) {
            producer.put("TensorFlow", meta.getMetaInfoDef().getTensorflowVersion());
        }
        int version = meta.getGraphDef().getVersions().getProducer();
        if (version > 0) {
            producer.put("graph version", Integer.toString(version));
        }
        return new Inspection(
                format,
                producer,
                "graph '" + name + "' of " + meta.getGraphDef().getNodeCount() + " nodes",
                support().items(),
                entries.get(0).signature().inputs(),
                entries.get(0).signature().outputs(),
                parameters,
                bytes,
                notes);
    }
}
