package dev.posthorn.tools.diagram;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.keras.KerasProgram;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.model.Port;
import dev.posthorn.model.Program;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.Signature;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.tools.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Models as diagrams: the layers of a Keras model, the operations of a graph of TensorFlow in the scopes of their names. */
public final class ModelDiagram {
    /** What a layer is marked with. */
    public interface Marks {
        /** Marks nothing. */
        Marks NONE = path -> Optional.empty();

        Optional<Mark> of(String path);
    }

    /** What stands at a box, its colour, and where a page tells more. */
    public record Mark(String note, Diagram.Tone tone, String link) {}

    private ModelDiagram() {}

    /** The diagram of a signature, everything shown; layers are named by their paths. */
    public static Diagram of(Model model, String signature, Marks marks) {
        return model.program() instanceof KerasProgram p
                ? layers(p.parts(), "", model.signature(signature).inputs(), marks)
                : ScopeDiagram.of(graph(model, signature));
    }

    /** The graph for inputs of any size where it can be read so, else for one row (and for 1 in all else that is open). */
    private static Graph graph(Model model, String signature) {
        List<TensorType> types =
                model.signature(signature).inputs().stream().map(Port::type).toList();
        try {
            return model.program().lower(signature, types, Mode.INFERENCE);
        } catch (ShapeException | UnsupportedModelException | IllegalArgumentException e) {
            List<TensorType> known = types.stream()
                    .map(t -> t.shape().isRanked()
                            ? t.withShape(Shape.of(Arrays.stream(t.shape().dims())
                                    .map(d -> d < 0 ? 1 : d)
                                    .toArray()))
                            : t)
                    .toList();
            if (known.equals(types)) {
                throw e;
            }
            return model.program().lower(signature, known, Mode.INFERENCE);
        }
    }

    private static Diagram layers(List<Program.Part> parts, String path, List<Port> inputs, Marks marks) {
        List<Diagram.Box> boxes = new ArrayList<>();
        List<Diagram.Arrow> arrows = new ArrayList<>();
        boolean linked = parts.stream().anyMatch(p -> !p.inputs().isEmpty());
        String before = "";
        for (int i = 0;
                i < inputs.size()
                        && !linked
                        && parts.stream().noneMatch(p -> p.type().equals("InputLayer"));
                i++) {
            Port port = inputs.get(i);
            before = "in:" + path + i;
            boxes.add(new Diagram.Box(
                    before,
                    port.name(),
                    "input",
                    "",
                    port.type().toString(),
                    Diagram.Tone.PLAIN,
                    "",
                    Optional.empty()));
        }
        for (Program.Part p : parts) {
            String at = path + p.name();
            Optional<Mark> mark = marks.of(at);
            boxes.add(new Diagram.Box(
                    at,
                    p.name(),
                    p.type(),
                    mark.map(Mark::note).orElse(p.parameters() == 0 ? "" : Text.count(p.parameters())),
                    values(p.outputs()),
                    mark.map(Mark::tone).orElse(Diagram.Tone.PLAIN),
                    mark.map(Mark::link).orElse(""),
                    p.parts().isEmpty()
                            ? Optional.empty()
                            : Optional.of(layers(p.parts(), at + "/", List.of(), marks))));
            if (!linked && !before.isEmpty()) {
                arrows.add(new Diagram.Arrow(before, at));
            }
            p.inputs().stream()
                    .map(Program.Link::part)
                    .distinct()
                    .filter(from -> !from.equals(p.name()))
                    .forEach(from -> arrows.add(new Diagram.Arrow(path + from, at)));
            before = at;
        }
        return new Diagram(boxes, arrows);
    }

    static String values(List<TensorType> types) {
        return types.stream().map(TensorType::toString).collect(Collectors.joining(", "));
    }

    /** The signature that is drawn where none is named. */
    public static String signature(Model model) {
        List<String> names =
                model.program().signatures().stream().map(Signature::name).toList();
        return names.contains(Signature.DEFAULT) || names.isEmpty() ? Signature.DEFAULT : names.get(0);
    }
}
