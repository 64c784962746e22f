package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Input;
import java.util.List;
import java.util.function.UnaryOperator;

/** Several ops as one node. The body is the sub-graph that was cut out, so it means exactly what it replaced. */
public record Fused(Graph body) implements Op.Composite {
    @Override
    public Op mapBodies(UnaryOperator<Graph> f) {
        return new Fused(f.apply(body));
    }

    @Override
    public List<Value> expand(Builder b, List<Value> in) {
        return Rewriter.inline(body, b, in);
    }

    /** The ops of the body in order, without its inputs. */
    public List<Op> ops() {
        return body.nodes().stream()
                .map(Node::op)
                .filter(op -> !(op instanceof Input) && !(op instanceof Constant))
                .toList();
    }

    @Override
    public String toString() {
        return "Fused" + ops();
    }
}
