package dev.posthorn.tensorflow;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.proto.AttrValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Where a graph is read to: a builder and the state at this point. A branch or loop body has a frame of its own. */
public final class Frame {
    private final GraphReader reader;
    private final Builder builder;
    private final State state;

    Frame(GraphReader reader, Builder builder, State state) {
        this.reader = reader;
        this.builder = builder;
        this.state = state;
    }

    public Builder builder() {
        return builder;
    }

    public State state() {
        return state;
    }

    GraphReader reader() {
        return reader;
    }

    /** What the model has beside its graph. */
    public Resources resources() {
        return reader.resources();
    }

    /** Reads a function's body here, for these arguments. */
    public List<TfValue> call(String function, List<TfValue> arguments, Map<String, AttrValue> attributes) {
        return reader.call(function, arguments, attributes, this);
    }

    /** A frame for a graph that an op holds. */
    public SubGraph subGraph() {
        return new SubGraph(this);
    }

    /** The tensor that an edge carries. */
    public Value value(TfValue v, String op, String where) {
        if (v instanceof TfValue.Of of) {
            return of.value();
        }
        if (v instanceof TfValue.Known known) {
            return builder.constant(known.value());
        }
        if (v instanceof TfValue.Restored restored) {
            return builder.constant(restored.value());
        }
        if (v instanceof TfValue.Reference r) {
            return state.read(r.key());
        }
        if (v instanceof TfValue.Nothing) {
            throw new UnsupportedModelException(
                    op + ": expected an operand that is supported but was an output that is not computed, at " + where);
        }
        if (v instanceof TfValue.Missing m) {
            throw new UnsupportedModelException(
                    op + ": expected an object that is supported but was " + m.what() + ", at " + where);
        }
        throw new ModelFormatException(
                op + ": expected a tensor but was " + v.getClass().getSimpleName() + ", at " + where);
    }

    /** The elements of an integer vector of known length, as dimensions. */
    public List<Dim> dims(Value v) {
        List<Dim> dims = new ArrayList<>();
        if (v.node().op() instanceof Constant c) {
            for (int i = 0; i < c.value().size(); i++) {
                dims.add(Dim.of(Math.toIntExact(c.value().getLong(i))));
            }
            return dims;
        }
        int n = v.shape().isRanked() && v.shape().rank() == 1 ? v.shape().dim(0) : Shape.UNKNOWN;
        if (n == Shape.UNKNOWN) {
            throw new UnsupportedModelException(
                    "shape: expected a shape of known rank but was " + v.type() + ", at " + builder.scope());
        }
        Value ints = builder.cast(v, DType.INT32);
        for (int i = 0; i < n; i++) {
            Value one = builder.add(new Reshape(), builder.slice(ints, 0, i, i + 1), builder.ints());
            boolean known = one.node().op() instanceof Constant;
            dims.add(known ? Dim.of(((Constant) one.node().op()).value().ints()[0]) : new Dim(Shape.UNKNOWN, one));
        }
        return dims;
    }
}
