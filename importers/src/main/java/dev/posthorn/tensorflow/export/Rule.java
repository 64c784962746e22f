package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import java.util.Arrays;
import java.util.List;

/** How the nodes of one op are written. */
record Rule<O extends Op>(Class<O> type, Writing<O> writing) {
    /** Writes a node whose inputs have these names; the names of its outputs. */
    interface Writing<O extends Op> {
        List<String> write(O op, Node n, List<String> in, FunctionWriter w);
    }

    static <O extends Op> Rule<O> of(Class<O> type, Writing<O> writing) {
        return new Rule<>(type, writing);
    }

    /** A node of one op of TensorFlow, with one output. */
    static <O extends Op> Rule<O> one(Class<O> type, One<O> one) {
        return new Rule<>(type, (op, n, in, w) -> List.of(one.write(op, n, in, w)));
    }

    /** The attributes of a node. */
    interface Attributes<O extends Op> {
        Attrs of(O op, Node n);
    }

    /** A node of one op of TensorFlow on the same operands; its outputs by their names in that op's definition. */
    static <O extends Op> Rule<O> same(Class<O> type, String name, String outputs, Attributes<O> attributes) {
        String[] all = outputs.split(" ");
        return new Rule<>(
                type,
                (op, n, in, w) -> Rules.outputs(
                        w.add(name, all[0], in, attributes.of(op, n)), Arrays.copyOfRange(all, 1, all.length)));
    }

    /** Writes a node; the name of its output. */
    interface One<O extends Op> {
        String write(O op, Node n, List<String> in, FunctionWriter w);
    }

    List<String> write(Node n, List<String> in, FunctionWriter w) {
        return writing.write(type.cast(n.op()), n, in, w);
    }
}
