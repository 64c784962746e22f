package dev.posthorn.tensorflow;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.proto.NodeDef;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** One node of a TensorFlow graph, as the function that reads its op sees it. */
public final class Site {
    private final NodeDef node;
    private final List<TfValue> inputs;
    private final Frame frame;
    private final Attributes attributes;
    private final String where;
    private final String function;

    Site(NodeDef node, List<TfValue> inputs, Frame frame, Attributes attributes, String where, String function) {
        this.node = node;
        this.inputs = inputs;
        this.frame = frame;
        this.attributes = attributes;
        this.where = where;
        this.function = function;
    }

    /** The state that counts what this node has drawn; where a function is called several times, its calls share it. */
    public String counter() {
        return Resources.counter(function.isEmpty() ? node.getName() : function + "/" + node.getName());
    }

    /** This node on other inputs. */
    public Site given(TfValue... others) {
        return new Site(node, List.of(others), frame, attributes, where, function);
    }

    /** Where IR is written. */
    public Builder b() {
        return frame.builder();
    }

    /** Where the graph is read: its state and its functions. */
    public Frame frame() {
        return frame;
    }

    public Attributes attributes() {
        return attributes;
    }

    /** The node's own name. */
    public String name() {
        return node.getName();
    }

    public String op() {
        return node.getOp();
    }

    /** The node's path, for errors. */
    public String where() {
        return where;
    }

    /** The number of inputs. */
    public int count() {
        return inputs.size();
    }

    public TfValue raw(int i) {
        if (i >= inputs.size()) {
            throw new ModelFormatException(node.getOp() + ": expected at least " + (i + 1) + " inputs but was "
                    + inputs.size() + ", at " + where);
        }
        return inputs.get(i);
    }

    public List<TfValue> raws() {
        return inputs;
    }

    /** Input {@code i} as a tensor; a variable of TensorFlow 1 is read. */
    public Value in(int i) {
        return frame.value(raw(i), node.getOp(), where);
    }

    /** Inputs {@code from} (inclusive) to {@code to} (exclusive). */
    public List<Value> in(int from, int to) {
        return IntStream.range(from, to).mapToObj(this::in).toList();
    }

    /** All inputs. */
    public List<Value> all() {
        return in(0, inputs.size());
    }

    public DType dtype(int i) {
        return in(i).dtype();
    }

    /** The shape of input {@code i}, whose rank must be known. */
    public Shape shape(int i) {
        Shape s = in(i).shape();
        if (!s.isRanked()) {
            throw unsupported("an operand of unknown rank (input " + i + ")");
        }
        return s;
    }

    public boolean isConstant(int i) {
        return in(i).node().op() instanceof Constant;
    }

    /** The value of input {@code i}, which must be known before the graph runs. */
    public Tensor constant(int i) {
        if (in(i).node().op() instanceof Constant c) {
            return c.value();
        }
        throw unsupported("an operand that is known only when the graph runs (input " + i + ")");
    }

    /** Input {@code i} as integers, which must be known before the graph runs. */
    public int[] ints(int i) {
        Tensor t = constant(i);
        return IntStream.range(0, t.size())
                .map(k -> (int) Math.max(Math.min(t.getLong(k), Integer.MAX_VALUE), Integer.MIN_VALUE))
                .toArray();
    }

    public List<Integer> intList(int i) {
        return IntStream.of(ints(i)).boxed().toList();
    }

    /** Input {@code i} as one integer, which must be known before the graph runs. */
    public int integer(int i) {
        int[] all = ints(i);
        if (all.length != 1) {
            throw new ModelFormatException(
                    node.getOp() + ": expected a scalar but was " + all.length + " elements, at " + where);
        }
        return all[0];
    }

    /** Input {@code i} as an axis of the operand {@code x}, from the start. */
    public int axis(int i, Value x) {
        return x.shape().axis(integer(i));
    }

    /** Input {@code i}, a vector of dimensions, as dimensions. */
    public List<Dim> dims(int i) {
        return frame.dims(in(i));
    }

    /** Reads the function that attribute {@code f} names in place of this node. */
    public List<TfValue> call() {
        return frame.call(attributes.function("f"), inputs, attributes.functionAttributes("f"));
    }

    /** Reads this node as a choice of two functions. */
    public List<TfValue> branch() {
        return Choice.readIf(this);
    }

    /** Reads this node as a choice of several functions. */
    public List<TfValue> branches() {
        return Choice.readCase(this);
    }

    /** Reads this node as a loop. */
    public List<TfValue> loop() {
        return Loop.read(this);
    }

    /** Why this node is not supported: {@code what} it has. */
    public UnsupportedModelException unsupported(String what) {
        return new UnsupportedModelException(
                node.getOp() + ": expected something that is supported but was " + what + ", at " + where);
    }

    /** A list of outputs of which only the first is a tensor that anything may use. */
    public List<TfValue> first(Value v, int outputs) {
        List<TfValue> all = new ArrayList<>(List.of(new TfValue.Of(v)));
        while (all.size() < outputs) {
            all.add(new TfValue.Nothing(v.dtype()));
        }
        return all;
    }
}
