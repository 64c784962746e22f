package dev.posthorn.keras.image;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Resize;
import dev.posthorn.ir.fn.Sampling;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.ProjectiveTransform;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.object.Transforms;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Images turned, shifted, cut. Source: keras/src/layers/preprocessing/image_preprocessing, the file of each layer. */
public final class Moves {
    private Moves() {}

    public static UnaryOperator<Value> flip(Draw d) {
        String mode = d.string("mode", "horizontal_and_vertical");
        Expr flips = d.each(DType.FLOAT32, 0, 1);
        Expr flipped = flips.atMost(flips.number(0.5));
        return x -> {
            Value y = x;
            for (int axis : mode.equals("horizontal")
                    ? new int[] {2}
                    : mode.equals("vertical") ? new int[] {1} : new int[] {2, 1}) {
                y = flipped.select(d.of(d.b().reverse(y, axis)), d.of(y)).v();
            }
            return y;
        };
    }

    /** Rows of eight numbers, {@code [b×8]}, of which null ones are 0. */
    private static Value matrix(Draw d, Expr... entries) {
        Value zeros = d.b().broadcastTo(d.b().constant(DType.FLOAT32, 0), d.size()[0], Dim.of(1));
        List<Value> columns = new ArrayList<>();
        for (Expr e : entries) {
            columns.add(e == null ? zeros : d.b().plus(d.b().cast(e.v(), DType.FLOAT32), zeros));
        }
        return d.b().concat(1, columns);
    }

    private static UnaryOperator<Value> projected(Draw d, Value transform) {
        ProjectiveTransform.Beyond beyond = ProjectiveTransform.Beyond.valueOf(
                d.string("fill_mode", "reflect").toUpperCase(Locale.ROOT));
        return x -> Transforms.projected(d.b(), x, transform, d.bilinear(), beyond, d.number("fill_value", 0));
    }

    public static UnaryOperator<Value> rotation(Draw d) {
        double[] factor = d.factor("factor", -1, 0);
        Expr angle = d.uniform(factor[0] * 360, factor[1] * 360, d.size()[0])
                .times((float) (Math.PI / 180))
                .expandDims(1);
        Expr cos = angle.apply(Unary.Fn.COS);
        Expr sin = angle.apply(Unary.Fn.SIN);
        Expr cx = d.length(2).minus(1).times(0.5);
        Expr cy = d.length(1).minus(1).times(0.5);
        Expr a2 = cx.minus(cx.times(cos)).minus(cy.times(sin.neg()));
        Expr b2 = cy.minus(cx.times(sin)).minus(cy.times(cos));
        return projected(d, matrix(d, cos, sin.neg(), a2, sin, cos, b2, null, null));
    }

    public static UnaryOperator<Value> translation(Draw d) {
        Dim[] column = {d.size()[0], Dim.of(1)};
        double[] h = d.factor("height_factor", -1, 0);
        Expr down = d.uniform(h[0], h[1], column).times(d.length(1));
        double[] w = d.factor("width_factor", -1, 0);
        Expr right = d.uniform(w[0], w[1], column).times(d.length(2));
        Expr one = down.number(1);
        return projected(d, matrix(d, one, null, right.neg(), null, one, down.neg(), null, null));
    }

    public static UnaryOperator<Value> zoom(Draw d) {
        Dim[] column = {d.size()[0], Dim.of(1)};
        double[] h = d.factor("height_factor", -1, 0);
        Expr down = d.uniform(1 + h[0], 1 + h[1], column);
        double[] w = d.factor("width_factor", -1, 0);
        Expr right = d.options().get("width_factor") == null ? down : d.uniform(1 + w[0], 1 + w[1], column);
        Expr x = d.length(2).minus(1).over(2).times(right.from(1));
        Expr y = d.length(1).minus(1).over(2).times(down.from(1));
        return projected(d, matrix(d, right, null, x, null, down, y, null, null));
    }

    public static UnaryOperator<Value> shear(Draw d) {
        Dim[] column = {d.size()[0], Dim.of(1)};
        Expr coin = d.uniform(d.dtype(), 0, 1, column);
        Expr sign = coin.greaterThan(coin.number(0.5)).select(coin.number(-1), coin.number(1));
        double[] fy = d.factor("y_factor", -1, 0);
        Expr y = d.uniform(d.dtype(), fy[0], fy[1], column).times(sign);
        double[] fx = d.factor("x_factor", -1, 0);
        Expr x = d.uniform(d.dtype(), fx[0], fx[1], column).times(sign);
        Expr one = coin.number(1);
        return projected(d, matrix(d, one, x, null, y, one, null, null, null));
    }

    public static UnaryOperator<Value> perspective(Draw d) {
        Expr chosen = d.chosen();
        double scale = d.number("scale", 1);
        Expr moved = d.uniform(d.dtype(), -0.5 * scale, 0.5 * scale, d.size()[0], Dim.of(4), Dim.of(2));
        float right = d.known(2) - 1f;
        float down = d.known(1) - 1f;
        Value corners = d.b().constant(Tensor.of(Shape.of(1, 4, 2), 0, 0, right, 0, 0, down, right, down));
        Expr zero = moved.times(0);
        Expr start = d.of(d.b().cast(corners, d.dtype())).plus(zero);
        Expr end = start.plus(start.times(moved));
        Value transform = Transforms.homography(
                d.b(), start.cast(DType.FLOAT32).v(), end.cast(DType.FLOAT32).v());
        return x -> chosen.select(
                        d.of(Transforms.projected(
                                d.b(),
                                x,
                                transform,
                                d.bilinear(),
                                ProjectiveTransform.Beyond.CONSTANT,
                                d.number("fill_value", 0))),
                        d.of(x))
                .v();
    }

    public static UnaryOperator<Value> crop(Draw d) {
        Builder b = d.b();
        int h = d.known(1);
        int w = d.known(2);
        int height = (int) d.number("height", h);
        int width = (int) d.number("width", w);
        if (h > height && w > width) {
            Value top = d.uniform(0, h - height + 1).cast(DType.INT32).v();
            Value left = d.uniform(0, w - width + 1).cast(DType.INT32).v();
            return x -> part(b, part(b, x, 1, top, height), 2, left, width);
        }
        int cropHeight = Math.max(Math.min(h, (int) ((double) w * height / width)), 1);
        int cropWidth = Math.max(Math.min(w, (int) ((double) h * width / height)), 1);
        int top = (h - cropHeight) / 2;
        int left = (w - cropWidth) / 2;
        return x -> {
            Value y = b.slice(x, 1, top, Math.min(h, top + height));
            y = b.slice(y, 2, left, Math.min(w, left + width));
            boolean whole = y.shape().dim(1) == height && y.shape().dim(2) == width;
            return whole ? y : b.add(new Resize(Sampling.BILINEAR, height, width), y);
        };
    }

    private static Value part(Builder b, Value x, int axis, Value from, int n) {
        return b.gather(x, b.plus(b.add(new Iota(DType.INT32), b.constant(DType.INT32, n)), from), axis);
    }

    public static UnaryOperator<Value> elastic(Draw d) {
        double[] scale = d.factor("scale", 0, 1);
        double[] factor = d.factor("factor", 0, 1);
        if (scale[1] == 0 || factor[1] == 0) {
            return x -> x;
        }
        Expr chosen = d.chosen();
        Expr strength = d.uniform(d.dtype(), scale[0], scale[1]);
        int longer = Math.max(d.known(1), d.known(2));
        int shorter = Math.min(d.known(1), d.known(2));
        Expr alpha = strength.times(0.1).times(longer);
        Expr sigma = strength.times(0.05).times(shorter);
        int radius = 3 * (int) (0.05 * shorter * scale[1]);
        return x -> {
            Value moved = Transforms.elastic(
                    d.c(),
                    x,
                    d.next(),
                    alpha,
                    sigma,
                    radius,
                    d.bilinear() ? 1 : 0,
                    d.string("fill_mode", "reflect"),
                    d.number("fill_value", 0));
            return d.clipped(chosen.select(d.of(moved), d.of(x))).v();
        };
    }
}
