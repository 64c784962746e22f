package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.one;

import dev.posthorn.ir.op.Text;
import dev.posthorn.ir.op.TextJoin;
import dev.posthorn.ir.op.TextLength;
import dev.posthorn.ir.op.TextMatch;
import dev.posthorn.ir.op.TextNumber;
import dev.posthorn.ir.op.TextSlice;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.nio.charset.StandardCharsets;
import java.util.List;

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
                    s -> s.b().add(
                                    new TextNumber(s.attributes().type("out_type", dev.posthorn.ir.DType.FLOAT32)),
                                    s.in(0))),
            one(
                    "StaticRegexFullMatch",
                    s -> s.b().add(new TextMatch(s.attributes().string("pattern", "")), s.in(0))),
            one("RegexFullMatch", s -> s.b().add(new TextMatch(text(s, 1)), s.in(0))));

    private Texts() {}

    /** Input {@code i}, one string that must be known before the graph runs. */
    static String text(Site s, int i) {
        return new String(s.constant(i).byteStrings()[0], StandardCharsets.UTF_8);
    }

    private static boolean unicode(Site s) {
        return s.attributes().string("unit", "BYTE").equals("UTF8_CHAR");
    }
}
