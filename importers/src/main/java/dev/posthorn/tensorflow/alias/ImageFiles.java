package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.image.DecodeImage;
import dev.posthorn.ir.op.image.DecodeImage.Format;
import dev.posthorn.ir.op.image.DecodeImage.Frames;
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
            one("EncodePng", s -> s.b().add(new EncodePng((int) s.attributes().integer("compression", -1)), s.in(0))));

    private ImageFiles() {}

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
