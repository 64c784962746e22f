package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;
import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.AsString;
import dev.posthorn.ir.op.HashBucket;
import dev.posthorn.ir.op.NGrams;
import dev.posthorn.ir.op.RegexReplace;
import dev.posthorn.ir.op.StringCase;
import dev.posthorn.ir.op.StringSplit;
import dev.posthorn.ir.op.UnicodeDecode;
import dev.posthorn.ir.op.UnicodeEncode;
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
            one("AsString", Strings::asString),
            many(
                    "StringSplitV2",
                    s -> s.b().addAll(
                                    new StringSplit(s.constant(1).getString(0), (int)
                                            s.attributes().integer("maxsplit", -1)),
                                    List.of(s.in(0)))),
            many("UnicodeDecode", s -> {
                utf8(s, "input_encoding");
                List<Value> out = s.b().addAll(new UnicodeDecode(), List.of(s.in(0)));
                DType splits = s.attributes().type("Tsplits", DType.INT64);
                return List.of(Elementwise.cast(s.b(), out.get(0), splits), out.get(1));
            }),
            one("UnicodeEncode", s -> {
                utf8(s, "output_encoding");
                return s.b().add(new UnicodeEncode(), s.in(0), s.in(1));
            }),
            many("StringNGrams", Strings::nGrams));

    private Strings() {}

    private static boolean unicode(Site s) {
        String encoding = s.attributes().string("encoding", "");
        if (!encoding.isEmpty() && !encoding.equalsIgnoreCase("utf-8")) {
            throw s.unsupported("encoding " + encoding);
        }
        return !encoding.isEmpty();
    }

    /** Only UTF-8, and what is not gives U+FFFD. */
    private static void utf8(Site s, String attribute) {
        String encoding = s.attributes().string(attribute, "UTF-8");
        String errors = s.attributes().string("errors", "replace");
        long replacement = s.attributes().integer("replacement_char", 0xfffd);
        boolean control = s.attributes().bool("replace_control_characters", false);
        if (!encoding.equals("UTF-8") || !errors.equals("replace") || replacement != 0xfffd || control) {
            throw s.unsupported(attribute + " " + encoding + ", errors " + errors + ", replacement " + replacement);
        }
    }

    private static Value asString(Site s) {
        boolean plain = !s.attributes().bool("scientific", false)
                && !s.attributes().bool("shortest", false)
                && s.attributes().integer("width", -1) == -1
                && s.attributes().integer("precision", -1) == -1
                && s.attributes().string("fill", "").isEmpty();
        if (!plain || s.dtype(0).isFloating()) {
            throw s.unsupported("a format, or " + s.dtype(0) + " numbers");
        }
        return s.b().add(new AsString(), s.in(0));
    }

    private static List<Value> nGrams(Site s) {
        if (s.attributes().integer("pad_width", 0) != 0
                        && !(s.attributes().string("left_pad", "").isEmpty()
                                && s.attributes().string("right_pad", "").isEmpty())
                || s.attributes().bool("preserve_short_sequences", false)) {
            throw s.unsupported("n-grams with padding");
        }
        NGrams op = new NGrams(
                s.attributes().string("separator", ""), s.attributes().ints("ngram_widths"));
        List<Value> out = s.b().addAll(op, s.all());
        return List.of(out.get(0), Elementwise.cast(s.b(), out.get(1), s.dtype(1)));
    }
}
