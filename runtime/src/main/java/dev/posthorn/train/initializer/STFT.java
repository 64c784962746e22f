package dev.posthorn.train.initializer;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.FieldType;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * The kernel of a convolution that is a short-time Fourier transform:
 * {@code k[t, ·, f] = w[t] · cos(−2π t f / (2 (F − 1)))}, or the sine, over the window's length or sum.
 *
 * <p>(C1) shape [time×1×frequencies]. (C2) a window of a sum of cosines. Source:
 * keras/src/initializers/constant_initializers.py.
 *
 * @param window null for none
 * @param scaling null for none
 */
public record STFT(Side side, String window, Scaling scaling, boolean periodic) implements Initializer {
    /** The cosine or the sine. */
    public enum Side {
        REAL,
        IMAG
    }

    /** By what the window is divided. */
    public enum Scaling {
        DENSITY,
        SPECTRUM
    }

    public static final Codec<STFT> CODEC = Codec.of(
            "STFT",
            List.of("STFTInitializer"),
            f -> new STFT(
                    f.of("side", FieldType.lower(Side.class), STFT::side, Side.REAL),
                    f.of("window", FieldType.STRING.orNull(), STFT::window, "hann"),
                    f.of("scaling", FieldType.lower(Scaling.class).orNull(), STFT::scaling, Scaling.DENSITY),
                    f.of("periodic", FieldType.BOOL, STFT::periodic, false)));

    public STFT {
        if (window != null) {
            Window.check(window); // (C2)
        }
    }

    @Override
    public Codec<STFT> codec() {
        return CODEC;
    }

    @Override
    public Tensor call(TensorType type, long seed) {
        Shape shape = type.shape();
        if (shape.rank() != 3 || shape.dim(1) != 1) { // (C1)
            throw new ShapeException("STFT: expected [time×1×frequencies] but was " + type);
        }
        Builder b = new Builder();
        Expr one = Expr.of(b, b.constant(type.dtype(), 1));
        Expr time = column(one.iota(Dim.of(shape.dim(0))));
        Expr frequency = one.iota(Dim.of(shape.dim(2))).over((shape.dim(2) - 1) * 2.0);
        Expr angle = time.times(-2).times(frequency).times(one.number(Math.PI));
        Expr kernel = angle.apply(side == Side.REAL ? Unary.Fn.COS : Unary.Fn.SIN);
        if (window != null) {
            double[] values = Window.of(window, shape.dim(0), periodic);
            Expr w = column(one.with(b.constant(
                    Tensor.of(DType.FLOAT64, Shape.of(values.length), values).cast(type.dtype()))));
            Expr weighted = kernel.times(w);
            kernel = scaling == null
                    ? weighted
                    : weighted.over(
                            scaling == Scaling.DENSITY
                                    ? w.square().sum().sqrt()
                                    : w.abs().sum());
        }
        return Draws.value(b, List.of(), kernel.v(), List.of());
    }

    private static Expr column(Expr x) {
        return x.expandDims(-1).expandDims(-1);
    }
}
