package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.image.DecodeImage;
import dev.posthorn.ir.op.image.DecodeImage.Format;
import dev.posthorn.ir.op.image.DecodeImage.Frames;
import dev.posthorn.ir.op.image.EncodeJpeg;
import dev.posthorn.ir.op.image.EncodePng;
import dev.posthorn.ir.op.image.JpegShape;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;

/** Pictures from files, and to files. What a file is, its first bytes say: most of these ops read all formats. */
final class ImageFiles {
    static final List<TfOp> ALL = List.of(
            one("DecodeJpeg", s -> decoded(s, Frames.NEVER, null)),
            one("DecodePng", s -> decoded(s, Frames.NEVER, null)),
            one("DecodeBmp", s -> decoded(s, Frames.NEVER, Format.BMP)),
            one("DecodeGif", s -> decoded(s, Frames.ALWAYS, null)),
            one("DecodeImage", s -> {
                boolean expand = s.attributes().bool("expand_animations", true);
                return decoded(s, expand ? Frames.ANIMATIONS : Frames.NEVER, null);
            }),
            one("DecodeAndCropJpeg", ImageFiles::cropped),
            one(
                    "ExtractJpegShape",
                    s -> s.b().add(new JpegShape(s.attributes().type("output_type", DType.INT32)), s.in(0))),
            one("EncodeJpeg", ImageFiles::encoded),
            one("EncodeJpegVariableQuality", s -> s.b().add(new EncodeJpeg(true, 1, 300, 300, ""), s.in(0), s.in(1))),
            one("EncodePng", s -> s.b().add(new EncodePng((int) s.attributes().integer("compression", -1)), s.in(0))));

    private ImageFiles() {}

    private static Value encoded(Site s) {
        String format = s.attributes().string("format", "");
        int channels = s.shape(0).dim(2);
        boolean fits = format.isEmpty() || channels < 0 || channels == (format.equals("grayscale") ? 1 : 3);
        if (!List.of("", "grayscale", "rgb").contains(format) || !fits) {
            throw s.unsupported("format " + format + " of " + channels + " channels");
        }
        for (String option : List.of("progressive", "optimize_size")) {
            if (s.attributes().bool(option, false)) {
                throw s.unsupported("a JPEG file that is " + option);
            }
        }
        EncodeJpeg op = new EncodeJpeg(
                s.attributes().bool("chroma_downsampling", true),
                s.attributes().string("density_unit", "in").equals("in") ? 1 : 2,
                (int) s.attributes().integer("x_density", 300),
                (int) s.attributes().integer("y_density", 300),
                s.attributes().string("xmp_metadata", ""));
        return s.b().add(op, s.in(0), s.b().constant(DType.INT32, s.attributes().integer("quality", 95)));
    }

    private static Value decoded(Site s, Frames frames, Format only) {
        if (s.attributes().bool("try_recover_truncated", false)) {
            throw s.unsupported("to recover what was cut off");
        }
        String dct = s.attributes().string("dct_method", "");
        if (!List.of("", "INTEGER_ACCURATE", "INTEGER_FAST").contains(dct)) {
            throw s.unsupported("dct_method " + dct);
        }
        DecodeImage.Jpegs jpeg = new DecodeImage.Jpegs(
                (int) s.attributes().integer("ratio", 1),
                s.attributes().bool("fancy_upscaling", true),
                !dct.equals("INTEGER_ACCURATE")); // what TensorFlow's build takes where nothing is said
        DecodeImage op = new DecodeImage(
                (int) s.attributes().integer("channels", frames == Frames.ALWAYS ? 3 : 0),
                s.attributes().type("dtype", DType.UINT8),
                frames,
                only,
                jpeg);
        return s.b().add(op, s.in(0));
    }

    /** Rows, columns, height and width of what is taken must be known before the graph runs. */
    private static Value cropped(Site s) {
        int[] window = s.ints(1);
        Value all = decoded(s, Frames.NEVER, Format.JPEG);
        Value rows = s.b().slice(all, 0, window[0], window[0] + window[2]);
        return s.b().slice(rows, 1, window[1], window[1] + window[3]);
    }
}
