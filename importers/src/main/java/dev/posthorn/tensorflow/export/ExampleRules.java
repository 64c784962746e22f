package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.op.example.Fields;
import dev.posthorn.ir.op.example.ParseExamples;
import dev.posthorn.ir.op.example.ParseSequences;
import dev.posthorn.proto.DataType;
import dev.posthorn.tensorflow.Protos;
import java.util.ArrayList;
import java.util.List;

/** Features of serialised examples. */
final class ExampleRules {
    static final List<Rule<?>> ALL = List.of(
            Rule.of(ParseExamples.class, ExampleRules::examples),
            Rule.of(ParseSequences.class, ExampleRules::sequences));

    private ExampleRules() {}

    private static List<String> examples(ParseExamples op, Node n, List<String> in, FunctionWriter w) {
        Fields f = op.fields();
        List<String> all = new ArrayList<>(List.of(in.get(0), none(w)));
        all.addAll(keys(f, w));
        all.addAll(in.subList(1, in.size()));
        Attrs a = types(Attrs.of(), "", "Tdense", f)
                .integer("num_sparse", f.sparse().size());
        String first = w.add("ParseExampleV2", "sparse_indices", all, a);
        return found(f, "", first);
    }

    private static List<String> sequences(ParseSequences op, Node n, List<String> in, FunctionWriter w) {
        Fields context = op.context();
        Fields lists = op.lists();
        List<String> all = new ArrayList<>(List.of(in.get(0), none(w)));
        all.addAll(keys(context, w));
        all.addAll(keys(lists, w));
        int[] mayLack = lists.dense().stream()
                .mapToInt(f -> op.mayLack().contains(f.key()) ? 1 : 0)
                .toArray();
        all.add(w.cast(w.ints(mayLack), DType.INT32, DType.BOOL));
        all.addAll(in.subList(1, in.size()));
        Attrs a = types(Attrs.of(), "context_", "Tcontext_dense", context)
                .integer("Ncontext_sparse", context.sparse().size());
        types(a, "feature_list_", "feature_list_dense_types", lists)
                .integer("Nfeature_list_sparse", lists.sparse().size())
                .integer("Nfeature_list_dense", lists.dense().size());
        String first = w.add("ParseSequenceExampleV2", "context_sparse_indices", all, a);
        List<String> out = new ArrayList<>(found(context, "context_", first));
        out.addAll(found(lists, "feature_list_", first));
        return out;
    }

    private static String none(FunctionWriter w) {
        return w.constant(Tensor.of(Shape.of(0), new String[0]));
    }

    /** Of the sparse, the dense and the ragged. */
    private static List<String> keys(Fields f, FunctionWriter w) {
        List<String> all = new ArrayList<>();
        for (List<Fields.Field> fields : List.of(f.sparse(), f.dense(), f.ragged())) {
            String[] keys = fields.stream().map(Fields.Field::key).toArray(String[]::new);
            all.add(w.constant(Tensor.of(Shape.of(keys.length), keys)));
        }
        return all;
    }

    private static Attrs types(Attrs a, String prefix, String dense, Fields f) {
        return a.dataTypes(dense, types(f.dense(), false))
                .dataTypes(prefix + "sparse_types", types(f.sparse(), false))
                .dataTypes(prefix + "ragged_value_types", types(f.ragged(), false))
                .dataTypes(prefix + "ragged_split_types", types(f.ragged(), true))
                .shapes(
                        prefix + "dense_shapes",
                        f.dense().stream().map(Fields.Field::shape).toList());
    }

    private static List<DataType> types(List<Fields.Field> fields, boolean splits) {
        return fields.stream()
                .map(f -> Protos.dtype(splits ? f.splits() : f.dtype()))
                .toList();
    }

    /** Outputs in the order of the operations' own, which are lists: of lists of features, lengths and two kinds of splits. */
    private static List<String> found(Fields f, String prefix, String first) {
        boolean steps = prefix.equals("feature_list_");
        String node = first.substring(0, first.indexOf(':') + 1) + prefix;
        List<String> out = new ArrayList<>();
        for (String name : List.of("sparse_indices", "sparse_values", "sparse_shapes")) {
            out.addAll(CodeRules.listed(node + name + ":0", f.sparse().size()));
        }
        for (String name : steps ? List.of("dense_values", "dense_lengths") : List.of("dense_values")) {
            out.addAll(CodeRules.listed(node + name + ":0", f.dense().size()));
        }
        for (String name : steps
                ? List.of("ragged_values", "ragged_outer_splits", "ragged_inner_splits")
                : List.of("ragged_values", "ragged_row_splits")) {
            out.addAll(CodeRules.listed(node + name + ":0", f.ragged().size()));
        }
        return out;
    }
}
