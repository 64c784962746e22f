package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * One value for all elements along {@code axes} (ascending, from the start): {@code y = fn x}. No elements give the
 * neutral one, and NaN for MEAN.
 *
 * <p>(C1) ANY and ALL take bool, the others numbers, MEAN floating-point. Source: TF Sum, Mean, Max, Min, Prod, Any,
 * All.
 */
public record Reduce(Fn fn, List<Integer> axes, boolean keepDims) implements Op.Single {
    /** The reductions. */
    public enum Fn {
        SUM,
        MEAN,
        PROD,
        MAX,
        MIN,
        ANY,
        ALL
    }

    public Reduce {
        axes = List.copyOf(axes);
    }

    @Override
    public String name() {
        return "Reduce" + fn;
    }

    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(1).type(0);
        boolean logical = fn == Fn.ANY || fn == Fn.ALL;
        boolean fits = logical
                ? x.dtype() == DType.BOOL
                : x.dtype().isFloating() || x.dtype().isInteger() && fn != Fn.MEAN;
        if (!fits) { // (C1)
            throw new ShapeException("expected an operand that " + fn + " takes but was " + x);
        }
        Index.ascending(axes, x.shape());
        Shape y = x.shape();
        for (int i = axes.size() - 1; i >= 0; i--) {
            y = keepDims ? y.with(axes.get(i), 1) : y.remove(axes.get(i));
        }
        return x.withShape(y);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        int[] step = Index.strides(x.shape());
        Shape kept = x.shape();
        Shape inner = Shape.SCALAR;
        int[] innerStep = new int[axes.size()];
        for (int i = 0; i < axes.size(); i++) {
            inner = inner.append(x.shape().dim(axes.get(i)));
            innerStep[i] = step[axes.get(i)];
            kept = kept.with(axes.get(i), 1);
        }
        int[] starts = Index.walk(kept, step, 0);
        int[] offsets = Index.walk(inner, innerStep, 0);
        Tensor y = Tensor.zeros(out);
        for (int i = 0; i < starts.length; i++) {
            if (x.dtype().isFloating()) {
                y.setDouble(i, real(x, starts[i], offsets));
            } else {
                y.setLong(i, integer(x, starts[i], offsets));
            }
        }
        return y;
    }

    private double real(Tensor x, int start, int[] offsets) {
        double r = switch (fn) {
            case PROD -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
            default -> 0;
        };
        for (int o : offsets) {
            double v = x.getDouble(start + o);
            r = switch (fn) {
                case PROD -> r * v;
                case MAX -> Math.max(r, v);
                case MIN -> Math.min(r, v);
                default -> r + v;
            };
        }
        return fn == Fn.MEAN ? r / offsets.length : r;
    }

    private long integer(Tensor x, int start, int[] offsets) {
        long largest = -1L >>> 64 - 8 * x.dtype().bytes() + (x.dtype().kind() == DType.Kind.SIGNED ? 1 : 0);
        long r = switch (fn) {
            case PROD, ALL -> 1;
            case MAX -> x.dtype().kind() == DType.Kind.SIGNED ? -largest - 1 : 0;
            case MIN -> largest;
            default -> 0;
        };
        for (int o : offsets) {
            long v = x.getLong(start + o);
            r = switch (fn) {
                case PROD -> r * v;
                case MAX -> Compare.order(x.dtype(), r, v) > 0 ? r : v;
                case MIN -> Compare.order(x.dtype(), r, v) < 0 ? r : v;
                case ANY -> r | v;
                case ALL -> r & v;
                default -> r + v;
            };
        }
        return r;
    }

    /** MAX and MIN give equal shares to equal elements, as in TensorFlow. */
    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        Value x = g.in(0);
        g.to(0, () -> switch (fn) {
            case SUM -> b.broadcastTo(kept(b, x, g.dy()), b.dims(x));
            case MEAN -> b.broadcastTo(b.over(kept(b, x, g.dy()), count(b, x)), b.dims(x));
            case MAX, MIN -> {
                Value chosen = b.cast(b.compare(Compare.Fn.EQ, kept(b, x, g.out()), x), x.dtype());
                Value shares = b.reduce(Fn.SUM, chosen, true, along());
                yield b.times(b.over(chosen, shares), kept(b, x, g.dy()));
            }
            case PROD -> b.times(kept(b, x, g.dy()), Products.ofOthers(b, x, along()));
            case ANY, ALL -> throw new IllegalStateException(fn + ": expected real numbers but was " + x.type());
        });
    }

    private int[] along() {
        return axes.stream().mapToInt(a -> a).toArray();
    }

    /** A result with the reduced axes of x kept as 1. */
    private Value kept(Builder b, Value x, Value y) {
        Dim[] dims = b.dims(x);
        axes.forEach(a -> dims[a] = Dim.of(1));
        return b.reshape(y, dims);
    }

    private Value count(Builder b, Value x) {
        Value n = b.constant(x.dtype(), 1);
        for (int a : axes) {
            Dim d = b.dim(x, a);
            n = b.times(n, d.isKnown() ? b.constant(x.dtype(), d.known()) : b.cast(d.value(), x.dtype()));
        }
        return n;
    }
}
