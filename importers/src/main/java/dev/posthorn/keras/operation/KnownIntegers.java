package dev.posthorn.keras.operation;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Cast;
import dev.posthorn.ir.op.Concat;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Gather;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.ShapeOf;
import dev.posthorn.ir.op.Slice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What is known of a scalar or a list of integers before the graph runs, element by element: sizes are computed from the
 * shape of a tensor, of which the batch alone may be unknown. Source: constant_value_as_shape in
 * tensorflow/python/framework/tensor_util.py.
 */
final class KnownIntegers {
    private KnownIntegers() {}

    /** The elements, null for those that are not known; an empty list where not even their number is. */
    static List<Integer> of(Value v) {
        List<Value> in = v.node().inputs();
        if (v.node().op() instanceof Constant c) {
            return IntStream.range(0, c.value().size())
                    .mapToObj(i -> (int) c.value().getLong(i))
                    .toList();
        }
        if (v.node().op() instanceof ShapeOf) {
            return IntStream.of(in.get(0).shape().dims())
                    .mapToObj(d -> d == Shape.UNKNOWN ? null : Integer.valueOf(d))
                    .toList();
        }
        if (v.node().op() instanceof Cast || v.node().op() instanceof Reshape) {
            return of(in.get(0));
        }
        if (v.node().op() instanceof Slice s && in.get(0).shape().rank() == 1) {
            List<Integer> all = of(in.get(0));
            List<Integer> some = new ArrayList<>();
            for (int i = 0; i < Math.max(0, v.shape().dim(0)) && !all.isEmpty(); i++) {
                some.add(all.get(s.start(0, all.size()) + i * s.strides().get(0)));
            }
            return some;
        }
        if (v.node().op() instanceof Concat && v.shape().rank() == 1) {
            List<Integer> all = new ArrayList<>();
            in.forEach(part -> all.addAll(of(part)));
            return all.size() == v.shape().dim(0) ? all : unknown(v);
        }
        if (v.node().op() instanceof Gather && in.get(0).shape().rank() == 1) {
            List<Integer> all = of(in.get(0));
            List<Integer> places = of(in.get(1));
            boolean known = !places.contains(null) && places.stream().allMatch(i -> i >= 0 && i < all.size());
            return known ? places.stream().map(all::get).toList() : unknown(v);
        }
        return v.node().op() instanceof Binary b ? arithmetic(b.fn(), of(in.get(0)), of(in.get(1)), v) : unknown(v);
    }

    private static List<Integer> arithmetic(Binary.Fn fn, List<Integer> x, List<Integer> y, Value v) {
        int n = Math.max(x.size(), y.size());
        if (x.isEmpty() || y.isEmpty() || x.size() != n && x.size() != 1 || y.size() != n && y.size() != 1) {
            return unknown(v);
        }
        List<Integer> z = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            Integer a = x.get(x.size() == 1 ? 0 : i);
            Integer b = y.get(y.size() == 1 ? 0 : i);
            z.add(a == null || b == null ? null : apply(fn, a, b));
        }
        return z;
    }

    private static Integer apply(Binary.Fn fn, int a, int b) {
        boolean divides = b != 0 && a >= 0 && b > 0;
        return switch (fn) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV, FLOOR_DIV -> divides ? a / b : null;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            default -> null;
        };
    }

    private static List<Integer> unknown(Value v) {
        boolean counted = v.shape().isRanked() && v.shape().isKnown();
        return counted ? Collections.nCopies(v.shape().size(), null) : List.of();
    }
}
