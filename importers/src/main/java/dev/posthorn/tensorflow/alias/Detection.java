package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.image.CombinedNonMaxSuppression;
import dev.posthorn.ir.op.image.CropAndResize;
import dev.posthorn.ir.op.image.CropBoxGradient;
import dev.posthorn.ir.op.image.CropImageGradient;
import dev.posthorn.ir.op.image.DrawBoxes;
import dev.posthorn.ir.op.image.NonMaxSuppression;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;

/** Boxes in pictures: chosen, drawn, cut out. */
final class Detection {
    private static final float[] COLOURS = {
        1,
        1,
        0,
        1,
        0,
        0,
        1,
        1,
        1,
        0,
        0,
        1,
        0,
        1,
        0,
        1,
        0.5f,
        0,
        0.5f,
        1, // yellow, blue, red, lime, purple
        0.5f,
        0.5f,
        0,
        1,
        0.5f,
        0,
        0,
        1,
        0,
        0,
        0.5f,
        1,
        0,
        1,
        1,
        1,
        1,
        0,
        1,
        1 // olive, maroon, navy, aqua, fuchsia
    };

    static final List<TfOp> ALL = List.of(
            one("NonMaxSuppression", s -> {
                Value overlap = s.b().constant(DType.FLOAT32, s.attributes().real("iou_threshold", 0.5f));
                return chosen(s, false, overlap, least(s), none(s), false).get(0);
            }),
            one(
                    "NonMaxSuppressionV2",
                    s -> chosen(s, false, s.in(3), least(s), none(s), false).get(0)),
            one(
                    "NonMaxSuppressionV3",
                    s -> chosen(s, false, s.in(3), s.in(4), none(s), false).get(0)),
            many("NonMaxSuppressionV4", s -> {
                List<Value> all = chosen(s, false, s.in(3), s.in(4), none(s), padded(s));
                return List.of(all.get(0), all.get(2));
            }),
            many("NonMaxSuppressionV5", s -> chosen(s, false, s.in(3), s.in(4), s.in(5), padded(s))),
            one(
                    "NonMaxSuppressionWithOverlaps",
                    s -> chosen(s, true, s.in(3), s.in(4), none(s), false).get(0)),
            many(
                    "CombinedNonMaxSuppression",
                    s -> s.b().addAll(
                                    new CombinedNonMaxSuppression(
                                            s.attributes().bool("pad_per_class", false),
                                            s.attributes().bool("clip_boxes", true)),
                                    s.all())),
            one("DrawBoundingBoxes", s -> drawn(s, null)),
            one("DrawBoundingBoxesV2", s -> drawn(s, s.in(2))),
            one("CropAndResize", s -> {
                int[] size = s.ints(3);
                double beyond = s.attributes().real("extrapolation_value", 0);
                return s.b().add(new CropAndResize(bilinear(s), beyond, size[0], size[1]), s.in(0), s.in(1), s.in(2));
            }),
            one(
                    "CropAndResizeGradImage",
                    s -> s.b().cast(
                                    s.b().addAll(new CropImageGradient(bilinear(s)), s.all())
                                            .get(0),
                                    s.attributes().type("T"))),
            one("CropAndResizeGradBoxes", s -> s.b().add(new CropBoxGradient(), s.in(0), s.in(1), s.in(2), s.in(3))));

    private Detection() {}

    private static List<Value> chosen(Site s, boolean overlaps, Value overlap, Value least, Value sigma, boolean pad) {
        Builder b = s.b();
        return b.addAll(
                new NonMaxSuppression(overlaps, pad),
                List.of(
                        s.in(0),
                        s.in(1),
                        s.in(2),
                        b.cast(overlap, DType.FLOAT32),
                        b.cast(least, DType.FLOAT32),
                        b.cast(sigma, DType.FLOAT32)));
    }

    private static Value least(Site s) {
        return s.b().constant(DType.FLOAT32, -Float.MAX_VALUE);
    }

    private static Value none(Site s) {
        return s.b().constant(DType.FLOAT32, 0);
    }

    private static boolean padded(Site s) {
        return s.attributes().bool("pad_to_max_output_size", false);
    }

    private static boolean bilinear(Site s) {
        String method = s.attributes().string("method", "bilinear");
        if (!method.equals("bilinear") && !method.equals("nearest")) {
            throw s.unsupported("method " + method);
        }
        return method.equals("bilinear");
    }

    /** In ten colours where none are given; a single channel is drawn in white then. */
    private static Value drawn(Site s, Value given) {
        Value colours = given;
        if (given == null || given.shape().isKnown() && given.shape().size() == 0) {
            float[] table = COLOURS.clone();
            for (int i = 0; i < table.length && s.shape(0).dim(3) == 1; i += 4) {
                table[i] = 1;
            }
            colours = s.b().constant(Tensor.of(Shape.of(COLOURS.length / 4, 4), table));
        }
        return s.b().add(new DrawBoxes(), s.in(0), s.in(1), colours);
    }
}
