package dev.posthorn.keras.layer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.KerasTensor;
import dev.posthorn.keras.Layer;
import dev.posthorn.keras.object.Axes;
import dev.posthorn.keras.object.Merging;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@code z[batch×a…×b…] = Σ_k x[batch×a…k…] · y[batch×b…k…]}, k along one axis of each. Source:
 * keras/src/layers/merging/dot.py.
 *
 * @param normalize whether x and y are first divided by their lengths along k
 */
public record Dot(Axes axes, boolean normalize) implements Layer {
    public static final Codec<Dot> CODEC = Codec.of(
            "Dot",
            f -> new Dot(
                    f.of("axes", Axes.TYPE, Dot::axes, null),
                    f.of("normalize", FieldType.BOOL, Dot::normalize, false)));

    public Dot {
        if (!axes.single() && axes.list().size() != 2) {
            throw new IllegalArgumentException("expected one axis or two but was " + axes.list());
        }
    }

    @Override
    public List<KerasTensor> call(Call c) {
        Builder b = c.builder();
        List<KerasTensor> in = Merging.sameDType(c);
        if (in.size() != 2) {
            throw new ShapeException("Dot: expected 2 inputs but was " + in.size());
        }
        int i = axes.list().get(0);
        int j = axes.list().get(axes.single() ? 0 : 1);
        return List.of(KerasTensor.of(product(
                b, normed(b, in.get(0).value(), i), i, normed(b, in.get(1).value(), j), j)));
    }

    private Value normed(Builder b, Value x, int axis) {
        return normalize ? UnitNormalization.normalized(b, x, 1e-7, x.shape().axis(axis)) : x;
    }

    /** The sums of products along axis {@code i} of x and {@code j} of y. */
    static Value product(Builder b, Value first, int i, Value second, int j) {
        Value x = rows(b, first, i);
        Value y = rows(b, second, j);
        List<Dim> out = new ArrayList<>(Arrays.asList(b.dims(x)));
        out.remove(out.size() - 1);
        out.addAll(Arrays.asList(b.dims(y)).subList(1, y.shape().rank() - 1));
        if (out.size() == 1) {
            out.add(Dim.of(1));
        }
        Value z = b.add(new MatMul(false, true), flat(b, x), flat(b, y));
        return b.reshape(z, out.toArray(Dim[]::new));
    }

    /** {@code x} with the axis of the sum last. */
    private static Value rows(Builder b, Value x, int axis) {
        int at = x.shape().axis(axis);
        if (at == 0 || x.shape().rank() < 2) {
            throw new ShapeException(
                    "Dot: expected an axis after that of the batch but was " + axis + " of " + x.type());
        }
        List<Integer> perm = new ArrayList<>();
        for (int a = 0; a < x.shape().rank(); a++) {
            perm.add(a);
        }
        perm.add(perm.remove(at));
        return b.transpose(x, perm.stream().mapToInt(i -> i).toArray());
    }

    /** {@code x[batch×…×k]} as {@code [batch×n×k]}. */
    private static Value flat(Builder b, Value x) {
        Dim[] d = b.dims(x);
        boolean known = x.shape().slice(1, d.length - 1).isKnown();
        int n = known ? x.shape().size(1, d.length - 1) : -1;
        return b.reshape(x, d[0], Dim.of(n), d[d.length - 1]);
    }
}
