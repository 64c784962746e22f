package dev.posthorn.ir.op.example;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Copy;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Features of many examples put together; {@code batch} says whether there is an axis of examples. */
record Rows(boolean batch) {
    /** The feature of that key, checked to be of its type; null where it is not there. */
    static Tensor of(Map<String, Tensor> example, Fields.Field f, int row) {
        Tensor t = example.get(f.key());
        checkType(t, f, row);
        return t;
    }

    static void checkType(Tensor t, Fields.Field f, int row) {
        if (t != null && t.dtype() != f.dtype()) {
            throw new ShapeException("expected feature '" + f.key() + "' of " + f.dtype() + " but was " + t.dtype()
                    + " (example " + row + ")");
        }
    }

    static Tensor joined(List<Tensor> parts, DType dtype) {
        long n = parts.stream().mapToLong(Tensor::size).sum();
        Tensor all = Tensor.zeros(TensorType.of(dtype, Math.toIntExact(n)));
        int at = 0;
        for (Tensor t : parts) {
            System.arraycopy(t.data(), 0, all.data(), at, t.size());
            at += t.size();
        }
        return all;
    }

    /** Indices, values and shape. */
    List<Tensor> sparse(List<Map<String, Tensor>> examples, Fields.Field f) {
        List<Tensor> parts = new ArrayList<>();
        java.util.stream.LongStream.Builder indices = java.util.stream.LongStream.builder();
        int longest = 0;
        for (int i = 0; i < examples.size(); i++) {
            Tensor t = of(examples.get(i), f, i);
            for (int j = 0; t != null && j < t.size(); j++) {
                if (batch) {
                    indices.add(i);
                }
                indices.add(j);
            }
            if (t != null) {
                parts.add(t);
                longest = Math.max(longest, t.size());
            }
        }
        Tensor values = joined(parts, f.dtype());
        long[] shape = batch ? new long[] {examples.size(), longest} : new long[] {longest};
        return List.of(
                Tensor.of(Shape.of(values.size(), shape.length), indices.build().toArray()),
                values,
                Tensor.of(Shape.of(shape.length), shape));
    }

    /** One tensor; what is missing is the default. */
    Tensor dense(List<Map<String, Tensor>> examples, Fields.Field f, Tensor defaults) {
        int each = f.size();
        int longest = 1;
        List<Tensor> rows = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            Tensor t = of(examples.get(i), f, i);
            if (t != null && (f.isOpen() ? each == 0 || t.size() % each != 0 : t.size() != each)) {
                throw new ShapeException("expected feature '" + f.key() + "' of shape " + f.shape() + " but was "
                        + t.size() + " values (example " + i + ")");
            }
            if (t == null && !f.isOpen() && defaults.size() == 0) {
                throw new ShapeException("expected feature '" + f.key() + "' but was none (example " + i + ")");
            }
            rows.add(t);
            longest = i == 0 && f.isOpen() ? 0 : longest;
            longest = t != null && f.isOpen() ? Math.max(longest, t.size() / each) : longest;
        }
        Shape one = f.isOpen() ? f.shape().with(0, rows.isEmpty() ? 0 : longest) : f.shape();
        Tensor y = Tensor.zeros(new TensorType(f.dtype(), batch ? one.insert(0, rows.size()) : one));
        int size = one.size();
        for (int i = 0; i < rows.size(); i++) {
            Tensor t = rows.get(i);
            int n = t == null ? 0 : t.size();
            if (n > 0) {
                System.arraycopy(t.data(), 0, y.data(), i * size, n);
            }
            for (int j = n; j < size && defaults.size() > 0 && (t == null || f.isOpen()); j++) {
                Copy.element(defaults, defaults.size() == 1 ? 0 : j, y, i * size + j);
            }
        }
        return y;
    }

    /** Values and splits. */
    List<Tensor> ragged(List<Map<String, Tensor>> examples, Fields.Field f) {
        List<Tensor> parts = new ArrayList<>();
        long[] splits = new long[examples.size() + 1];
        for (int i = 0; i < examples.size(); i++) {
            Tensor t = of(examples.get(i), f, i);
            splits[i + 1] = splits[i] + (t == null ? 0 : t.size());
            if (t != null) {
                parts.add(t);
            }
        }
        Tensor ends = Tensor.of(Shape.of(splits.length), splits).cast(f.splits());
        return List.of(joined(parts, f.dtype()), ends);
    }

    /** All that {@code fields} takes, as TensorFlow orders it. */
    List<Tensor> all(List<Map<String, Tensor>> examples, Fields fields, List<Tensor> defaults) {
        List<List<Tensor>> sparse =
                fields.sparse().stream().map(f -> sparse(examples, f)).toList();
        List<List<Tensor>> ragged =
                fields.ragged().stream().map(f -> ragged(examples, f)).toList();
        List<Tensor> out = new ArrayList<>(columns(sparse, 3));
        for (int i = 0; i < fields.dense().size(); i++) {
            out.add(dense(examples, fields.dense().get(i), defaults.get(i)));
        }
        out.addAll(columns(ragged, 2));
        return out;
    }

    /** First of all, then second of all, … */
    static List<Tensor> columns(List<List<Tensor>> rows, int n) {
        List<Tensor> all = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            for (List<Tensor> row : rows) {
                all.add(row.get(i));
            }
        }
        return all;
    }

    /** The types of what {@link #all} gives. */
    List<TensorType> types(Fields fields, int examples) {
        List<TensorType> all = new ArrayList<>();
        int rank = batch ? 2 : 1;
        fields.sparse().forEach(f -> all.add(TensorType.of(DType.INT64, Shape.UNKNOWN, rank)));
        fields.sparse().forEach(f -> all.add(TensorType.of(f.dtype(), Shape.UNKNOWN)));
        fields.sparse().forEach(f -> all.add(TensorType.of(DType.INT64, rank)));
        fields.dense()
                .forEach(f ->
                        all.add(new TensorType(f.dtype(), batch ? f.shape().insert(0, examples) : f.shape())));
        fields.ragged().forEach(f -> all.add(TensorType.of(f.dtype(), Shape.UNKNOWN)));
        fields.ragged()
                .forEach(f ->
                        all.add(TensorType.of(f.splits(), examples == Shape.UNKNOWN ? Shape.UNKNOWN : examples + 1)));
        return all;
    }
}
