package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Port;
import dev.posthorn.model.Program;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.Signature;
import dev.posthorn.model.Variable;
import dev.posthorn.model.Variables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** A program of one graph without variables: inputs x0, x1, … of some types, and outputs y0, y1, … that are made of them. */
record OneGraph(List<TensorType> types, BiFunction<Builder, List<Value>, List<Value>> made) implements Program {
    Graph graph() {
        Builder b = new Builder();
        List<Value> in = new ArrayList<>();
        types.forEach(t -> in.add(b.input("x" + in.size(), t)));
        Map<String, Value> out = new LinkedHashMap<>();
        made.apply(b, in).forEach(v -> out.put("y" + out.size(), v));
        return b.graph(in, out, Map.of());
    }

    /** Writes it as a SavedModel. */
    Path save(Path to, SaveOptions options) throws IOException {
        SavedModelWriter.write(this, new Variables.Snapshot(0, Map.of()), to, options, List.of());
        return to;
    }

    @Override
    public List<Signature> signatures() {
        List<Port> inputs = new ArrayList<>();
        types.forEach(t -> inputs.add(new Port("x" + inputs.size(), t)));
        List<Port> outputs = new ArrayList<>();
        graph().outputs().values().forEach(v -> outputs.add(new Port("y" + outputs.size(), v.type())));
        return List.of(new Signature(Signature.DEFAULT, inputs, outputs));
    }

    @Override
    public List<Variable> variables() {
        return List.of();
    }

    @Override
    public Graph lower(String signature, List<TensorType> inputs, Mode mode) {
        return graph();
    }

    @Override
    public Graph lowerParts(String signature, List<TensorType> inputs, Mode mode) {
        return graph();
    }

    @Override
    public List<Program.Part> parts() {
        return List.of();
    }

    @Override
    public String name() {
        return "one";
    }
}
