package dev.posthorn.keras.object;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Expr;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.LinearSystems;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.ProjectiveTransform;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.keras.Call;
import dev.posthorn.model.UnsupportedModelException;
import java.util.ArrayList;
import java.util.List;

/** Images {@code x[b×h×w×c]} moved about. Source: keras/src/backend/tensorflow/image.py. */
public final class Transforms {
    private Transforms() {}

    /** Through a projection {@code [b×8]}, to the same size. */
    public static Value projected(
            Builder b, Value x, Value transform, boolean bilinear, ProjectiveTransform.Beyond beyond, double fill) {
        Value size = b.shape(b.dim(x, 1), b.dim(x, 2));
        return b.add(new ProjectiveTransform(bilinear, beyond), size, x, transform, b.constant(DType.FLOAT32, fill));
    }

    /** The projection {@code [b×8]} that takes four points {@code end[b×4×2]} to where {@code start} are. */
    public static Value homography(Builder b, Value start, Value end) {
        Expr s = Expr.of(b, start);
        Expr e = s.with(end);
        List<Value> rows = new ArrayList<>();
        List<Value> right = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Expr x = point(e, i, 0);
            Expr y = point(e, i, 1);
            Expr one = x.number(1).broadcastTo(x);
            Expr zero = x.number(0).broadcastTo(x);
            for (int k = 0; k < 2; k++) {
                Expr to = point(s, i, k);
                List<Expr> row = k == 0
                        ? List.of(
                                x,
                                y,
                                one,
                                zero,
                                zero,
                                zero,
                                to.times(x).neg(),
                                to.times(y).neg())
                        : List.of(
                                zero,
                                zero,
                                zero,
                                x,
                                y,
                                one,
                                to.times(x).neg(),
                                to.times(y).neg());
                rows.add(b.expandDims(b.concat(1, row.stream().map(Expr::v).toList()), 1));
                right.add(b.expandDims(to.v(), 1));
            }
        }
        return b.squeeze(LinearSystems.solve(b, b.concat(1, rows), b.concat(1, right)), 2);
    }

    private static Expr point(Expr points, int i, int k) {
        Builder b = points.b();
        return points.with(b.slice(b.squeeze(b.slice(points.v(), 1, i, i + 1), 1), 1, k, k + 1));
    }

    /**
     * The rows of a table at places between them: {@code table[(…·n1·…·nk)×c], k places [p…] → y[p…×c]}.
     *
     * @param base the row from which places count; it broadcasts with them
     * @param sizes n1 … nk
     * @param order 0 for the nearest row, 1 for all around in proportion
     */
    public static Value mapped(
            Builder b,
            Value table,
            Expr base,
            List<Dim> sizes,
            List<Value> places,
            int order,
            String fillMode,
            double fill) {
        Expr sum = null;
        for (int corner = 0; corner < (order == 0 ? 1 : 1 << places.size()); corner++) {
            Expr index = null;
            Expr weight = null;
            Expr valid = null;
            for (int i = 0; i < places.size(); i++) {
                Expr p = Expr.of(b, places.get(i));
                int up = corner >> (places.size() - 1 - i) & 1;
                Expr low = order == 0 ? p.dtype().isFloating() ? p.apply(Unary.Fn.ROUND) : p : p.apply(Unary.Fn.FLOOR);
                Expr share = order == 0
                        ? p.number(1)
                        : up == 1 ? p.minus(low) : p.minus(low).from(1);
                Dim d = sizes.get(i);
                Expr n = p.with(d.isKnown() ? b.constant(DType.INT32, d.known()) : d.value());
                Expr at = low.cast(DType.INT32).plus(up);
                Expr inside = at.atLeast(at.number(0)).and(at.lessThan(n));
                Expr safe = safe(at, n, fillMode);
                index = index == null ? safe : index.times(n).plus(safe);
                weight = weight == null ? share : weight.times(share);
                valid = valid == null ? inside : valid.and(inside);
            }
            Expr seen = index.with(b.gather(table, index.plus(base).v(), 0)).cast(weight.dtype());
            if (fillMode.equals("constant")) {
                Value other = b.cast(b.constant(table.dtype(), fill), weight.dtype());
                seen = valid.expandDims(-1).select(seen, seen.with(other));
            }
            Expr part = (weight.rank() == 0 ? weight : weight.expandDims(-1)).times(seen);
            sum = sum == null ? part : sum.plus(part);
        }
        return (table.dtype().isFloating() ? sum : sum.apply(Unary.Fn.ROUND))
                .cast(table.dtype())
                .v();
    }

    private static Expr safe(Expr at, Expr n, String fillMode) {
        Builder b = at.b();
        return switch (fillMode) {
            case "constant", "nearest" -> at.max(0).min(n.minus(1));
            case "wrap" -> at.with(b.binary(Binary.Fn.FLOOR_MOD, at.v(), n.v()));
            case "mirror", "reflect" -> {
                Expr folded = at.with(
                        b.binary(Binary.Fn.FLOOR_MOD, at.abs().v(), n.times(2).v()));
                Expr over = n.times(2).minus(folded).minus(fillMode.equals("reflect") ? 1 : 0);
                yield folded.lessThan(n).select(folded, over);
            }
            default ->
                throw new UnsupportedModelException(
                        "fill_mode '" + fillMode + "': expected constant, nearest, wrap, mirror or reflect");
        };
    }

    /** Distorted as if it were drawn on rubber: every place is moved by smoothed noise, by as much down as to the right. */
    public static Value elastic(
            Call c, Value x, Value seed, Value alpha, double sigma, int order, String fillMode, double fill) {
        Builder b = c.builder();
        Expr width = Expr.of(b, b.constant(x.dtype(), sigma));
        return elastic(c, x, seed, width.with(alpha), width, 3 * (int) sigma, order, fillMode, fill);
    }

    /** The same with a width of the smoothing that is computed; {@code radius} is the most that it may ask for. */
    public static Value elastic(
            Call c, Value x, Value seed, Expr alpha, Expr sigma, int radius, int order, String fillMode, double fill) {
        Builder b = c.builder();
        Dim[] d = b.dims(x);
        Expr noise = Expr.of(b, Seeds.normal(b, seed, x.dtype(), 0, 1, d[0], d[1], d[2]));
        Value bell = Blur.cut(b, radius, sigma);
        Expr moved = noise.times(sigma).expandDims(-1);
        moved = moved.with(Blur.same(b, moved.v(), bell, bell)).squeeze(-1).times(alpha);
        Expr down = moved.plus(moved.iota(d[1]).cast(x.dtype()).expandDims(-1));
        Expr right = moved.plus(moved.iota(d[2]).cast(x.dtype()));
        Expr area = scalar(noise, d[1]).times(scalar(noise, d[2]));
        Expr base =
                noise.iota(d[0]).cast(DType.INT32).times(area).expandDims(-1).expandDims(-1);
        Value table = b.reshape(x, Dim.of(-1), d[3]);
        return mapped(b, table, base, List.of(d[1], d[2]), List.of(down.v(), right.v()), order, fillMode, fill);
    }

    private static Expr scalar(Expr like, Dim d) {
        return like.with(d.isKnown() ? like.b().constant(DType.INT32, d.known()) : d.value());
    }

    /** How bright an image rises downwards, or else to the right. */
    public static Value sobel(Builder b, Value x, boolean down) {
        List<Integer> one = List.of(0, 1, 1, 0);
        Value padded = b.add(new Pad(Pad.Mode.REFLECT, one, one), x, b.constant(x.dtype(), 0));
        Expr p = Expr.of(b, padded);
        int axis = down ? 1 : 2;
        Expr rise = p.with(b.slice(p.v(), axis, 2, Slice.END)).minus(p.with(b.slice(p.v(), axis, 0, -2)));
        int other = 3 - axis;
        Expr left = p.with(b.slice(rise.v(), other, 0, -2));
        Expr middle = p.with(b.slice(rise.v(), other, 1, -1));
        Expr right = p.with(b.slice(rise.v(), other, 2, Slice.END));
        return left.plus(middle.times(2)).plus(right).v();
    }
}
