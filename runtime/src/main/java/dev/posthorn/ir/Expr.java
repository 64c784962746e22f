package dev.posthorn.ir;

import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.ShapeOf;
import dev.posthorn.ir.op.Unary;
import java.util.stream.IntStream;

/**
 * A value with the builder that it belongs to, so that a formula reads as one. Numbers are rounded to the type of the value
 * that they meet. Reductions without axes are over all of them.
 */
public record Expr(Builder b, Value v) {
    public static Expr of(Builder b, Value v) {
        return new Expr(b, v);
    }

    public Expr with(Value other) {
        return new Expr(b, other);
    }

    /** A scalar of the type of this. */
    public Expr number(double x) {
        return with(b.constant(v.dtype(), x));
    }

    public Shape shape() {
        return v.shape();
    }

    public int rank() {
        return v.shape().rank();
    }

    public DType dtype() {
        return v.dtype();
    }

    public Expr cast(DType to) {
        return with(b.cast(v, to));
    }

    // ---- arithmetic ----

    private Expr binary(Binary.Fn fn, Expr y) {
        return with(b.binary(fn, v, y.v));
    }

    public Expr plus(Expr y) {
        return binary(Binary.Fn.ADD, y);
    }

    public Expr plus(double y) {
        return plus(number(y));
    }

    public Expr minus(Expr y) {
        return binary(Binary.Fn.SUB, y);
    }

    public Expr minus(double y) {
        return minus(number(y));
    }

    /** {@code x − this}. */
    public Expr from(double x) {
        return number(x).minus(this);
    }

    public Expr times(Expr y) {
        return binary(Binary.Fn.MUL, y);
    }

    public Expr times(double y) {
        return times(number(y));
    }

    public Expr over(Expr y) {
        return binary(Binary.Fn.DIV, y);
    }

    public Expr over(double y) {
        return over(number(y));
    }

    /** {@code this / y}, and 0 where y is 0. Source: TF DivNoNan. */
    public Expr overNoNan(Expr y) {
        Expr zero = y.equalTo(y.number(0));
        Expr quotient = over(zero.select(y.number(1), y));
        return zero.select(quotient.number(0), quotient);
    }

    public Expr pow(Expr y) {
        return binary(Binary.Fn.POW, y);
    }

    public Expr pow(double y) {
        return pow(number(y));
    }

    public Expr max(Expr y) {
        return binary(Binary.Fn.MAX, y);
    }

    public Expr max(double y) {
        return max(number(y));
    }

    public Expr min(Expr y) {
        return binary(Binary.Fn.MIN, y);
    }

    public Expr min(double y) {
        return min(number(y));
    }

    /** No less than {@code low}, no more than {@code high}. Source: tf.clip_by_value. */
    public Expr clip(double low, double high) {
        return min(high).max(low);
    }

    public Expr floorDiv(long y) {
        return binary(Binary.Fn.FLOOR_DIV, number(y));
    }

    public Expr floorMod(long y) {
        return binary(Binary.Fn.FLOOR_MOD, number(y));
    }

    public Expr apply(Unary.Fn fn) {
        return with(b.unary(fn, v));
    }

    public Expr neg() {
        return apply(Unary.Fn.NEG);
    }

    public Expr abs() {
        return apply(Unary.Fn.ABS);
    }

    public Expr square() {
        return apply(Unary.Fn.SQUARE);
    }

    public Expr sqrt() {
        return apply(Unary.Fn.SQRT);
    }

    public Expr log() {
        return apply(Unary.Fn.LOG);
    }

    public Expr exp() {
        return apply(Unary.Fn.EXP);
    }

    // ---- comparisons and logic ----

    private Expr compare(Compare.Fn fn, Expr y) {
        return with(b.compare(fn, v, y.v));
    }

    public Expr equalTo(Expr y) {
        return compare(Compare.Fn.EQ, y);
    }

    public Expr notEqualTo(Expr y) {
        return compare(Compare.Fn.NE, y);
    }

    public Expr lessThan(Expr y) {
        return compare(Compare.Fn.LT, y);
    }

    public Expr atMost(Expr y) {
        return compare(Compare.Fn.LE, y);
    }

    public Expr greaterThan(Expr y) {
        return compare(Compare.Fn.GT, y);
    }

    public Expr atLeast(Expr y) {
        return compare(Compare.Fn.GE, y);
    }

    public Expr and(Expr y) {
        return binary(Binary.Fn.AND, y);
    }

    public Expr or(Expr y) {
        return binary(Binary.Fn.OR, y);
    }

    /** Of bools. */
    public Expr not() {
        return equalTo(number(0));
    }

    /** {@code this ? x : y}. */
    public Expr select(Expr x, Expr y) {
        return with(b.select(v, x.v, y.v));
    }

    /** Of floating-point numbers: neither infinite nor NaN. */
    public Expr isFinite() {
        return minus(this).equalTo(number(0));
    }

    // ---- reductions and shapes ----

    public Expr reduce(Reduce.Fn fn, boolean keepDims, int... axes) {
        int[] along = axes.length == 0 ? IntStream.range(0, rank()).toArray() : axes;
        return with(b.reduce(fn, v, keepDims, along));
    }

    public Expr sum(int... axes) {
        return reduce(Reduce.Fn.SUM, false, axes);
    }

    public Expr mean(int... axes) {
        return reduce(Reduce.Fn.MEAN, false, axes);
    }

    public Expr largest(int... axes) {
        return reduce(Reduce.Fn.MAX, false, axes);
    }

    public Expr expandDims(int axis) {
        return with(b.expandDims(v, axis));
    }

    public Expr squeeze(int axis) {
        return with(b.squeeze(v, axis));
    }

    /** As a vector. */
    public Expr flat() {
        return rank() == 1 ? this : with(b.reshape(v, -1));
    }

    /** This, with the shape of {@code y}. */
    public Expr broadcastTo(Expr y) {
        return with(b.broadcastTo(v, b.dims(y.v)));
    }

    public Expr matmul(Expr y) {
        return with(b.matmul(v, y.v));
    }

    /** Of a matrix. */
    public Expr transposed() {
        return with(b.transpose(v, 1, 0));
    }

    /** {@code this · min(1 / √Σthis², 1e7)}, the sum along an axis. Source: keras.ops.normalize. */
    public Expr normalized(int axis) {
        Expr length = square().reduce(Reduce.Fn.SUM, true, axis);
        return times(length.apply(Unary.Fn.RSQRT).min(1 / 1e-7));
    }

    /** How many elements there are, as a scalar of {@code dtype}. */
    public Expr count(DType dtype) {
        if (shape().isKnown()) {
            return with(b.constant(dtype, shape().longSize()));
        }
        return with(b.add(new ShapeOf(), v)).reduce(Reduce.Fn.PROD, false).cast(dtype);
    }

    /** 1 at {@code [i…, this[i…]]}, 0 elsewhere and for numbers outside of 0 … n-1; of integers. */
    public Expr oneHot(Dim n, DType as) {
        return expandDims(-1).equalTo(iota(n)).cast(as);
    }

    /** {@code 0, 1, …, n−1} in the type of this. */
    public Expr iota(Dim n) {
        Value size = n.isKnown() ? b.constant(DType.INT32, n.known()) : n.value();
        return with(b.add(new Iota(v.dtype()), size));
    }
}
