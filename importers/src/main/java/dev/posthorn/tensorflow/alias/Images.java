package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Hues;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.ProjectiveTransform;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;

/** Images sampled on other grids, and their colours. */
final class Images {
    static final List<TfOp> ALL = List.of(
            one("ImageProjectiveTransformV2", s -> projected(s, s.b().constant(DType.FLOAT32, 0))),
            one("ImageProjectiveTransformV3", s -> projected(s, s.in(3))),
            one("RGBToHSV", s -> Hues.toHsv(s.b(), s.in(0))),
            one("HSVToRGB", s -> Hues.toRgb(s.b(), s.in(0))),
            one("AdjustContrastv2", Images::contrast),
            one("AdjustHue", Images::hue),
            one("AdjustSaturation", Images::saturation));

    private Images() {}

    private static Value projected(Site s, Value fill) {
        boolean bilinear = s.attributes().string("interpolation", "").equals("BILINEAR");
        ProjectiveTransform.Beyond beyond = switch (s.attributes().string("fill_mode", "CONSTANT")) {
            case "CONSTANT" -> ProjectiveTransform.Beyond.CONSTANT;
            case "NEAREST" -> ProjectiveTransform.Beyond.NEAREST;
            case "REFLECT" -> ProjectiveTransform.Beyond.REFLECT;
            case "WRAP" -> ProjectiveTransform.Beyond.WRAP;
            default -> throw s.unsupported("fill mode " + s.attributes().string("fill_mode", ""));
        };
        return s.b().add(new ProjectiveTransform(bilinear, beyond), s.in(2), s.in(0), s.in(1), fill);
    }

    /** Away from each channel's mean. */
    private static Value contrast(Site s) {
        Builder b = s.b();
        Value x = s.in(0);
        int rank = x.shape().rank();
        Value wide = Elementwise.cast(b, x, DType.FLOAT32);
        Value mean = b.reduce(Reduce.Fn.MEAN, wide, true, rank - 3, rank - 2);
        Value y = b.plus(b.times(b.minus(wide, mean), s.in(1)), mean);
        return Elementwise.cast(b, y, x.dtype());
    }

    private static Value hue(Site s) {
        Builder b = s.b();
        Value x = Elementwise.cast(b, s.in(0), DType.FLOAT32);
        List<Value> hsv = b.split(Hues.toHsv(b, x), -1, 1, 1, 1);
        Value turned = b.plus(hsv.get(0), s.in(1));
        Value h = b.minus(turned, b.unary(Unary.Fn.FLOOR, turned));
        return Elementwise.cast(b, Hues.toRgb(b, b.concat(-1, List.of(h, hsv.get(1), hsv.get(2)))), s.dtype(0));
    }

    private static Value saturation(Site s) {
        Builder b = s.b();
        Value x = Elementwise.cast(b, s.in(0), DType.FLOAT32);
        List<Value> hsv = b.split(Hues.toHsv(b, x), -1, 1, 1, 1);
        Value scaled = b.times(hsv.get(1), s.in(1));
        Value inside = b.binary(Binary.Fn.MIN, b.binary(Binary.Fn.MAX, scaled, 0), 1);
        return Elementwise.cast(b, Hues.toRgb(b, b.concat(-1, List.of(hsv.get(0), inside, hsv.get(2)))), s.dtype(0));
    }
}
