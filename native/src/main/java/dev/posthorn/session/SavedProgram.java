package dev.posthorn.session;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Program;
import dev.posthorn.model.Signature;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variable;
import dev.posthorn.tensorflow.Entry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A SavedModel in a session of TensorFlow, as it is: its signatures can be called, and that is all that is known of it. Its
 * variables are in the session.
 */
final class SavedProgram implements Program {
    private final Path path;
    private final List<Entry> entries;
    private final NativeSession session;

    SavedProgram(Path path, List<Entry> entries, NativeSession session) {
        this.path = path;
        this.entries = List.copyOf(entries);
        this.session = session;
    }

    @Override
    public List<Signature> signatures() {
        return entries.stream().map(Entry::signature).toList();
    }

    @Override
    public List<Variable> variables() {
        return List.of();
    }

    /** One node: the call. */
    @Override
    public Graph lower(String signature, List<TensorType> inputs, Mode mode) {
        if (mode != Mode.INFERENCE) {
            throw new UnsupportedModelException("tensorflow:as-is: expected a call but was " + mode
                    + ": a SavedModel as it is cannot be trained (leave out as-is), at " + path);
        }
        Entry e = entries.stream()
                .filter(x -> x.signature().name().equals(signature))
                .findFirst()
                .orElseThrow();
        Builder b = new Builder();
        List<Value> in = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            in.add(b.input(e.signature().inputs().get(i).name(), inputs.get(i)));
        }
        SavedCall.Op op = new SavedCall.Op(this, e);
        List<Value> out = b.addAll(op, in);
        Map<String, Value> outputs = new LinkedHashMap<>();
        e.signature().outputs().forEach(p -> outputs.put(p.name(), out.get(outputs.size())));
        return b.graph(in, outputs, Map.of());
    }

    @Override
    public Graph lowerParts(String signature, List<TensorType> inputs, Mode mode) {
        return lower(signature, inputs, mode);
    }

    @Override
    public List<Part> parts() {
        return List.of();
    }

    @Override
    public String name() {
        return path.getFileName().toString();
    }

    NativeSession session() {
        return session;
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
