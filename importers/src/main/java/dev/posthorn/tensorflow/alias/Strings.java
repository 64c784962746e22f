package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.HashBucket;
import dev.posthorn.ir.op.NGrams;
import dev.posthorn.ir.op.RegexReplace;
import dev.posthorn.ir.op.StringCase;
import dev.posthorn.ir.op.StringSplit;
import dev.posthorn.ir.op.text.CharSplit;
import dev.posthorn.ir.op.text.Encoding;
import dev.posthorn.ir.op.text.UnicodeDecode;
import dev.posthorn.ir.op.text.UnicodeEncode;
import dev.posthorn.ir.op.text.UnicodeScripts;
import dev.posthorn.ir.op.text.UnicodeTranscode;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.List;

/** Texts, and rows of different lengths that come of them. */
final class Strings {
    static final List<TfOp> ALL = List.of(
            one("StringLower", s -> s.b().add(new StringCase(false, unicode(s)), s.in(0))),
            one("StringUpper", s -> s.b().add(new StringCase(true, unicode(s)), s.in(0))),
            one(
                    "StaticRegexReplace",
                    s -> s.b().add(
                                    new RegexReplace(
                                            s.attributes().string("pattern", ""),
                                            s.attributes().string("rewrite", ""),
                                            s.attributes().bool("replace_global", true)),
                                    s.in(0))),
            one(
                    "RegexReplace",
                    s -> s.b().add(
                                    new RegexReplace(
                                            s.constant(1).getString(0),
                                            s.constant(2).getString(0),
                                            s.attributes().bool("replace_global", true)),
                                    s.in(0))),
            one(
                    "StringToHashBucketFast",
                    s -> s.b().add(new HashBucket(s.attributes().integer("num_buckets", 1), List.of()), s.in(0))),
            one(
                    "StringToHashBucketStrong",
                    s -> s.b().add(
                                    new HashBucket(
                                            s.attributes().integer("num_buckets", 1),
                                            s.attributes().longs("key")),
                                    s.in(0))),
            many(
                    "StringSplitV2",
                    s -> s.b().addAll(
                                    new StringSplit(s.constant(1).getString(0), (int)
                                            s.attributes().integer("maxsplit", -1)),
                                    List.of(s.in(0)))),
            many(
                    "StringSplit",
                    s -> s.b().addAll(
                                    new CharSplit(s.attributes().bool("skip_empty", true)), List.of(s.in(0), s.in(1)))),
            many("UnicodeDecode", s -> decoded(s).subList(0, 2)),
            many("UnicodeDecodeWithOffsets", Strings::decoded),
            one("UnicodeEncode", s -> s.b().add(new UnicodeEncode(encoding(s, "output_encoding")), s.in(0), s.in(1))),
            one(
                    "UnicodeTranscode",
                    s -> s.b().add(
                                    new UnicodeTranscode(encoding(s, "input_encoding"), encoding(s, "output_encoding")),
                                    s.in(0))),
            one("UnicodeScript", s -> s.b().add(new UnicodeScripts(), s.in(0))),
            many("StringNGrams", Strings::nGrams));

    private Strings() {}

    private static boolean unicode(Site s) {
        String encoding = s.attributes().string("encoding", "");
        if (!encoding.isEmpty() && !encoding.equalsIgnoreCase("utf-8")) {
            throw s.unsupported("encoding " + encoding);
        }
        return !encoding.isEmpty();
    }

    private static Encoding encoding(Site s, String attribute) {
        return new Encoding(
                s.attributes().string(attribute, "UTF-8"),
                s.attributes().string("errors", "replace"),
                (int) s.attributes().integer("replacement_char", 0xfffd),
                s.attributes().bool("replace_control_characters", false));
    }

    private static List<Value> decoded(Site s) {
        List<Value> out = s.b().addAll(new UnicodeDecode(encoding(s, "input_encoding")), List.of(s.in(0)));
        DType splits = s.attributes().type("Tsplits", DType.INT64);
        return List.of(Elementwise.cast(s.b(), out.get(0), splits), out.get(1), out.get(2));
    }

    private static List<Value> nGrams(Site s) {
        NGrams op = new NGrams(
                s.attributes().string("separator", ""),
                s.attributes().ints("ngram_widths"),
                s.attributes().string("left_pad", ""),
                s.attributes().string("right_pad", ""),
                (int) s.attributes().integer("pad_width", 0),
                s.attributes().bool("preserve_short_sequences", false));
        List<Value> out = s.b().addAll(op, s.all());
        return List.of(out.get(0), Elementwise.cast(s.b(), out.get(1), s.dtype(1)));
    }
}
