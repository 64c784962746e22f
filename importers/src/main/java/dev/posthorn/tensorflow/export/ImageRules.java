package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.image.CombinedNonMaxSuppression;
import dev.posthorn.ir.op.image.CropAndResize;
import dev.posthorn.ir.op.image.CropBoxGradient;
import dev.posthorn.ir.op.image.CropImageGradient;
import dev.posthorn.ir.op.image.DecodeImage;
import dev.posthorn.ir.op.image.DecodeImage.Format;
import dev.posthorn.ir.op.image.DecodeImage.Frames;
import dev.posthorn.ir.op.image.DrawBoxes;
import dev.posthorn.ir.op.image.EncodeJpeg;
import dev.posthorn.ir.op.image.EncodePng;
import dev.posthorn.ir.op.image.JpegShape;
import dev.posthorn.ir.op.image.NonMaxSuppression;
import java.util.ArrayList;
import java.util.List;

/** Pictures from files and to files, and boxes in them. */
final class ImageRules {
    static final List<Rule<?>> ALL = List.of(
            Rule.one(DecodeImage.class, ImageRules::decoded),
            Rule.same(
                    JpegShape.class,
                    "ExtractJpegShape",
                    "image_shape",
                    (op, n) -> Attrs.of().type("output_type", op.to())),
            Rule.same(
                    EncodePng.class,
                    "EncodePng",
                    "contents",
                    (op, n) -> Attrs.of(n.input(0).dtype()).integer("compression", op.level())),
            Rule.one(EncodeJpeg.class, ImageRules::encoded),
            Rule.one(CropAndResize.class, ImageRules::cropped),
            Rule.same(
                    CropBoxGradient.class,
                    "CropAndResizeGradBoxes",
                    "output",
                    (op, n) -> Attrs.of(n.input(1).dtype()).text("method", "bilinear")),
            Rule.same(
                    CropImageGradient.class,
                    "CropAndResizeGradImage",
                    "output",
                    (op, n) -> Attrs.of(DType.FLOAT32).text("method", method(op.bilinear()))),
            Rule.same(
                    DrawBoxes.class,
                    "DrawBoundingBoxesV2",
                    "output",
                    (op, n) -> Attrs.of(n.input(0).dtype())),
            Rule.of(NonMaxSuppression.class, ImageRules::chosen),
            Rule.same(
                    CombinedNonMaxSuppression.class,
                    "CombinedNonMaxSuppression",
                    "nmsed_boxes nmsed_scores nmsed_classes valid_detections",
                    (op, n) ->
                            Attrs.of().bool("pad_per_class", op.padPerClass()).bool("clip_boxes", op.clip())));

    private ImageRules() {}

    /** With a quality that is known, or the options of the op that takes one. */
    private static String encoded(EncodeJpeg op, Node n, List<String> in, FunctionWriter w) {
        if (n.input(1).node().op() instanceof Constant quality) {
            Attrs a = Attrs.of()
                    .integer("quality", quality.value().getLong(0))
                    .bool("chroma_downsampling", op.halved())
                    .text("density_unit", op.unit() == 1 ? "in" : "cm")
                    .integer("x_density", op.xDensity())
                    .integer("y_density", op.yDensity())
                    .text("xmp_metadata", op.xmp());
            return w.add("EncodeJpeg", "contents", in.subList(0, 1), a);
        }
        if (!op.equals(new EncodeJpeg(true, 1, 300, 300, ""))) {
            throw Rules.unsupported("a JPEG file of unknown quality with other options than the usual ones");
        }
        return w.add("EncodeJpegVariableQuality", "contents", in, Attrs.of());
    }

    private static String method(boolean bilinear) {
        return bilinear ? "bilinear" : "nearest";
    }

    /** DecodeJpeg reads all formats, as uint8 and with the options of JPEG; DecodeImage other types, without them. */
    private static String decoded(DecodeImage op, Node n, List<String> in, FunctionWriter w) {
        Attrs channels = Attrs.of().integer("channels", op.channels());
        boolean usual = op.jpeg().ratio() == 1 && op.jpeg().fancy() && op.jpeg().fast();
        if (op.only() == Format.BMP && op.to() == DType.UINT8 && op.frames() == Frames.NEVER) {
            return w.add("DecodeBmp", "image", in, channels);
        } else if (op.frames() == Frames.ALWAYS && op.to() == DType.UINT8 && op.channels() == 3) {
            return w.add("DecodeGif", "image", in, Attrs.of());
        } else if (op.frames() == Frames.NEVER && op.to() == DType.UINT8 && op.channels() != 4) {
            Attrs a = channels.integer("ratio", op.jpeg().ratio())
                    .bool("fancy_upscaling", op.jpeg().fancy())
                    .text("dct_method", op.jpeg().fast() ? "" : "INTEGER_ACCURATE");
            return w.add("DecodeJpeg", "image", in, a);
        } else if (usual && op.frames() != Frames.ALWAYS && op.only() == null) {
            Attrs a = channels.type("dtype", op.to()).bool("expand_animations", op.frames() == Frames.ANIMATIONS);
            return w.add("DecodeImage", "image", in, a);
        }
        throw Rules.unsupported("pictures of " + op.to() + " with such options of JPEG or frames");
    }

    private static String cropped(CropAndResize op, Node n, List<String> in, FunctionWriter w) {
        Attrs a = Attrs.of(n.input(0).dtype())
                .text("method", method(op.bilinear()))
                .real("extrapolation_value", (float) op.beyond());
        String of = w.cast(in.get(2), n.input(2).dtype(), DType.INT32);
        String size = w.ints(op.height(), op.width());
        String boxes = w.cast(in.get(1), n.input(1).dtype(), DType.FLOAT32);
        return w.add("CropAndResize", "crops", List.of(in.get(0), boxes, of, size), a);
    }

    private static List<String> chosen(NonMaxSuppression op, Node n, List<String> in, FunctionWriter w) {
        DType t = n.input(0).dtype();
        List<String> operands = new ArrayList<>(in.subList(0, 2));
        operands.add(w.cast(in.get(2), n.input(2).dtype(), DType.INT32));
        if (op.overlaps()) {
            operands.addAll(in.subList(3, 5));
            String places = w.add("NonMaxSuppressionWithOverlaps", "selected_indices", operands, Attrs.of());
            String scores = OrderRules.gather(in.get(1), n.input(1).dtype(), places, DType.INT32, w);
            Attrs size = Attrs.of(DType.INT32).type("out_type", DType.INT32);
            return List.of(places, scores, w.add("Size", "output", List.of(places), size));
        }
        for (int i = 3; i < 6; i++) {
            operands.add(w.cast(in.get(i), n.input(i).dtype(), t));
        }
        Attrs a = Attrs.of(t).bool("pad_to_max_output_size", op.pad());
        return Rules.outputs(
                w.add("NonMaxSuppressionV5", "selected_indices", operands, a), "selected_scores", "valid_outputs");
    }
}
