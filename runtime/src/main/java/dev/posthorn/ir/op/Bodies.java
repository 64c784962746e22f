package dev.posthorn.ir.op;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.List;

/** What the ops that hold graphs share. */
final class Bodies {
    private Bodies() {}

    /** The types of a body's results for these types of its arguments, which may be known better than the body's own. */
    static List<TensorType> results(Graph body, List<TensorType> arguments, String what) {
        if (arguments.size() != body.inputs().size()) {
            throw new ShapeException(
                    "expected " + body.inputs().size() + " operands for " + what + " but was " + arguments.size());
        }
        boolean same = true;
        for (int i = 0; i < arguments.size(); i++) {
            TensorType taken = body.inputs().get(i).type();
            TensorType given = arguments.get(i);
            if (given.dtype() != taken.dtype() || !taken.shape().accepts(given.shape())) {
                throw new ShapeException(
                        "expected " + taken + " for operand " + i + " of " + what + " but was " + given);
            }
            same &= taken.equals(given);
        }
        if (same) {
            return body.results().stream().map(Value::type).toList();
        }
        Builder b = new Builder();
        List<Value> inputs = new ArrayList<>();
        for (TensorType t : arguments) {
            inputs.add(b.input("in" + inputs.size(), t));
        }
        return Rewriter.inline(body, b, inputs).stream().map(Value::type).toList();
    }

    static List<Tensor> run(Evaluation body, List<Tensor> arguments) {
        return List.copyOf(body.run(arguments, key -> null).outputs().values());
    }

    /** The most that is known of a value that has one type or the other. */
    static TensorType join(TensorType a, TensorType b, String what) {
        if (a.dtype() != b.dtype()) {
            throw new ShapeException("expected one dtype for " + what + " but was " + a + " and " + b);
        }
        return a.withShape(Shape.join(a.shape(), b.shape()));
    }
}
