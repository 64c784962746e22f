package dev.posthorn.tensorflow.export;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.op.Checked;
import dev.posthorn.ir.op.Eig;
import dev.posthorn.ir.op.Eigh;
import dev.posthorn.ir.op.Ensured;
import dev.posthorn.ir.op.HashCross;
import dev.posthorn.ir.op.MatrixLogarithm;
import dev.posthorn.ir.op.ProjectiveTransform;
import dev.posthorn.ir.op.Svd;
import dev.posthorn.proto.DataType;
import java.util.ArrayList;
import java.util.List;

/** Decompositions of matrices, projections of images, crossed features, checks. */
final class MatrixRules {
    static final List<Rule<?>> ALL = List.of(
            Rule.of(
                    Svd.class,
                    (op, n, in, w) -> Rules.outputs(
                            w.add(
                                    "Svd",
                                    "s",
                                    in,
                                    Attrs.of(n.input(0).dtype())
                                            .bool("compute_uv", true)
                                            .bool("full_matrices", op.full())),
                            "u",
                            "v")),
            Rule.of(
                    Eigh.class,
                    (op, n, in, w) -> Rules.outputs(
                            w.add(
                                    "SelfAdjointEigV2",
                                    "e",
                                    in,
                                    Attrs.of(n.input(0).dtype()).bool("compute_v", true)),
                            "v")),
            Rule.same(
                    Eig.class,
                    "Eig",
                    "e v",
                    (op, n) ->
                            Attrs.of(n.input(0).dtype()).type("Tout", op.to()).bool("compute_v", true)),
            Rule.same(
                    MatrixLogarithm.class,
                    "MatrixLogarithm",
                    "output",
                    (op, n) -> Attrs.of(n.input(0).dtype())),
            Rule.one(ProjectiveTransform.class, MatrixRules::projection),
            Rule.one(HashCross.class, MatrixRules::cross),
            Rule.one(Checked.class, MatrixRules::checked),
            Rule.one(Ensured.class, MatrixRules::ensured));

    private MatrixRules() {}

    private static String projection(ProjectiveTransform op, Node n, List<String> in, FunctionWriter w) {
        Attrs a = Attrs.of()
                .type("dtype", n.input(1).dtype())
                .text("interpolation", op.bilinear() ? "BILINEAR" : "NEAREST")
                .text("fill_mode", op.beyond().name());
        String size = w.cast(in.get(0), n.input(0).dtype(), DType.INT32);
        return w.add(
                "ImageProjectiveTransformV3", "transformed_images", List.of(in.get(1), in.get(2), size, in.get(3)), a);
    }

    /** Each feature is a column of one; what comes out are the values of a sparse matrix, row by row. */
    private static String cross(HashCross op, Node n, List<String> in, FunctionWriter w) {
        List<String> columns = new ArrayList<>();
        List<DataType> types = new ArrayList<>();
        for (int i = 0; i < in.size(); i++) {
            DType t = n.input(i).dtype();
            DType own = t == DType.STRING ? t : DType.INT64;
            columns.add(OrderRules.reshape(w.cast(in.get(i), t, own), own, w.ints(-1, 1), w));
            types.add(own == DType.STRING ? DataType.DT_STRING : DataType.DT_INT64);
        }
        Attrs a = Attrs.of()
                .integer("N", 0)
                .bool("hashed_output", true)
                .integer("num_buckets", op.buckets())
                .integer("hash_key", op.key())
                .dataTypes("sparse_types", List.of())
                .dataTypes("dense_types", types)
                .type("out_type", DType.INT64)
                .type("internal_type", types.contains(DataType.DT_INT64) ? DType.INT64 : DType.STRING);
        String values = Rules.outputs(w.add("SparseCross", "output_indices", columns, a), "output_values")
                .get(1);
        return OrderRules.reshape(
                values, DType.INT64, OrderRules.shapeOf(in.get(0), n.input(0).dtype(), w), w);
    }

    /** An assertion beside the value. */
    private static String checked(Checked op, Node n, List<String> in, FunctionWriter w) {
        DType t = n.input(0).dtype();
        String least = w.constant(Tensor.scalar(t, op.least()));
        String each = w.add("GreaterEqual", "z", List.of(in.get(0), least), Attrs.of(t));
        String flat = OrderRules.reshape(each, DType.BOOL, w.ints(-1), w);
        String all = w.add("All", "output", List.of(flat, w.ints(0)), Attrs.of().type("Tidx", DType.INT32));
        expect(all, op.expected(), w);
        return in.get(0);
    }

    /** An error where a scalar is false. */
    static void expect(String holds, String what, FunctionWriter w) {
        String message = w.constant(Tensor.of(Shape.SCALAR, what));
        w.run("Assert", List.of(holds, message), Attrs.of().dataTypes("T", List.of(DataType.DT_STRING)));
    }

    private static String ensured(Ensured op, Node n, List<String> in, FunctionWriter w) {
        String flat = OrderRules.reshape(in.get(1), DType.BOOL, w.ints(-1), w);
        expect(
                w.add("All", "output", List.of(flat, w.ints(0)), Attrs.of().type("Tidx", DType.INT32)),
                op.expected(),
                w);
        return in.get(0);
    }
}
