package dev.posthorn.ir.op;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Products of all elements but one, without a division, so that zeros do no harm. */
final class Products {
    private Products() {}

    /** For each element of x the product of the others along {@code axes}. */
    static Value ofOthers(Builder b, Value x, int... axes) {
        int rank = x.shape().rank();
        int[] perm = new int[rank];
        int[] back = new int[rank];
        List<Integer> order = new ArrayList<>(IntStream.of(axes).boxed().toList());
        IntStream.range(0, rank).filter(a -> !order.contains(a)).forEach(order::add);
        for (int i = 0; i < rank; i++) {
            perm[i] = order.get(i);
            back[perm[i]] = i;
        }
        Value first = b.transpose(x, perm);
        Dim[] dims = b.dims(first);
        List<Dim> flat = new ArrayList<>(List.of(dims).subList(axes.length, rank));
        flat.add(0, count(b, List.of(dims).subList(0, axes.length)));
        Value rows = b.reshape(first, flat.toArray(Dim[]::new));
        Value others = b.times(before(b, rows, false), before(b, rows, true));
        return b.transpose(b.reshape(others, dims), back);
    }

    private static Dim count(Builder b, List<Dim> dims) {
        Dim n = Dim.of(1);
        for (Dim d : dims) {
            n = n.isKnown() && d.isKnown()
                    ? Dim.of(n.known() * d.known())
                    : new Dim(-1, b.times(b.reshape(b.shape(n), new Dim[0]), b.reshape(b.shape(d), new Dim[0])));
        }
        return n;
    }

    /** {@code y[t] = Π x[s]} over s before t, or after it. */
    private static Value before(Builder b, Value x, boolean reverse) {
        TensorType row = x.type().withShape(x.shape().remove(0));
        Builder body = new Builder();
        Value p = body.input("product", row);
        Value v = body.input("x", row);
        Map<String, Value> results = new LinkedHashMap<>();
        results.put("product", body.times(p, v));
        results.put("y", p);
        Graph step = body.graph(List.of(p, v), results, Map.of());
        Dim[] dims = b.dims(x);
        Dim[] one = List.of(dims).subList(1, dims.length).toArray(Dim[]::new);
        Value ones = b.broadcastTo(b.constant(x.dtype(), 1), one);
        return b.addAll(new Scan(step, 1, 1, reverse), List.of(ones, x)).get(1);
    }
}
