package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.AsString;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Concat;
import dev.posthorn.ir.op.HashCross;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.ShapeOf;
import dev.posthorn.ir.op.Text;
import dev.posthorn.ir.op.TextJoin;
import dev.posthorn.ir.op.TextLength;
import dev.posthorn.ir.op.TextMatch;
import dev.posthorn.ir.op.TextNumber;
import dev.posthorn.ir.op.TextSlice;
import dev.posthorn.ir.op.text.DecodeCsv;
import dev.posthorn.ir.op.text.DecodeRaw;
import dev.posthorn.ir.op.text.Decompress;
import dev.posthorn.ir.op.text.EditDistance;
import dev.posthorn.ir.op.text.Fingerprint;
import dev.posthorn.ir.op.text.Format;
import dev.posthorn.ir.op.text.MurmurBucket;
import dev.posthorn.ir.op.text.ReduceJoin;
import dev.posthorn.ir.op.text.SegmentJoin;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Functions of strings. */
final class Texts {
    static final List<TfOp> ALL = List.of(
            one("StringStrip", s -> s.b().add(new Text(Text.Fn.STRIP), s.in(0))),
            one(
                    "EncodeBase64",
                    s -> s.b().add(
                                    new Text(
                                            s.attributes().bool("pad", false)
                                                    ? Text.Fn.TO_BASE64_PADDED
                                                    : Text.Fn.TO_BASE64),
                                    s.in(0))),
            one("DecodeBase64", s -> s.b().add(new Text(Text.Fn.FROM_BASE64), s.in(0))),
            one("StringLength", s -> s.b().add(new TextLength(unicode(s)), s.in(0))),
            one("Substr", s -> s.b().add(new TextSlice(unicode(s)), s.in(0), s.in(1), s.in(2))),
            one(
                    "StringJoin",
                    s -> s.b().addAll(new TextJoin(s.attributes().string("separator", "")), s.all())
                            .get(0)),
            one(
                    "StringToNumber",
                    s -> s.b().add(new TextNumber(s.attributes().type("out_type", DType.FLOAT32)), s.in(0))),
            one(
                    "StaticRegexFullMatch",
                    s -> s.b().add(new TextMatch(s.attributes().string("pattern", "")), s.in(0))),
            one("RegexFullMatch", s -> s.b().add(new TextMatch(text(s, 1)), s.in(0))),
            many("SparseCross", Texts::cross),
            one("AsString", s -> s.b().add(format(s), s.in(0))),
            one(
                    "StringFormat",
                    s -> s.b().addAll(
                                    new Format(
                                            s.attributes().string("template", "%s"),
                                            s.attributes().string("placeholder", "%s"),
                                            (int) s.attributes().integer("summarize", 3)),
                                    s.all())
                            .get(0)),
            one("ReduceJoin", Texts::reduceJoin),
            one(
                    "UnsortedSegmentJoin",
                    s -> s.b().add(new SegmentJoin(s.attributes().string("separator", "")), s.in(0), s.in(1), s.in(2))),
            one(
                    "StringToHashBucket",
                    s -> s.b().add(new MurmurBucket(s.attributes().integer("num_buckets", 1)), s.in(0))),
            one("Fingerprint", Texts::fingerprint),
            one(
                    "EditDistance",
                    s -> s.b().addAll(new EditDistance(s.attributes().bool("normalize", true)), s.all())
                            .get(0)),
            one("DecodeRaw", s -> raw(s, -1)),
            one("DecodePaddedRaw", s -> raw(s, s.integer(1))),
            one("DecodeCompressed", Texts::decompressed),
            many("DecodeCSV", Texts::csv));

    private Texts() {}

    /** Hashes of dense rows of one feature each; what others give is of a length that depends on them. */
    private static List<Value> cross(Site s) {
        boolean rows = s.all().stream()
                .allMatch(x -> x.shape().isRanked()
                        && x.shape().rank() == 2
                        && x.shape().dim(1) == 1);
        if (!rows || s.attributes().integer("N", 0) != 0 || !s.attributes().bool("hashed_output", false)) {
            throw s.unsupported("features that are sparse, several in a row, or joined and not hashed");
        }
        HashCross op = new HashCross(
                s.attributes().integer("num_buckets", 0), s.attributes().integer("hash_key", 0));
        Builder b = s.b();
        Value hash = b.addAll(op, s.all()).get(0);
        Value shape = b.add(new ShapeOf(), hash);
        Value count = b.add(new Reshape(), b.slice(shape, 0, 0, 1), b.ints());
        Value number = b.reshape(b.add(new Iota(DType.INT64), count), -1, 1);
        Value zero = b.binary(Binary.Fn.MUL, number, 0);
        return List.of(b.add(new Concat(1), number, zero), b.reshape(hash, -1), b.cast(shape, DType.INT64));
    }

    /** Input {@code i}, one string that must be known before the graph runs. */
    static String text(Site s, int i) {
        return new String(s.constant(i).byteStrings()[0], StandardCharsets.UTF_8);
    }

    /** {@code x + y} of strings, which take each other's shape as numbers do. */
    static Value joined(Site s, Value x, Value y) {
        Shape shape = Shape.broadcast(x.shape(), y.shape());
        if (!shape.isKnown()) {
            throw s.unsupported("strings of shapes that are not known");
        }
        Dim[] dims = IntStream.of(shape.dims()).mapToObj(Dim::of).toArray(Dim[]::new);
        return s.b().add(new TextJoin(""), s.b().broadcastTo(x, dims), s.b().broadcastTo(y, dims));
    }

    private static boolean unicode(Site s) {
        return s.attributes().string("unit", "BYTE").equals("UTF8_CHAR");
    }

    private static AsString format(Site s) {
        return new AsString(
                s.attributes().bool("scientific", false),
                s.attributes().bool("shortest", false),
                (int) s.attributes().integer("width", -1),
                (int) s.attributes().integer("precision", -1),
                s.attributes().string("fill", ""));
    }

    /** Axes as they stand: the first counts fastest. */
    private static Value reduceJoin(Site s) {
        Shape x = s.shape(0);
        List<Integer> axes = s.intList(1).stream().map(x::axis).toList();
        ReduceJoin op = new ReduceJoin(
                axes, s.attributes().bool("keep_dims", false), s.attributes().string("separator", ""));
        return s.b().add(op, s.in(0));
    }

    private static Value fingerprint(Site s) {
        if (!text(s, 1).equals("farmhash64")) {
            throw s.unsupported("method " + text(s, 1));
        }
        return s.b().add(new Fingerprint(), s.in(0));
    }

    private static Value raw(Site s, int length) {
        DType to = s.attributes().type("out_type");
        return s.b().add(new DecodeRaw(to, s.attributes().bool("little_endian", true), length), s.in(0));
    }

    private static Value decompressed(Site s) {
        String type = s.attributes().string("compression_type", "");
        Decompress.Kind kind = switch (type) {
            case "" -> Decompress.Kind.NONE;
            case "ZLIB" -> Decompress.Kind.ZLIB;
            case "GZIP" -> Decompress.Kind.GZIP;
            default -> throw s.unsupported("compression " + type);
        };
        return s.b().add(new Decompress(kind), s.in(0));
    }

    private static List<Value> csv(Site s) {
        DecodeCsv op = new DecodeCsv(
                s.attributes().string("field_delim", ","),
                s.attributes().bool("use_quote_delim", true),
                s.attributes().string("na_value", ""),
                s.attributes().ints("select_cols"));
        List<Value> in = new ArrayList<>(List.of(s.in(0)));
        s.in(1, s.count()).forEach(v -> in.add(s.b().reshape(v, -1)));
        return s.b().addAll(op, in);
    }
}
