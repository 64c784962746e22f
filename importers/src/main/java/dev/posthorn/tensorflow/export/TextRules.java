package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.op.AsString;
import dev.posthorn.ir.op.HashBucket;
import dev.posthorn.ir.op.Lookup;
import dev.posthorn.ir.op.NGrams;
import dev.posthorn.ir.op.RegexReplace;
import dev.posthorn.ir.op.StringCase;
import dev.posthorn.ir.op.StringSplit;
import dev.posthorn.ir.op.Text;
import dev.posthorn.ir.op.TextJoin;
import dev.posthorn.ir.op.TextLength;
import dev.posthorn.ir.op.TextMatch;
import dev.posthorn.ir.op.TextNumber;
import dev.posthorn.ir.op.TextSlice;
import dev.posthorn.ir.op.text.Encoding;
import dev.posthorn.ir.op.text.UnicodeDecode;
import dev.posthorn.ir.op.text.UnicodeEncode;
import java.util.List;

/** Strings and what is looked up by them. */
final class TextRules {
    static final List<Rule<?>> ALL = List.of(
            Rule.one(
                    Lookup.class,
                    (op, n, in, w) -> w.add(
                            "LookupTableFindV2",
                            "values",
                            List.of(w.table(op.table()), in.get(0), in.get(1)),
                            Attrs.of()
                                    .type("Tin", op.table().keys().dtype())
                                    .type("Tout", op.table().values().dtype()))),
            Rule.one(
                    HashBucket.class,
                    (op, n, in, w) -> op.key().isEmpty()
                            ? w.add(
                                    "StringToHashBucketFast",
                                    "output",
                                    in,
                                    Attrs.of().integer("num_buckets", op.buckets()))
                            : w.add(
                                    "StringToHashBucketStrong",
                                    "output",
                                    in,
                                    Attrs.of()
                                            .integer("num_buckets", op.buckets())
                                            .longs("key", op.key()))),
            Rule.one(
                    StringCase.class,
                    (op, n, in, w) -> w.add(
                            op.upper() ? "StringUpper" : "StringLower",
                            "output",
                            in,
                            Attrs.of().text("encoding", op.unicode() ? "utf-8" : ""))),
            Rule.one(
                    RegexReplace.class,
                    (op, n, in, w) -> w.add(
                            "StaticRegexReplace",
                            "output",
                            in,
                            Attrs.of()
                                    .text("pattern", op.pattern())
                                    .text("rewrite", op.rewrite())
                                    .bool("replace_global", op.all()))),
            Rule.one(
                    TextMatch.class,
                    (op, n, in, w) -> w.add(
                            "StaticRegexFullMatch", "output", in, Attrs.of().text("pattern", op.pattern()))),
            Rule.one(
                    TextLength.class,
                    (op, n, in, w) -> w.add(
                            "StringLength",
                            "output",
                            in,
                            Attrs.of().text("unit", op.characters() ? "UTF8_CHAR" : "BYTE"))),
            Rule.one(
                    TextSlice.class,
                    (op, n, in, w) -> w.add(
                            "Substr",
                            "output",
                            in,
                            Attrs.of(n.input(1).dtype()).text("unit", op.characters() ? "UTF8_CHAR" : "BYTE"))),
            Rule.one(
                    TextJoin.class,
                    (op, n, in, w) -> w.add(
                            "StringJoin",
                            "output",
                            in,
                            Attrs.of().integer("N", in.size()).text("separator", op.separator()))),
            Rule.one(
                    TextNumber.class,
                    (op, n, in, w) ->
                            w.add("StringToNumber", "output", in, Attrs.of().type("out_type", op.to()))),
            Rule.one(
                    AsString.class,
                    (op, n, in, w) -> w.add(
                            "AsString",
                            "output",
                            in,
                            Attrs.of(n.input(0).dtype())
                                    .bool("scientific", op.scientific())
                                    .bool("shortest", op.shortest())
                                    .integer("width", op.width())
                                    .integer("precision", op.precision())
                                    .text("fill", op.fill()))),
            Rule.one(Text.class, TextRules::text),
            Rule.of(StringSplit.class, TextRules::split),
            Rule.of(NGrams.class, TextRules::grams),
            Rule.of(UnicodeDecode.class, TextRules::decode),
            Rule.one(
                    UnicodeEncode.class,
                    (op, n, in, w) -> w.add(
                            "UnicodeEncode",
                            "output",
                            in,
                            Attrs.of()
                                    .text("errors", op.encoding().errors())
                                    .text("output_encoding", op.encoding().name())
                                    .integer("replacement_char", op.encoding().replacement())
                                    .type("Tsplits", n.input(1).dtype()))));

    private TextRules() {}

    private static String text(Text op, Node n, List<String> in, FunctionWriter w) {
        return switch (op.fn()) {
            case STRIP -> w.add("StringStrip", "output", in, Attrs.of());
            case TO_BASE64 -> w.add("EncodeBase64", "output", in, Attrs.of().bool("pad", false));
            case TO_BASE64_PADDED ->
                w.add("EncodeBase64", "output", in, Attrs.of().bool("pad", true));
            case FROM_BASE64 -> w.add("DecodeBase64", "output", in, Attrs.of());
        };
    }

    private static List<String> split(StringSplit op, Node n, List<String> in, FunctionWriter w) {
        String separator = w.constant(Tensor.of(Shape.SCALAR, op.separator()));
        Attrs a = Attrs.of().integer("maxsplit", op.cuts());
        return Rules.outputs(w.add("StringSplitV2", "indices", List.of(in.get(0), separator), a), "values", "shape");
    }

    private static List<String> grams(NGrams op, Node n, List<String> in, FunctionWriter w) {
        Attrs a = Attrs.of()
                .text("separator", op.separator())
                .integers("ngram_widths", op.widths())
                .text("left_pad", op.left())
                .text("right_pad", op.right())
                .integer("pad_width", op.pad())
                .bool("preserve_short_sequences", op.whole())
                .type("Tsplits", n.input(1).dtype());
        return Rules.outputs(w.add("StringNGrams", "ngrams", in, a), "ngrams_splits");
    }

    private static List<String> decode(UnicodeDecode op, Node n, List<String> in, FunctionWriter w) {
        Encoding e = op.encoding();
        Attrs a = Attrs.of()
                .text("input_encoding", e.name())
                .text("errors", e.errors())
                .integer("replacement_char", e.replacement())
                .bool("replace_control_characters", e.control())
                .type("Tsplits", DType.INT64);
        return Rules.outputs(
                w.add("UnicodeDecodeWithOffsets", "row_splits", in, a), "char_values", "char_to_byte_starts");
    }
}
