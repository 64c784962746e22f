package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Einsum;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.op.Reduce;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Products of matrices. Source: keras/src/backend/tensorflow/numpy.py. */
final class MatrixOperations {
    static final Map<String, Operation> ALL = Map.ofEntries(
            Map.entry("Cross", of(MatrixOperations::cross)),
            Map.entry("Dot", of(MatrixOperations::dot)),
            Map.entry("Einsum", of(MatrixOperations::einsum)),
            Map.entry("Inner", of(a -> tensordot(a.b(), a.strong(), List.of(-1), List.of(-1)))),
            Map.entry("Kron", of(MatrixOperations::kron)),
            Map.entry("Matmul", of(MatrixOperations::matmul)),
            Map.entry("Outer", of(MatrixOperations::outer)),
            Map.entry("Tensordot", of(MatrixOperations::tensordot)),
            Map.entry("Vdot", of(MatrixOperations::vdot)));

    private MatrixOperations() {}

    private static Value matmul(Arguments a) {
        Builder b = a.b();
        Value x = a.tensor("x1", 0);
        Value y = a.tensor("x2", 1);
        boolean bytes = x.dtype() == DType.INT8 && y.dtype() == DType.INT8;
        DType dtype = bytes ? DType.INT32 : Promotion.of(x.dtype(), y.dtype());
        boolean row = x.shape().rank() == 1;
        boolean column = y.shape().rank() == 1;
        x = b.cast(row ? b.expandDims(x, 0) : x, dtype);
        y = b.cast(column ? b.expandDims(y, 1) : y, dtype);
        Value z = b.matmul(x, y);
        z = row ? b.squeeze(z, -2) : z;
        return column ? b.squeeze(z, -1) : z;
    }

    private static Value dot(Arguments a) {
        List<Value> in = a.strong();
        if (in.stream().anyMatch(v -> v.shape().rank() == 0)) {
            return a.b().times(in.get(0), in.get(1));
        }
        return tensordot(a.b(), in, List.of(-1), List.of(in.get(1).shape().rank() == 1 ? -1 : -2));
    }

    private static Value tensordot(Arguments a) {
        List<Value> in = a.strong();
        if (a.option("axes") instanceof List<?> l && l.size() == 2) {
            return tensordot(a.b(), in, integers(l.get(0)), integers(l.get(1)));
        }
        int n = a.integer("axes", 2);
        int rank = in.get(0).shape().rank();
        return tensordot(
                a.b(),
                in,
                IntStream.range(rank - n, rank).boxed().toList(),
                IntStream.range(0, n).boxed().toList());
    }

    private static List<Integer> integers(Object raw) {
        List<?> list = raw instanceof List<?> l ? l : List.of(raw);
        return list.stream().map(i -> ((Number) i).intValue()).toList();
    }

    /** The sum of products over pairs of axes. */
    private static Value tensordot(Builder b, List<Value> in, List<Integer> axes1, List<Integer> axes2) {
        Value x = in.get(0);
        Value y = in.get(1);
        List<Integer> inner1 = axes1.stream().map(i -> x.shape().axis(i)).toList();
        List<Integer> inner2 = axes2.stream().map(i -> y.shape().axis(i)).toList();
        List<Integer> rows = IntStream.range(0, x.shape().rank())
                .boxed()
                .filter(i -> !inner1.contains(i))
                .toList();
        List<Integer> columns = IntStream.range(0, y.shape().rank())
                .boxed()
                .filter(i -> !inner2.contains(i))
                .toList();
        Value l = b.reshape(b.transpose(x, perm(rows, inner1)), size(b, x, rows), size(b, x, inner1));
        Value r = b.reshape(b.transpose(y, perm(inner2, columns)), size(b, y, inner2), size(b, y, columns));
        List<Dim> out = new ArrayList<>();
        rows.forEach(i -> out.add(b.dim(x, i)));
        columns.forEach(i -> out.add(b.dim(y, i)));
        return b.reshape(b.matmul(l, r), out.toArray(Dim[]::new));
    }

    private static int[] perm(List<Integer> first, List<Integer> then) {
        return Stream.concat(first.stream(), then.stream()).mapToInt(i -> i).toArray();
    }

    private static Dim size(Builder b, Value x, List<Integer> axes) {
        return Extents.product(b, axes.stream().map(i -> b.dim(x, i)).toArray(Dim[]::new));
    }

    private static Value outer(Arguments a) {
        List<Value> in = a.strong();
        return a.b().times(a.b().reshape(in.get(0), -1, 1), a.b().reshape(in.get(1), -1));
    }

    /** {@code y[…i·n + k…] = x1[…i…]·x2[…k…]} along every axis, x2 of length n there. */
    private static Value kron(Arguments a) {
        Builder b = a.b();
        List<Value> in = a.strong();
        int rank = Math.max(in.get(0).shape().rank(), in.get(1).shape().rank());
        List<Dim> left = new ArrayList<>();
        List<Dim> right = new ArrayList<>();
        List<Dim> out = new ArrayList<>();
        for (int i = -rank; i < 0; i++) {
            Dim m = i < -in.get(0).shape().rank() ? Dim.of(1) : b.dim(in.get(0), i);
            Dim n = i < -in.get(1).shape().rank() ? Dim.of(1) : b.dim(in.get(1), i);
            left.addAll(List.of(m, Dim.of(1)));
            right.addAll(List.of(Dim.of(1), n));
            out.add(Extents.product(b, m, n));
        }
        Value x = b.reshape(in.get(0), left.toArray(Dim[]::new));
        Value y = b.reshape(in.get(1), right.toArray(Dim[]::new));
        return b.reshape(b.times(x, y), out.toArray(Dim[]::new));
    }

    private static Value vdot(Arguments a) {
        List<Value> in = a.strong().stream().map(v -> a.b().reshape(v, -1)).toList();
        return a.b().reduce(Reduce.Fn.SUM, a.b().times(in.get(0), in.get(1)), false, 0);
    }

    private static Value einsum(Arguments a) {
        List<Object> operands = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
            operands.add(a.raw("operand", i));
        }
        return Einsum.of(a.b(), a.string("subscripts", ""), a.promoted(operands));
    }

    private static Value cross(Arguments a) {
        Builder b = a.b();
        boolean one = a.option("axis") != null;
        List<Value> in = a.strong();
        Value x = ShapeOperations.moveAxis(b, in.get(0), List.of(a.integer(one ? "axis" : "axisa", -1)), List.of(-1));
        Value y = ShapeOperations.moveAxis(b, in.get(1), List.of(a.integer(one ? "axis" : "axisb", -1)), List.of(-1));
        if (x.shape().dim(-1) != 3 || y.shape().dim(-1) != 3) {
            throw a.unsupported("a product of vectors that are not of length 3");
        }
        Value z = b.minus(b.times(turned(b, x, 1), turned(b, y, 2)), b.times(turned(b, x, 2), turned(b, y, 1)));
        return ShapeOperations.moveAxis(b, z, List.of(-1), List.of(a.integer(one ? "axis" : "axisc", -1)));
    }

    /** The components from number i on, the first ones behind them. */
    private static Value turned(Builder b, Value x, int i) {
        return b.concat(-1, List.of(b.slice(x, -1, i, 3), b.slice(x, -1, 0, i)));
    }
}
