package dev.posthorn.train;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.Port;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.Signature;
import dev.posthorn.train.data.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a batch looks like, by which steps are planned: once for all batches of the same shapes.
 *
 * @param x the inputs in the model's order
 * @param y the targets in the order of the outputs; empty where the batch has none for one
 * @param weights the sample weights: none, one for all outputs, or one (or none) an output
 */
record BatchTypes(List<TensorType> x, List<Optional<TensorType>> y, List<Optional<TensorType>> weights) {
    /**
     * A batch in the model's order.
     *
     * @param tensors inputs, then the targets and weights that there are
     */
    record Bound(BatchTypes types, List<Tensor> tensors) {}

    /** The values of a batch in a builder. */
    record Entered(List<Value> x, List<Optional<Value>> y, List<Optional<Value>> weights) {
        List<Value> all() {
            List<Value> all = new ArrayList<>(x);
            y.forEach(v -> v.ifPresent(all::add));
            weights.forEach(v -> v.ifPresent(all::add));
            return all;
        }

        /** The weight of the rows of an output. */
        Optional<Value> weight(int output) {
            return weights.isEmpty() ? Optional.empty() : weights.get(weights.size() == 1 ? 0 : output);
        }
    }

    int rows() {
        return x.get(0).shape().dim(0);
    }

    /** The inputs of a step; the same values each time. */
    Entered enter(Builder b, Signature s) {
        List<Value> in = new ArrayList<>();
        for (int i = 0; i < x.size(); i++) {
            in.add(b.input("x/" + s.inputs().get(i).name(), x.get(i)));
        }
        return new Entered(in, enter(b, "y/", y), enter(b, "sample_weight/", weights));
    }

    private static List<Optional<Value>> enter(Builder b, String name, List<Optional<TensorType>> types) {
        List<Optional<Value>> out = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            String id = name + i;
            out.add(types.get(i).map(t -> b.input(id, t)));
        }
        return out;
    }

    /** Brings a batch into the model's order, inputs cast to what the model takes; an error names what does not fit. */
    static Bound bind(Batch batch, Signature s) {
        List<Tensor> x = new ArrayList<>();
        List<Optional<Tensor>> found = ordered(batch.x(), s.inputs(), "input");
        for (int i = 0; i < found.size(); i++) {
            Port p = s.inputs().get(i);
            Tensor given = found.get(i)
                    .orElseThrow(() -> new ShapeException("train: expected values for input '" + p.name() + "' but was "
                            + batch.x().keySet()));
            Tensor t = ranked(given, p.type().shape());
            if (!p.type().shape().accepts(t.shape())) {
                throw new ShapeException("train: expected shape " + p.type().shape() + " but was " + t.shape()
                        + ", at input '" + p.name() + "'");
            }
            x.add(t.cast(p.type().dtype()));
        }
        List<Optional<Tensor>> y = ordered(batch.y(), s.outputs(), "output");
        List<Optional<Tensor>> w = batch.sampleWeight().size() <= 1
                ? batch.sampleWeight().values().stream().map(Optional::of).toList()
                : ordered(batch.sampleWeight(), s.outputs(), "output");
        List<Tensor> all = new ArrayList<>(x);
        y.forEach(t -> t.ifPresent(all::add));
        w.forEach(t -> t.ifPresent(all::add));
        BatchTypes types = new BatchTypes(
                x.stream().map(Tensor::type).toList(),
                y.stream().map(t -> t.map(Tensor::type)).toList(),
                w.stream().map(t -> t.map(Tensor::type)).toList());
        return new Bound(types, all);
    }

    /** With an axis of length 1 at the end, or without it, where the input has it otherwise. As in Keras's Functional. */
    private static Tensor ranked(Tensor t, Shape input) {
        Shape is = t.shape();
        if (!input.isRanked() || input.rank() == 0) {
            return t;
        }
        if (is.rank() == input.rank() - 1 && input.dim(-1) == 1) {
            return t.reshape(is.append(1));
        }
        return is.rank() == input.rank() + 1 && is.dim(-1) == 1 ? t.reshape(is.slice(0, input.rank())) : t;
    }

    /** The tensors of ports, by name, or by number where none is named. */
    private static List<Optional<Tensor>> ordered(Map<String, Tensor> given, List<Port> ports, String what) {
        List<String> names = ports.stream().map(Port::name).toList();
        boolean named = !given.isEmpty() && names.containsAll(given.keySet());
        List<Optional<Tensor>> out = new ArrayList<>();
        int used = 0;
        for (int i = 0; i < names.size(); i++) {
            Tensor t = given.get(named ? names.get(i) : String.valueOf(i));
            used += t == null ? 0 : 1;
            out.add(Optional.ofNullable(t));
        }
        if (used != given.size()) {
            throw new ShapeException(
                    "train: expected values for " + what + "s among " + names + " but was " + given.keySet());
        }
        return out;
    }
}
