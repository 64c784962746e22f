package dev.posthorn.keras;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.keras.layer.Functional;
import dev.posthorn.keras.layer.InputLayer;
import dev.posthorn.keras.layer.Sequential;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Port;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The ends of a model: what it takes and gives, by name. */
final class ProgramPorts {
    private ProgramPorts() {}

    /** The same end for batches of any size. */
    static Port anyBatch(Port port) {
        Shape shape = port.type().shape();
        return !shape.isRanked() || shape.rank() == 0
                ? port
                : new Port(port.name(), port.type().withShape(shape.remove(0).insert(0, Shape.UNKNOWN)));
    }

    /** What a model takes: its input layers, or what its first layer was built with. */
    static List<Port> inputs(LayerNode root, String where) {
        List<Port> ports = new ArrayList<>();
        if (root.layer() instanceof Functional f) {
            List<String> names = f.takes().names();
            for (int i = 0; i < names.size(); i++) {
                String layer = f.inputs().get(i).layer();
                if (!(f.layer(layer).layer() instanceof InputLayer in)) {
                    throw new ModelFormatException("model: expected an InputLayer but was " + layer + ", at " + where);
                }
                ports.add(new Port(names.get(i), in.type()));
            }
        } else if (root.layer() instanceof Sequential s && s.input() != null) {
            boolean named = !s.layers().isEmpty() && s.layers().get(0).layer() instanceof InputLayer;
            String first = s.layers().isEmpty() ? "input" : s.layers().get(0).name();
            ports.add(new Port(named ? first : first + "_input", s.input()));
        } else {
            throw new ModelFormatException(
                    "model: expected a model with a known input shape but was one that was saved before it was built, at "
                            + where);
        }
        return ports;
    }

    /** The outputs, named by their keys or by the layers that make them. */
    static List<Port> outputs(LayerNode root, List<TensorType> types) {
        List<String> makers =
                root.layer() instanceof Functional f ? f.gives().names() : List.of(last((Sequential) root.layer()));
        List<Port> ports = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (int i = 0; i < types.size(); i++) {
            String name = makers.get(i);
            for (int n = 1; taken.contains(name) || n > 1 && makers.contains(name); n++) {
                name = makers.get(i) + "_" + n;
            }
            taken.add(name);
            ports.add(new Port(name, types.get(i)));
        }
        return ports;
    }

    private static String last(Sequential s) {
        return s.layers().isEmpty()
                ? "output"
                : s.layers().get(s.layers().size() - 1).name();
    }
}
