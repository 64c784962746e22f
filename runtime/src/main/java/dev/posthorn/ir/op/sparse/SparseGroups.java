package dev.posthorn.ir.op.sparse;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * Elements that agree in some axes: {@code indices[n×r] → groups[k×q], group[n]}: the q places of every group in order, and
 * which group an element is in. Source: TF SparseReduceSumSparse, SparseSoftmax.
 */
public record SparseGroups(List<Integer> axes) implements Op.Primitive {
    public SparseGroups {
        axes = List.copyOf(axes);
    }

    @Override
    public List<TensorType> infer(Operands in) {
        Shape x = Places.indices(in.count(1), 0).shape();
        return List.of(Places.longs(Shape.UNKNOWN, axes.size()), Places.longs(x.dim(0)));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        int n = in.get(0).shape().dim(0);
        TreeMap<long[], Integer> groups = new TreeMap<>(Arrays::compare);
        List<long[]> own = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            long[] row = Places.row(in.get(0), i);
            own.add(axes.stream().mapToLong(a -> row[a]).toArray());
            groups.put(own.get(i), 0);
        }
        int k = 0;
        for (var group : groups.entrySet()) {
            group.setValue(k++);
        }
        long[] group = own.stream().mapToLong(groups::get).toArray();
        return List.of(Places.matrix(new ArrayList<>(groups.keySet()), axes.size()), Places.vector(group));
    }
}
