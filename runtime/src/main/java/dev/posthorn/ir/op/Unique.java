package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Slices along an axis, each once, as they come first: {@code x[a…×n×b…] → y[a…×k×b…], i[n], counts[k]}, {@code x[…, j, …] =
 * y[…, i[j], …]}; counts says how often each was there. Source: TF UniqueWithCountsV2.
 */
public record Unique(int axis, DType index) implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        TensorType x = in.count(1).type(0);
        if (index != DType.INT32 && index != DType.INT64) {
            throw new ShapeException("expected places of int32 or int64 but was " + index);
        }
        if (!x.shape().isRanked()) {
            return List.of(x, TensorType.of(index, Shape.UNKNOWN), TensorType.of(index, Shape.UNKNOWN));
        }
        int a = Index.axis(axis, x.shape());
        return List.of(
                x.withShape(x.shape().with(a, Shape.UNKNOWN)),
                TensorType.of(index, x.shape().dim(a)),
                TensorType.of(index, Shape.UNKNOWN));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        Tensor x = in.get(0);
        int n = x.shape().dim(axis);
        int outer = x.shape().size(0, axis);
        int inner = x.shape().size(axis + 1, x.shape().rank());
        Map<List<Object>, Integer> seen = new LinkedHashMap<>();
        List<Integer> first = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        Tensor places = Tensor.zeros(TensorType.of(index, n));
        for (int j = 0; j < n; j++) {
            Integer at = seen.putIfAbsent(slice(x, j, n, outer, inner), first.size());
            if (at == null) {
                at = first.size();
                first.add(j);
                counts.add(0L);
            }
            counts.set(at, counts.get(at) + 1);
            places.setLong(j, at);
        }
        int k = first.size();
        Tensor y = Tensor.zeros(x.type().withShape(x.shape().with(axis, k)));
        for (int i = 0; i < y.size(); i++) {
            int j = first.get(i / inner % k);
            Copy.element(x, (i / inner / k * n + j) * inner + i % inner, y, i);
        }
        Tensor c = Tensor.zeros(TensorType.of(index, k));
        for (int i = 0; i < k; i++) {
            c.setLong(i, counts.get(i));
        }
        return List.of(y, places, c);
    }

    /** The slice's elements; NaN equals nothing, also not itself. */
    private static List<Object> slice(Tensor x, int j, int n, int outer, int inner) {
        List<Object> all = new ArrayList<>();
        for (int e = 0; e < outer * inner; e++) {
            int at = (e / inner * n + j) * inner + e % inner;
            if (x.dtype() == DType.STRING) {
                all.add(new String(x.byteStrings()[at], StandardCharsets.ISO_8859_1));
            } else if (x.dtype().isFloating()) {
                double v = x.getDouble(at);
                all.add(Double.isNaN(v) ? new Object() : v == 0 ? 0.0 : v);
            } else {
                all.add(x.getLong(at));
            }
        }
        return all;
    }
}
