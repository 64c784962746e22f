package dev.posthorn.tensorflow;

import static dev.posthorn.tensorflow.OldControlFlow.ENTER;
import static dev.posthorn.tensorflow.OldControlFlow.EXIT;
import static dev.posthorn.tensorflow.OldControlFlow.MERGE;
import static dev.posthorn.tensorflow.OldControlFlow.NEXT;
import static dev.posthorn.tensorflow.OldControlFlow.SWITCH;

import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.proto.NodeDef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The loops of TensorFlow 1's control flow. */
final class OldLoops {
    private final OldControlFlow flow;
    private final Map<String, List<NodeDef>> readers = new HashMap<>();

    OldLoops(OldControlFlow flow) {
        this.flow = flow;
        for (NodeDef n : flow.nodes.values()) {
            for (String from : GraphReader.names(n.getInputList())) {
                readers.computeIfAbsent(from, k -> new ArrayList<>()).add(n);
            }
        }
    }

    /** A loop's variable: where it enters, its merge, its switch, and what it is next. */
    private record Variable(NodeDef enter, String merge, String next, List<String> switches) {}

    private record Frame(String name, List<Variable> variables, List<NodeDef> constants, String condition) {}

    /** Puts a {@code While} in the place of each frame, inner ones first. */
    void lower() {
        Map<String, List<NodeDef>> frames = new LinkedHashMap<>();
        for (NodeDef n : flow.nodes.values()) {
            if (ENTER.contains(n.getOp())) {
                String name = n.getAttrOrThrow("frame_name").getS().toStringUtf8();
                frames.computeIfAbsent(name, k -> new ArrayList<>()).add(n);
            }
        }
        while (!frames.isEmpty()) {
            boolean progress = false;
            for (String name : List.copyOf(frames.keySet())) {
                Frame frame = frame(name, frames.get(name));
                if (frame != null) {
                    replace(frame);
                    frames.remove(name);
                    progress = true;
                }
            }
            if (!progress) {
                throw new UnsupportedModelException(
                        "loop: expected loops inside of each other but was another arrangement of the frames "
                                + frames.keySet());
            }
        }
    }

    /** The frame, or null where a loop inside of it is still there. */
    private Frame frame(String name, List<NodeDef> enters) {
        List<Variable> variables = new ArrayList<>();
        List<NodeDef> constants = new ArrayList<>();
        String condition = null;
        for (NodeDef enter : enters) {
            NodeDef merge = null;
            for (NodeDef n : readers.getOrDefault(enter.getName(), List.of())) {
                merge = MERGE.contains(n.getOp()) ? n : merge;
            }
            if (merge == null) {
                constants.add(enter);
                continue;
            }
            String next = null;
            for (String in : merge.getInputList()) {
                next = flow.is(in, NEXT) ? flow.producer(in).getInput(0) : next;
            }
            List<String> switches = new ArrayList<>();
            for (NodeDef n : readers.getOrDefault(merge.getName(), List.of())) {
                if (SWITCH.contains(n.getOp())
                        && Body.Ref.of(n.getInput(0)).node().equals(merge.getName())) {
                    switches.add(n.getName());
                    condition = flow.producer(n.getInput(1)).getInput(0);
                }
            }
            if (next == null) {
                throw new ModelFormatException("loop: expected a next value but was none, at " + merge.getName());
            }
            variables.add(new Variable(enter, merge.getName(), next, switches));
        }
        if (condition == null) {
            throw new ModelFormatException("loop: expected a condition but was none, at frame " + name);
        }
        Frame frame = new Frame(name, variables, constants, condition);
        List<String> ends = new ArrayList<>(List.of(Body.Ref.of(condition).node()));
        variables.forEach(v -> ends.add(Body.Ref.of(v.next).node()));
        boolean inner = flow.reachable(ends, border(frame)::contains).stream()
                .anyMatch(n -> EXIT.contains(flow.nodes.get(n).getOp()));
        return inner ? null : frame;
    }

    private static Set<String> border(Frame f) {
        Set<String> border = new LinkedHashSet<>();
        f.variables.forEach(v -> border.add(v.merge));
        f.variables.forEach(v -> border.addAll(v.switches));
        f.constants.forEach(c -> border.add(c.getName()));
        return border;
    }

    private void replace(Frame f) {
        Map<String, String> arguments = new LinkedHashMap<>();
        for (int i = 0; i < f.variables.size(); i++) {
            String argument = "loop_" + i;
            arguments.put(f.variables.get(i).merge, argument);
            f.variables.get(i).switches.forEach(s -> arguments.put(s, argument));
        }
        for (int i = 0; i < f.constants.size(); i++) {
            arguments.put(f.constants.get(i).getName(), "loop_" + (f.variables.size() + i));
        }
        int n = f.variables.size() + f.constants.size();
        List<String> next = new ArrayList<>();
        f.variables.forEach(v -> next.add(v.next));
        f.constants.forEach(c -> next.add(c.getName()));
        Set<String> border = border(f);
        String cond = flow.function(f.name + "/cond", n, "loop_", List.of(f.condition), arguments, border);
        String body = flow.function(f.name + "/body", n, "loop_", next, arguments, border);
        NodeDef.Builder loop = NodeDef.newBuilder()
                .setName(f.name + "/while")
                .setOp("While")
                .putAttr("cond", OldControlFlow.functionAttr(cond))
                .putAttr("body", OldControlFlow.functionAttr(body));
        f.variables.forEach(v -> loop.addInput(v.enter.getInput(0)));
        f.constants.forEach(c -> loop.addInput(c.getInput(0)));
        // Whatever the loop waited for.
        f.variables.forEach(v ->
                v.enter.getInputList().stream().filter(in -> in.startsWith("^")).forEach(loop::addInput));
        for (int i = 0; i < f.variables.size(); i++) {
            for (String from : f.variables.get(i).switches) {
                for (NodeDef exit : readers.getOrDefault(from, List.of())) {
                    if (EXIT.contains(exit.getOp()) && flow.nodes.containsKey(exit.getName())) {
                        flow.nodes.put(
                                exit.getName(),
                                NodeDef.newBuilder()
                                        .setName(exit.getName())
                                        .setOp("Identity")
                                        .addInput(loop.getName() + ":" + i)
                                        .build());
                    }
                }
            }
        }
        flow.nodes.put(loop.getName(), loop.build());
    }
}
