package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.ComplexNumbers;
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
 * {@code Y[k] = Σⱼ x[j]·exp(−2πi·jk/n)} along each of {@code axes} (ascending); {@code inverse} with +, divided by n. x
 * complex. In double, by {@link Fourier}. Its gradient is n times the inverse transform, and the other way round. Source: TF
 * FFT, IFFT, FFT2D, FFT3D, FFTND.
 */
public record Fft(List<Integer> axes, boolean inverse) implements Op.Single {
    public Fft {
        axes = List.copyOf(axes);
    }

    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(1).type(0);
        if (!x.dtype().isComplex()) {
            throw new ShapeException("expected complex numbers but was " + x);
        }
        Index.ascending(axes, x.shape());
        return x;
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor y = Copy.same(in.get(0), out);
        for (int axis : axes) {
            y = along(axis, y);
        }
        return y;
    }

    private Tensor along(int axis, Tensor x) {
        Tensor y = Tensor.zeros(x.type());
        int n = x.shape().dim(axis);
        int step = Index.strides(x.shape())[axis];
        double[] re = new double[n];
        double[] im = new double[n];
        Fourier transform = new Fourier(n);
        for (int start : Index.walk(x.shape().with(axis, Math.min(n, 1)), Index.strides(x.shape()), 0)) {
            for (int k = 0; k < n; k++) {
                re[k] = x.getPart(start + k * step, 0);
                im[k] = x.getPart(start + k * step, 1);
            }
            if (inverse) {
                transform.apply(im, re);
            } else {
                transform.apply(re, im);
            }
            double scale = inverse ? n : 1;
            for (int k = 0; k < n; k++) {
                y.setComplex(start + k * step, re[k] / scale, im[k] / scale);
            }
        }
        return y;
    }

    @Override
    public void gradient(Adjoint g) {
        Builder b = g.builder();
        g.to(0, () -> {
            Value n = b.constant(g.in(0).dtype().real(), 1);
            for (int a : axes) {
                Dim d = b.dim(g.in(0), a);
                n = b.times(n, d.isKnown() ? b.constant(n.dtype(), d.known()) : b.cast(d.value(), n.dtype()));
            }
            Value scale = inverse ? b.unary(Unary.Fn.RECIPROCAL, n) : n;
            return ComplexNumbers.scaled(b, b.add(new Fft(axes, !inverse), g.dy()), scale);
        });
    }

    /** The last {@code rank} axes of a shape. */
    public static List<Integer> last(Shape x, int rank) {
        if (x.rank() < rank) {
            throw new ShapeException("expected an operand of rank " + rank + " or more but was " + x);
        }
        return java.util.stream.IntStream.range(x.rank() - rank, x.rank())
                .boxed()
                .toList();
    }
}
