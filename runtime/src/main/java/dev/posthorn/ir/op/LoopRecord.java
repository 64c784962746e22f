package dev.posthorn.ir.op;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What carries of a {@link While} were before each of its steps. Those that keep their shape are stacked; of others the
 * elements stand one after the other, and the shapes are stacked.
 *
 * @param steps how many steps there were, an int32 scalar
 * @param values what was recorded of each carry
 * @param shapes the shapes of each carry that changes its shape; empty for others
 */
record LoopRecord(Value steps, List<Value> values, List<Optional<Value>> shapes) {
    /** A carry as it was, and where its elements begin, if it changes its shape. */
    record Item(Value value, Optional<Value> begin) {}

    /** Runs the loop on {@code operands} and records these carries. */
    static LoopRecord of(Builder b, While loop, List<Value> operands, List<Integer> carries) {
        Builder step = new Builder();
        Graph body = loop.body();
        int n = loop.carries();
        List<Value> in = new ArrayList<>();
        for (int i = 0; i < body.inputs().size(); i++) {
            in.add(step.input("in" + i, body.inputs().get(i).type()));
        }
        List<Value> first = new ArrayList<>(operands.subList(0, n));
        List<Value> records = new ArrayList<>();
        List<Value> next = new ArrayList<>(Rewriter.inline(body, step, in));
        add(step, TensorType.of(DType.INT32), records);
        first.add(b.constant(DType.INT32, 0));
        next.add(step.binary(Binary.Fn.ADD, records.get(0), 1));
        List<Boolean> changes = new ArrayList<>();
        List<Value> settled = b.addAll(loop, operands);
        for (int i : carries) {
            Value x = in.get(i);
            Shape shape = settled.get(i).shape();
            boolean flat = !shape.isKnown();
            changes.add(flat);
            List<Value> parts = new ArrayList<>();
            if (flat) {
                Value dims = step.add(new ShapeOf(), x);
                parts.add(step.reshape(x, -1));
                parts.add(step.expandDims(dims, 0));
            } else {
                parts.add(step.expandDims(step.reshape(x, shape.dims()), 0));
            }
            for (Value part : parts) {
                TensorType t = part.type().withShape(part.shape().with(0, Shape.UNKNOWN));
                Value record = add(step, t, records);
                first.add(none(b, t));
                next.add(step.concat(0, List.of(record, part)));
            }
        }
        Map<String, Value> results = new LinkedHashMap<>();
        next.forEach(v -> results.put("next" + results.size(), v));
        List<Value> inputs = new ArrayList<>(in.subList(0, n));
        inputs.addAll(records);
        inputs.addAll(in.subList(n, in.size()));
        first.addAll(operands.subList(n, operands.size()));
        While recording =
                new While(condition(loop, records), step.graph(inputs, results, Map.of()), n + records.size());
        List<Value> out = b.addAll(recording, first);
        List<Value> values = new ArrayList<>();
        List<Optional<Value>> shapes = new ArrayList<>();
        int at = n + 1;
        for (boolean flat : changes) {
            values.add(out.get(at++));
            shapes.add(flat ? Optional.of(out.get(at++)) : Optional.empty());
        }
        return new LoopRecord(out.get(n), values, shapes);
    }

    private static Value add(Builder step, TensorType type, List<Value> records) {
        Value v = step.input("record" + records.size(), type);
        records.add(v);
        return v;
    }

    private static Value none(Builder b, TensorType t) {
        Dim[] dims = new Dim[t.shape().rank()];
        for (int a = 0; a < dims.length; a++) {
            dims[a] = Dim.of(Math.max(t.shape().dim(a), 0));
        }
        return b.broadcastTo(b.constant(Tensor.zeros(TensorType.of(t.dtype()))), dims);
    }

    /** The loop's condition, which passes over the records. */
    private static Graph condition(While loop, List<Value> records) {
        Builder b = new Builder();
        List<Value> seen = new ArrayList<>();
        loop.condition().inputs().forEach(v -> seen.add(b.input("in" + seen.size(), v.type())));
        List<Value> inputs = new ArrayList<>(seen.subList(0, loop.carries()));
        records.forEach(r -> inputs.add(b.input("record" + inputs.size(), r.type())));
        inputs.addAll(seen.subList(loop.carries(), seen.size()));
        Value holds = Rewriter.inline(loop.condition(), b, seen).get(0);
        return b.graph(inputs, Map.of("holds", holds), Map.of());
    }

    /** Where the elements of the last step end, for each carry that changes its shape. */
    List<Value> ends(Builder b) {
        List<Value> ends = new ArrayList<>();
        for (int k = 0; k < values.size(); k++) {
            if (shapes.get(k).isPresent()) {
                Value n = b.slice(b.add(new ShapeOf(), values.get(k)), 0, 0, 1);
                ends.add(b.add(new Reshape(), n, b.ints()));
            }
        }
        return ends;
    }

    /** The same record seen from the body of another loop: its values become inputs there. */
    LoopRecord inside(Builder inner, List<Value> inputs, List<Value> operands) {
        List<Value> own = new ArrayList<>();
        List<Optional<Value>> ownShapes = new ArrayList<>();
        for (int k = 0; k < values.size(); k++) {
            own.add(inner.input("recorded" + k, values.get(k).type()));
            inputs.add(own.get(k));
            operands.add(values.get(k));
            Optional<Value> shape = shapes.get(k);
            int at = k;
            ownShapes.add(shape.map(s -> inner.input("shapes" + at, s.type())));
            ownShapes.get(k).ifPresent(inputs::add);
            shape.ifPresent(operands::add);
        }
        return new LoopRecord(inputs.get(0), own, ownShapes);
    }

    /** Carry {@code k} of the record before the step of that number; {@code ends} says where its elements end. */
    Item item(Builder b, int k, TensorType type, Value step, List<Value> ends) {
        if (shapes.get(k).isEmpty()) {
            return new Item(b.gather(values.get(k), step, 0), Optional.empty());
        }
        int before =
                (int) shapes.subList(0, k).stream().filter(Optional::isPresent).count();
        Value shape = b.gather(shapes.get(k).get(), step, 0);
        Value size = b.reduce(Reduce.Fn.PROD, shape, false, 0);
        Value begin = b.minus(ends.get(before), size);
        Value part = b.add(new DynamicSlice(List.of(1)), values.get(k), b.reshape(begin, 1), b.reshape(size, 1));
        if (!type.shape().isRanked()) {
            return new Item(b.add(new Reshape(), part, shape), Optional.of(begin));
        }
        Dim[] dims = new Dim[type.shape().rank()];
        for (int a = 0; a < dims.length; a++) {
            Value d = b.add(new Reshape(), b.slice(shape, 0, a, a + 1), b.ints());
            int known = type.shape().dim(a);
            dims[a] = known == Shape.UNKNOWN ? new Dim(Shape.UNKNOWN, d) : Dim.of(known);
        }
        return new Item(b.reshape(part, dims), Optional.of(begin));
    }
}
