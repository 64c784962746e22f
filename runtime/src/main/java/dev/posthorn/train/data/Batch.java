package dev.posthorn.train.data;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ShapeException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Rows that go through a model together. Values are named by input or output of the model, or numbered {@code 0, 1, …} in
 * the model's order; all have the same number of rows.
 *
 * @param x what the model takes
 * @param y what it should give; an output that no loss and no metric needs may be absent
 * @param sampleWeight how much each row (or each step of each row) counts; one for all outputs, or one an output, or none
 */
public record Batch(Map<String, Tensor> x, Map<String, Tensor> y, Map<String, Tensor> sampleWeight) {
    public Batch {
        x = Collections.unmodifiableMap(new LinkedHashMap<>(x));
        y = Collections.unmodifiableMap(new LinkedHashMap<>(y));
        sampleWeight = Collections.unmodifiableMap(new LinkedHashMap<>(sampleWeight));
        int rows = -1;
        for (Map<String, Tensor> part : List.of(x, y, sampleWeight)) {
            for (Map.Entry<String, Tensor> e : part.entrySet()) {
                Tensor t = e.getValue();
                if (t.shape().rank() == 0 || rows >= 0 && t.shape().dim(0) != rows) {
                    throw new ShapeException("batch: expected " + (rows < 0 ? "rows" : rows + " rows") + " but was "
                            + t.type() + ", at '" + e.getKey() + "'");
                }
                rows = t.shape().dim(0);
            }
        }
        if (x.isEmpty()) {
            throw new ShapeException("batch: expected inputs but was none");
        }
    }

    /** Rows of a model of one input and one output. */
    public static Batch of(Tensor x, Tensor y) {
        return of(List.of(x), List.of(y));
    }

    /** Rows of a model of one input and one output, with their weights. */
    public static Batch of(Tensor x, Tensor y, Tensor sampleWeight) {
        return of(List.of(x), List.of(y), List.of(sampleWeight));
    }

    /** Inputs and outputs in the model's order. */
    public static Batch of(List<Tensor> x, List<Tensor> y) {
        return of(x, y, List.of());
    }

    public static Batch of(List<Tensor> x, List<Tensor> y, List<Tensor> sampleWeight) {
        return new Batch(numbered(x), numbered(y), numbered(sampleWeight));
    }

    private static Map<String, Tensor> numbered(List<Tensor> tensors) {
        Map<String, Tensor> map = new LinkedHashMap<>();
        tensors.forEach(t -> map.put(String.valueOf(map.size()), t));
        return map;
    }

    public int rows() {
        return x.values().iterator().next().shape().dim(0);
    }

    /** The same with every tensor replaced. */
    public Batch map(UnaryOperator<Tensor> f) {
        return new Batch(map(x, f), map(y, f), map(sampleWeight, f));
    }

    private static Map<String, Tensor> map(Map<String, Tensor> part, UnaryOperator<Tensor> f) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        part.forEach((name, t) -> out.put(name, f.apply(t)));
        return out;
    }
}
