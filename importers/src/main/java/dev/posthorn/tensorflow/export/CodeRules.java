package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.table.SetOperation;
import dev.posthorn.ir.op.table.SetSizes;
import dev.posthorn.ir.op.text.CharSplit;
import dev.posthorn.ir.op.text.DecodeCsv;
import dev.posthorn.ir.op.text.DecodeRaw;
import dev.posthorn.ir.op.text.Decompress;
import dev.posthorn.ir.op.text.EditDistance;
import dev.posthorn.ir.op.text.Fingerprint;
import dev.posthorn.ir.op.text.Format;
import dev.posthorn.ir.op.text.MurmurBucket;
import dev.posthorn.ir.op.text.ReduceJoin;
import dev.posthorn.ir.op.text.SegmentJoin;
import dev.posthorn.ir.op.text.UnicodeScripts;
import dev.posthorn.ir.op.text.UnicodeTranscode;
import dev.posthorn.proto.DataType;
import dev.posthorn.tensorflow.Protos;
import dev.posthorn.tensorflow.host.DecodeJsonExample;
import dev.posthorn.tensorflow.host.ParseTensor;
import dev.posthorn.tensorflow.host.SerializeTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What bytes stand for: numbers, records, examples, texts in other encodings; sets, and tables that are values. */
final class CodeRules {
    static final List<Rule<?>> ALL = List.of(
            Rule.one(DecodeRaw.class, CodeRules::numbers),
            Rule.same(
                    Decompress.class,
                    "DecodeCompressed",
                    "output",
                    (op, n) -> Attrs.of()
                            .text(
                                    "compression_type",
                                    op.kind() == Decompress.Kind.NONE
                                            ? ""
                                            : op.kind().name())),
            Rule.of(DecodeCsv.class, CodeRules::records),
            Rule.same(
                    SerializeTensor.class,
                    "SerializeTensor",
                    "serialized",
                    (op, n) -> Attrs.of(n.input(0).dtype())),
            Rule.same(DecodeJsonExample.class, "DecodeJSONExample", "binary_examples", (op, n) -> Attrs.of()),
            Rule.same(
                    ParseTensor.class,
                    "ParseTensor",
                    "output",
                    (op, n) -> Attrs.of().type("out_type", op.to())),
            Rule.same(
                    EditDistance.class,
                    "EditDistance",
                    "output",
                    (op, n) -> Attrs.of(n.input(1).dtype()).bool("normalize", op.normalize())),
            Rule.one(Fingerprint.class, (op, n, in, w) -> {
                String method = w.constant(Tensor.of(Shape.SCALAR, "farmhash64"));
                return w.add(
                        "Fingerprint",
                        "fingerprint",
                        List.of(in.get(0), method),
                        Attrs.of(n.input(0).dtype()));
            }),
            Rule.same(
                    Format.class,
                    "StringFormat",
                    "output",
                    (op, n) -> Attrs.of()
                            .dataTypes("T", types(n.inputs()))
                            .text("template", op.template())
                            .text("placeholder", op.placeholder())
                            .integer("summarize", op.ends())),
            Rule.same(
                    MurmurBucket.class,
                    "StringToHashBucket",
                    "output",
                    (op, n) -> Attrs.of().integer("num_buckets", op.buckets())),
            Rule.one(
                    ReduceJoin.class,
                    (op, n, in, w) -> w.add(
                            "ReduceJoin",
                            "output",
                            List.of(in.get(0), w.ints(op.axes())),
                            Attrs.of().bool("keep_dims", op.keepDims()).text("separator", op.separator()))),
            Rule.same(
                    SegmentJoin.class,
                    "UnsortedSegmentJoin",
                    "output",
                    (op, n) -> Attrs.of()
                            .text("separator", op.separator())
                            .type("Tindices", n.input(1).dtype())
                            .type("Tnumsegments", n.input(2).dtype())),
            Rule.same(
                    CharSplit.class,
                    "StringSplit",
                    "indices values shape",
                    (op, n) -> Attrs.of().bool("skip_empty", op.skipEmpty())),
            Rule.same(UnicodeScripts.class, "UnicodeScript", "output", (op, n) -> Attrs.of()),
            Rule.same(
                    UnicodeTranscode.class,
                    "UnicodeTranscode",
                    "output",
                    (op, n) -> Attrs.of()
                            .text("input_encoding", op.from().name())
                            .text("output_encoding", op.to().name())
                            .text("errors", op.from().errors())
                            .integer("replacement_char", op.from().replacement())
                            .bool("replace_control_characters", op.from().control())),
            Rule.same(
                    SetOperation.class,
                    "SparseToSparseSetOperation",
                    "result_indices result_values result_shape",
                    (op, n) -> Attrs.of(n.input(1).dtype())
                            .text("set_operation", operation(op.fn()))
                            .bool("validate_indices", true)),
            Rule.same(
                    SetSizes.class,
                    "SetSize",
                    "size",
                    (op, n) -> Attrs.of(n.input(1).dtype())));

    private CodeRules() {}

    private static List<DataType> types(List<Value> values) {
        return values.stream().map(v -> Protos.dtype(v.dtype())).toList();
    }

    private static String operation(SetOperation.Fn fn) {
        return switch (fn) {
            case A_MINUS_B -> "a-b";
            case B_MINUS_A -> "b-a";
            case INTERSECTION, UNION -> fn.name().toLowerCase(Locale.ROOT);
        };
    }

    private static String numbers(DecodeRaw op, Node n, List<String> in, FunctionWriter w) {
        Attrs a = Attrs.of().type("out_type", op.to()).bool("little_endian", op.littleEndian());
        return op.length() < 0
                ? w.add("DecodeRaw", "output", in, a)
                : w.add("DecodePaddedRaw", "output", List.of(in.get(0), w.scalar(op.length())), a);
    }

    private static List<String> records(DecodeCsv op, Node n, List<String> in, FunctionWriter w) {
        List<Value> defaults = n.inputs().subList(1, in.size());
        Attrs a = Attrs.of()
                .dataTypes("OUT_TYPE", types(defaults))
                .text("field_delim", op.delimiter())
                .bool("use_quote_delim", op.quotes())
                .text("na_value", op.missing())
                .integers("select_cols", op.selected());
        return listed(w.add("DecodeCSV", "output", in, a), defaults.size());
    }

    /** The outputs of one list. */
    static List<String> listed(String first, int n) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            all.add(FunctionWriter.output(first, i));
        }
        return all;
    }
}
