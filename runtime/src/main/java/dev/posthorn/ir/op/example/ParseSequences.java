package dev.posthorn.ir.op.example;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Features of serialised tf.SequenceExample: {@code s[n] or s[], default₀ … → } those of the context as {@link ParseExamples}
 * gives them, then those of lists: {@code indices…, values…, shapes…} of the sparse, {@code y[n×steps×…]…} of the dense,
 * filled up with 0, {@code lengths[n]…} of these, {@code values…, outer splits…, inner splits…} of the ragged.
 *
 * <p>(C1) features of their types and sizes. (C2) dense lists are there, but those of {@code mayLack}. Source: TF
 * ParseSequenceExampleV2, ParseSingleSequenceExample.
 */
public record ParseSequences(Fields context, Fields lists, Set<String> mayLack) implements Op.Primitive {
    public ParseSequences {
        mayLack = Set.copyOf(mayLack);
    }

    @Override
    public List<TensorType> infer(Operands in) {
        Shape s = in.count(1 + context.dense().size()).shape(0);
        if (in.dtype(0) != DType.STRING || s.isRanked() && s.rank() > 1) {
            throw new ShapeException("expected serialised examples but was " + in.type(0));
        }
        boolean batch = s.rank() == 1;
        int n = batch ? s.dim(0) : 1;
        List<TensorType> all = new ArrayList<>(new Rows(batch).types(context, n));
        int rank = batch ? 3 : 2;
        lists.sparse().forEach(f -> all.add(TensorType.of(DType.INT64, Shape.UNKNOWN, rank)));
        lists.sparse().forEach(f -> all.add(TensorType.of(f.dtype(), Shape.UNKNOWN)));
        lists.sparse().forEach(f -> all.add(TensorType.of(DType.INT64, rank)));
        for (Fields.Field f : lists.dense()) {
            Shape steps = f.shape().insert(0, Shape.UNKNOWN);
            all.add(new TensorType(f.dtype(), batch ? steps.insert(0, n) : steps));
        }
        lists.dense().forEach(f -> all.add(batch ? TensorType.of(DType.INT64, n) : TensorType.of(DType.INT64)));
        lists.ragged().forEach(f -> all.add(TensorType.of(f.dtype(), Shape.UNKNOWN)));
        lists.ragged().forEach(f -> all.add(TensorType.of(f.splits(), n == Shape.UNKNOWN ? n : n + 1)));
        lists.ragged().forEach(f -> all.add(TensorType.of(f.splits(), Shape.UNKNOWN)));
        return all;
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        boolean batch = in.get(0).shape().rank() == 1;
        List<Map<String, Tensor>> contexts = new ArrayList<>();
        List<Map<String, List<Tensor>>> all = new ArrayList<>();
        for (byte[] s : in.get(0).byteStrings()) {
            contexts.add(new LinkedHashMap<>());
            all.add(new LinkedHashMap<>());
            ExampleBytes.sequence(s, contexts.get(contexts.size() - 1), all.get(all.size() - 1));
        }
        List<Tensor> y = new ArrayList<>(new Rows(batch).all(contexts, context, in.subList(1, in.size())));
        y.addAll(Rows.columns(
                lists.sparse().stream().map(f -> sparse(all, f, batch)).toList(), 3));
        y.addAll(Rows.columns(
                lists.dense().stream().map(f -> dense(all, f, batch)).toList(), 2));
        y.addAll(Rows.columns(lists.ragged().stream().map(f -> ragged(all, f)).toList(), 3));
        return y;
    }

    private static List<Tensor> steps(Map<String, List<Tensor>> example, Fields.Field f, int row) {
        List<Tensor> steps = new ArrayList<>();
        for (Tensor t : example.getOrDefault(f.key(), List.of())) {
            Rows.checkType(t, f, row);
            steps.add(t == null ? Tensor.zeros(TensorType.of(f.dtype(), 0)) : t);
        }
        return steps;
    }

    private static List<Tensor> sparse(List<Map<String, List<Tensor>>> all, Fields.Field f, boolean batch) {
        LongStream.Builder indices = LongStream.builder();
        List<Tensor> parts = new ArrayList<>();
        long most = 0;
        long longest = 0;
        for (int i = 0; i < all.size(); i++) {
            List<Tensor> steps = steps(all.get(i), f, i);
            most = Math.max(most, steps.size());
            for (int t = 0; t < steps.size(); t++) {
                for (int j = 0; j < steps.get(t).size(); j++) {
                    if (batch) {
                        indices.add(i);
                    }
                    indices.add(t).add(j);
                }
                longest = Math.max(longest, steps.get(t).size());
            }
            parts.addAll(steps);
        }
        Tensor values = Rows.joined(parts, f.dtype());
        long[] shape = batch ? new long[] {all.size(), most, longest} : new long[] {most, longest};
        return List.of(
                Tensor.of(Shape.of(values.size(), shape.length), indices.build().toArray()),
                values,
                Tensor.of(Shape.of(shape.length), shape));
    }

    private List<Tensor> dense(List<Map<String, List<Tensor>>> all, Fields.Field f, boolean batch) {
        int most = 0;
        long[] lengths = new long[all.size()];
        List<List<Tensor>> rows = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (!all.get(i).containsKey(f.key()) && !mayLack.contains(f.key())) { // (C2)
                throw new ShapeException("expected list '" + f.key() + "' but was none (example " + i + ")");
            }
            rows.add(steps(all.get(i), f, i));
            lengths[i] = rows.get(i).size();
            most = Math.max(most, rows.get(i).size());
        }
        Shape steps = f.shape().insert(0, most);
        int each = f.shape().size();
        Tensor y = Tensor.zeros(new TensorType(f.dtype(), batch ? steps.insert(0, rows.size()) : steps));
        for (int i = 0; i < rows.size(); i++) {
            for (int t = 0; t < rows.get(i).size(); t++) {
                Tensor step = rows.get(i).get(t);
                if (step.size() != each) { // (C1)
                    throw new ShapeException("expected list '" + f.key() + "' of steps of shape " + f.shape()
                            + " but was " + step.size() + " values (example " + i + ", step " + t + ")");
                }
                System.arraycopy(step.data(), 0, y.data(), (i * most + t) * each, each);
            }
        }
        Tensor n = Tensor.of(Shape.of(lengths.length), lengths);
        return List.of(y, batch ? n : n.reshape(Shape.SCALAR));
    }

    private static List<Tensor> ragged(List<Map<String, List<Tensor>>> all, Fields.Field f) {
        List<Tensor> parts = new ArrayList<>();
        long[] outer = new long[all.size() + 1];
        LongStream.Builder inner = LongStream.builder().add(0);
        long n = 0;
        for (int i = 0; i < all.size(); i++) {
            for (Tensor t : steps(all.get(i), f, i)) {
                parts.add(t);
                n += t.size();
                inner.add(n);
            }
            outer[i + 1] = parts.size();
        }
        long[] ends = inner.build().toArray();
        return List.of(
                Rows.joined(parts, f.dtype()),
                Tensor.of(Shape.of(outer.length), outer).cast(f.splits()),
                Tensor.of(Shape.of(ends.length), ends).cast(f.splits()));
    }
}
