package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.many;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.example.Fields;
import dev.posthorn.ir.op.example.ParseExamples;
import dev.posthorn.ir.op.example.ParseSequences;
import dev.posthorn.tensorflow.Site;
import dev.posthorn.tensorflow.TfOp;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Features of serialised examples. Their keys must be known before the graph runs. */
final class Examples {
    static final List<TfOp> ALL = List.of(
            many("ParseExample", s -> {
                int sparse = s.attributes().integer("Nsparse");
                int dense = s.attributes().integer("Ndense");
                Fields fields = fields(s, "", keys(s, 2, sparse), keys(s, 2 + sparse, dense), List.of());
                return parsed(s, fields, 2 + sparse + dense);
            }),
            many("ParseExampleV2", s -> {
                Fields fields = fields(s, "", vector(s, 2), vector(s, 3), vector(s, 4));
                return parsed(s, fields, 5);
            }),
            many("ParseSingleExample", s -> {
                Fields fields = fields(
                        s,
                        "",
                        s.attributes().strings("sparse_keys"),
                        s.attributes().strings("dense_keys"),
                        List.of());
                return parsed(s, fields, 1);
            }),
            many("ParseSequenceExample", s -> {
                Fields context = fields(
                        s,
                        "context_",
                        s.attributes().strings("context_sparse_keys"),
                        s.attributes().strings("context_dense_keys"),
                        List.of());
                Fields lists = fields(
                        s,
                        "feature_list_",
                        s.attributes().strings("feature_list_sparse_keys"),
                        s.attributes().strings("feature_list_dense_keys"),
                        List.of());
                Set<String> mayLack = Set.copyOf(s.attributes().strings("feature_list_dense_missing_assumed_empty"));
                return sequences(s, context, lists, mayLack, 2);
            }),
            many("ParseSequenceExampleV2", s -> {
                Fields context = fields(s, "context_", vector(s, 2), vector(s, 3), vector(s, 4));
                Fields lists = fields(s, "feature_list_", vector(s, 5), vector(s, 6), vector(s, 7));
                Tensor may = s.constant(8);
                Set<String> mayLack = new HashSet<>();
                IntStream.range(0, may.size())
                        .filter(i -> may.getLong(i) != 0)
                        .forEach(i -> mayLack.add(lists.dense().get(i).key()));
                return sequences(s, context, lists, mayLack, 9);
            }),
            many("ParseSingleSequenceExample", Examples::single));

    private Examples() {}

    private static List<String> vector(Site s, int i) {
        Tensor t = s.constant(i);
        return IntStream.range(0, t.size()).mapToObj(t::getString).toList();
    }

    private static List<String> keys(Site s, int from, int n) {
        return IntStream.range(from, from + n)
                .mapToObj(i -> s.constant(i).getString(0))
                .toList();
    }

    private static Fields fields(Site s, String prefix, List<String> sparse, List<String> dense, List<String> ragged) {
        boolean lists = prefix.equals("feature_list_");
        List<DType> sparseTypes = s.attributes().types(prefix + "sparse_types");
        List<DType> denseTypes = s.attributes()
                .types(lists ? "feature_list_dense_types" : prefix.isEmpty() ? "Tdense" : "Tcontext_dense");
        List<Shape> shapes = s.attributes().shapes(prefix + "dense_shapes");
        List<DType> raggedTypes = s.attributes().types(prefix + "ragged_value_types");
        List<DType> splits = s.attributes().types(prefix + "ragged_split_types");
        if (sparseTypes.size() < sparse.size()
                || denseTypes.size() < dense.size()
                || shapes.size() < dense.size()
                || raggedTypes.size() < ragged.size()
                || splits.size() < ragged.size()) {
            throw s.unsupported("fewer types than keys");
        }
        return new Fields(
                IntStream.range(0, sparse.size())
                        .mapToObj(i -> new Fields.Field(sparse.get(i), sparseTypes.get(i)))
                        .toList(),
                IntStream.range(0, dense.size())
                        .mapToObj(i -> new Fields.Field(dense.get(i), denseTypes.get(i), shapes.get(i), DType.INT64))
                        .toList(),
                IntStream.range(0, ragged.size())
                        .mapToObj(i -> new Fields.Field(ragged.get(i), raggedTypes.get(i), Shape.SCALAR, splits.get(i)))
                        .toList());
    }

    private static List<Value> operands(Site s, int from, int n) {
        List<Value> in = new ArrayList<>(List.of(s.in(0)));
        in.addAll(s.in(from, from + n));
        return in;
    }

    private static List<Value> parsed(Site s, Fields fields, int defaults) {
        return s.b().addAll(
                        new ParseExamples(fields),
                        operands(s, defaults, fields.dense().size()));
    }

    private static List<Value> sequences(Site s, Fields context, Fields lists, Set<String> mayLack, int defaults) {
        return s.b().addAll(
                        new ParseSequences(context, lists, mayLack),
                        operands(s, defaults, context.dense().size()));
    }

    /** Of one example; without lengths. */
    private static List<Value> single(Site s) {
        int[] n = {
            Math.toIntExact(s.attributes().integer("Ncontext_sparse", 0)),
            Math.toIntExact(s.attributes().integer("Ncontext_dense", 0)),
            Math.toIntExact(s.attributes().integer("Nfeature_list_sparse", 0)),
            Math.toIntExact(s.attributes().integer("Nfeature_list_dense", 0))
        };
        List<List<String>> keys = new ArrayList<>();
        int at = 2;
        for (int count : n) {
            keys.add(keys(s, at, count));
            at += count;
        }
        Fields context = fields(s, "context_", keys.get(0), keys.get(1), List.of());
        Fields lists = fields(s, "feature_list_", keys.get(2), keys.get(3), List.of());
        List<Value> all = sequences(s, context, lists, Set.copyOf(vector(s, 1)), at);
        return all.subList(0, 3 * n[0] + n[1] + 3 * n[2] + n[3]);
    }
}
