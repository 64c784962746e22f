package dev.posthorn.keras.operation;

import static dev.posthorn.keras.operation.Operation.of;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Extents;
import dev.posthorn.ir.fn.LinearSystems;
import dev.posthorn.ir.fn.Substitute;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Bitcast;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Unary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sequences, powers, other views of the same numbers. Source: keras/src/backend/tensorflow/numpy.py. */
final class CreationOperations {
    static final Map<String, Operation> ALL = Map.ofEntries(
            Map.entry("Array", of(a -> a.b().cast(a.x(), a.dtype("dtype", a.x().dtype())))),
            Map.entry("Full", of(CreationOperations::full)),
            Map.entry("Gcd", of(a -> divisor(a.b(), a.strong()))),
            Map.entry("Geomspace", of(CreationOperations::geometric)),
            Map.entry("Lcm", of(CreationOperations::multiple)),
            Map.entry("Linspace", of(a -> line(a, a.tensor("start", 0), a.tensor("stop", 1)))),
            Map.entry("Logspace", of(a -> power(a, line(a, a.tensor("start", 0), a.tensor("stop", 1))))),
            Map.entry("Ndim", of(a -> a.b().constant(DType.INT32, a.x().shape().rank()))),
            Map.entry("Nextafter", of(CreationOperations::next)),
            Map.entry("Rearrange", of(CreationOperations::rearranged)),
            Map.entry("Vander", of(CreationOperations::powers)),
            Map.entry("View", of(CreationOperations::view)));

    private CreationOperations() {}

    private static Value full(Arguments a) {
        Builder b = a.b();
        Dim[] dims = a.integers("shape").stream().map(Dim::of).toArray(Dim[]::new);
        return b.broadcastTo(b.cast(a.tensor("fill_value", 0), a.dtype("dtype", DType.FLOAT32)), dims);
    }

    /** {@code num} numbers from start to stop, along a new axis. */
    static Value line(Arguments a, Value start, Value stop) {
        Builder b = a.b();
        List<Value> both = a.promoted(List.of(start, stop), Promotion.Kind.FLOAT);
        DType dtype = a.dtype("dtype", both.get(0).dtype());
        DType inside = dtype.isFloating() ? dtype : both.get(0).dtype();
        Expr from = Expr.of(b, b.cast(start, inside));
        Expr to = from.with(b.cast(stop, inside));
        int n = a.integer("num", 50);
        if (n < 1) {
            throw a.unsupported("num " + n);
        }
        if (Boolean.FALSE.equals(a.option("endpoint")) && n > 1) {
            to = to.minus(to.minus(from).over(n));
        }
        int axis = a.integer("axis", 0);
        int at = axis < 0 ? axis + from.rank() + 1 : axis;
        Expr step = n > 1 ? to.minus(from).over(n - 1) : from.number(0).broadcastTo(from);
        List<Value> parts = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            Expr y = i > 0 && i == n - 1 ? to : from.plus(step.times(i));
            parts.add(y.expandDims(at).v());
        }
        Value y = b.concat(at, parts);
        return b.cast(dtype.isFloating() ? y : b.unary(Unary.Fn.FLOOR, y), dtype);
    }

    private static Value power(Arguments a, Value exponent) {
        Builder b = a.b();
        Value base = b.cast(b.constant(DType.FLOAT64, a.number("base", 10)), exponent.dtype());
        return b.binary(Binary.Fn.POW, base, exponent);
    }

    private static Value geometric(Arguments a) {
        Builder b = a.b();
        DType dtype = a.dtype("dtype", DType.FLOAT32);
        Expr start = Expr.of(b, b.cast(a.tensor("start", 0), dtype));
        Expr stop = start.with(b.cast(a.tensor("stop", 1), dtype));
        double ten = dtype == DType.FLOAT64 ? Math.log(10) : (float) Math.log(10);
        Value exponents = line(
                a, start.abs().log().over(ten).v(), stop.abs().log().over(ten).v());
        Expr y = start.with(b.binary(Binary.Fn.POW, b.constant(exponents.dtype(), 10), exponents));
        return y.times(start.apply(Unary.Fn.SIGN)).v();
    }

    private static Value powers(Arguments a) {
        Builder b = a.b();
        Value x = a.x();
        int n = a.option("N") == null ? x.shape().dim(0) : a.integer("N", 0);
        if (n < 0) {
            throw a.unsupported("a length that is not known");
        }
        int[] exponents = new int[n];
        Arrays.setAll(exponents, i -> a.flag("increasing") ? i : n - 1 - i);
        DType inside =
                a.promoted(List.of(x, b.constant(DType.FLOAT32, 0))).get(0).dtype();
        Value y = b.binary(Binary.Fn.POW, b.cast(b.expandDims(x, -1), inside), b.cast(b.ints(exponents), inside));
        return b.cast(y, x.dtype());
    }

    /** By Euclid, in as many steps as the greatest numbers need. */
    private static Value divisor(Builder b, List<Value> both) {
        boolean signed = both.get(0).dtype().kind() == DType.Kind.SIGNED;
        Expr x = Expr.of(b, both.get(0));
        Expr y = x.with(both.get(1));
        x = signed ? x.abs() : x;
        y = signed ? y.abs() : y;
        Expr first = x.plus(y.times(0));
        Expr second = y.plus(x.times(0));
        return LinearSystems.loop(b, Dim.of(93), List.of(first.v(), second.v()), (s, k, c) -> {
                    Expr p = Expr.of(s, c.get(0));
                    Expr q = p.with(c.get(1));
                    Expr zero = q.equalTo(q.number(0));
                    Expr rest = p.with(s.binary(
                            Binary.Fn.FLOOR_MOD,
                            p.v(),
                            zero.select(q.number(1), q).v()));
                    return List.of(zero.select(p, q).v(), zero.select(q, rest).v());
                })
                .get(0);
    }

    private static Value multiple(Arguments a) {
        Builder b = a.b();
        List<Value> both = a.strong();
        Expr g = Expr.of(b, divisor(b, both));
        Expr x = g.with(both.get(0));
        Expr y = g.with(both.get(1));
        boolean signed = x.dtype().kind() == DType.Kind.SIGNED;
        x = signed ? x.abs() : x;
        y = signed ? y.abs() : y;
        Expr zero = g.equalTo(g.number(0));
        Value share =
                b.binary(Binary.Fn.FLOOR_DIV, y.v(), zero.select(g.number(1), g).v());
        return zero.select(g.number(0), x.times(g.with(share))).v();
    }

    /** The float64 next to x1 on the way to x2, rounded to the operands' own type. */
    private static Value next(Arguments a) {
        Builder b = a.b();
        List<Value> both = a.weak(Promotion.Kind.FLOAT);
        Expr x = Expr.of(b, b.cast(both.get(0), DType.FLOAT64));
        Expr y = x.with(b.cast(both.get(1), DType.FLOAT64));
        Expr bits = x.with(b.add(new Bitcast(DType.INT64), x.v()));
        Expr zero = x.number(0);
        Expr outward = x.with(b.compare(
                Compare.Fn.EQ,
                x.lessThan(y).cast(DType.INT32).v(),
                zero.lessThan(x).cast(DType.INT32).v()));
        Expr moved = outward.select(bits.plus(1), bits.minus(1));
        Expr there = x.with(b.add(new Bitcast(DType.FLOAT64), moved.v()));
        Expr least = y.apply(Unary.Fn.SIGN).times(Double.MIN_VALUE);
        Expr result = x.equalTo(zero).select(least, there);
        Expr nan = x.notEqualTo(x).or(y.notEqualTo(y));
        result = x.equalTo(y).select(y, nan.select(x.plus(y), result));
        return b.add(
                new Substitute(), both.get(0), b.cast(result.v(), both.get(0).dtype()));
    }

    private static Value view(Arguments a) {
        Builder b = a.b();
        Value x = a.x();
        DType to = a.dtype("dtype", x.dtype());
        int from = x.dtype().bytes();
        Dim[] dims = b.dims(x);
        int last = dims.length - 1;
        if (from == to.bytes() || last < 0) {
            return b.add(new Bitcast(to), x);
        }
        if (!dims[last].isKnown() || dims[last].known() * from % to.bytes() != 0) {
            throw a.unsupported("a last dimension of " + dims[last]);
        }
        if (from > to.bytes()) {
            dims[last] = Dim.of(dims[last].known() * from / to.bytes());
            return b.reshape(b.add(new Bitcast(to), x), dims);
        }
        Dim[] split = Arrays.copyOf(dims, dims.length + 1);
        split[last] = Dim.of(dims[last].known() * from / to.bytes());
        split[last + 1] = Dim.of(to.bytes() / from);
        return b.add(new Bitcast(to), b.reshape(x, split));
    }

    private static final Pattern AXES = Pattern.compile("\\w+|\\(.*?\\)");

    /** {@code "b (h p) c -> b h (p c)"}: axes taken apart, put in another order and joined. */
    private static Value rearranged(Arguments a) {
        Builder b = a.b();
        Value x = a.tensor("tensor", 0);
        String[] sides = String.valueOf(a.raw("pattern", 1)).split("->");
        if (sides.length != 2) {
            throw a.unsupported("pattern " + a.raw("pattern", 1));
        }
        Map<String, Dim> sizes = new LinkedHashMap<>();
        List<String> order = new ArrayList<>();
        List<Dim> apart = new ArrayList<>();
        int axis = 0;
        for (List<String> group : groups(sides[0])) {
            Dim whole = b.dim(x, axis++);
            int known = 1;
            for (String name : group) {
                Object given = a.call().kwargs().get(name);
                known *= given instanceof Number n ? n.intValue() : 1;
            }
            for (String name : group) {
                Object given = a.call().kwargs().get(name);
                Dim size = group.size() == 1
                        ? whole
                        : given instanceof Number n ? Dim.of(n.intValue()) : divided(b, whole, known);
                sizes.put(name, size);
                order.add(name);
                apart.add(size);
            }
        }
        List<List<String>> wanted = groups(sides[1]);
        int[] perm =
                wanted.stream().flatMap(List::stream).mapToInt(order::indexOf).toArray();
        if (perm.length != order.size() || Arrays.stream(perm).anyMatch(i -> i < 0)) {
            throw a.unsupported("pattern " + a.raw("pattern", 1));
        }
        Value moved = b.transpose(b.reshape(x, apart.toArray(Dim[]::new)), perm);
        Dim[] joined = wanted.stream()
                .map(g -> Extents.product(b, g.stream().map(sizes::get).toArray(Dim[]::new)))
                .toArray(Dim[]::new);
        return b.reshape(moved, joined);
    }

    private static Dim divided(Builder b, Dim whole, int by) {
        return whole.isKnown()
                ? Dim.of(whole.known() / by)
                : new Dim(Shape.UNKNOWN, b.binary(Binary.Fn.DIV, whole.value(), by));
    }

    private static List<List<String>> groups(String side) {
        List<List<String>> groups = new ArrayList<>();
        Matcher m = AXES.matcher(side);
        while (m.find()) {
            groups.add(List.of(m.group().replaceAll("[()]", "").trim().split("\\s+")));
        }
        return groups;
    }
}
