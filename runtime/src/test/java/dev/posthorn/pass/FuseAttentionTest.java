package dev.posthorn.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorAssert;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Attention;
import dev.posthorn.ir.fn.Softmax;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.model.Variables;
import dev.posthorn.plan.JavaBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What attention is written as becomes one node, which means the same, by definition and by its kernel. */
class FuseAttentionTest {
    /** Axes, how keys are turned, the mask, whether something else reads the weights, how many nodes are found. */
    @ParameterizedTest
    @CsvSource({
        "heads, transpose, none, false, 1",
        "heads, flag, select, false, 1",
        "heads, transpose, add, false, 1",
        "heads, transpose, none, true, 0",
        "rows, transpose, none, false, 1",
        "rows, flag, add, false, 1",
        "rows, flag, some, false, 1",
        "wide, flag, select, false, 1",
        "rows, flag, none, true, 0",
    })
    void meansTheSame(String axes, String keys, String mask, boolean read, int found) {
        Builder b = new Builder();
        boolean heads = axes.equals("heads");
        int[] lead = axes.equals("rows") ? new int[] {3} : new int[] {3, 2};
        List<Value> in =
                new ArrayList<>(List.of(b.input("q", type(heads, lead, 5, 8)), b.input("k", type(heads, lead, 7, 8))));
        in.add(b.input("v", type(heads, lead, 7, 4)));
        int rank = lead.length + 2;
        Value q = heads ? b.transpose(in.get(0), 0, 2, 1, 3) : in.get(0);
        Value k = heads ? b.transpose(in.get(1), 0, 2, 1, 3) : in.get(1);
        Value v = heads ? b.transpose(in.get(2), 0, 2, 1, 3) : in.get(2);
        Value dots;
        if (keys.equals("flag")) {
            dots = b.add(new MatMul(false, true), q, k);
        } else if (heads) {
            dots = b.matmul(q, b.transpose(in.get(1), 0, 2, 3, 1));
        } else {
            dots = b.matmul(q, b.transpose(k, 0, 2, 1));
        }
        Value logits = b.binary(Binary.Fn.MUL, dots, 0.25);
        if (!mask.equals("none")) {
            Shape s = mask.equals("some") ? Shape.of(7) : dots.shape().with(0, axes.equals("wide") ? 1 : 3);
            in.add(b.input("mask", new TensorType(mask.equals("select") ? DType.BOOL : DType.FLOAT32, s)));
            logits = mask.equals("select")
                    ? b.select(in.get(3), logits, b.constant(DType.FLOAT32, -1e9))
                    : b.plus(logits, in.get(3));
        }
        Value weights = b.add(new Softmax(List.of(-1)), logits);
        Value y = b.matmul(weights, v);
        Map<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("y", heads ? b.transpose(y, 0, 2, 1, 3) : y);
        if (read) {
            outputs.put("weights", weights);
        }
        Graph graph = b.graph(in, outputs, Map.of());
        Graph fused = FuseAttention.apply(graph);
        assertEquals(
                found,
                fused.nodes().stream().filter(n -> n.op() instanceof Attention).count(),
                fused::toString);
        assertEquals(
                found == 1 ? 0 : 2,
                fused.nodes().stream().filter(n -> n.op() instanceof MatMul).count());
        assertEquals(rank, y.shape().rank());
        Random random = new Random(1);
        List<Tensor> arguments = in.stream().map(x -> random(x.type(), random)).toList();
        Variables.Snapshot none = new Variables(List.of(), Map.of()).snapshot();
        Tensor expected =
                Evaluation.of(graph).run(arguments, key -> null).outputs().get("y");
        TensorAssert.assertThat(
                        Evaluation.of(fused)
                                .run(arguments, key -> null)
                                .outputs()
                                .get("y"),
                        "fused")
                .isCloseTo(expected, 1e-5);
        TensorAssert.assertThat(
                        new JavaBackend()
                                .compile(graph, none)
                                .run(arguments, none)
                                .get(0),
                        "kernel")
                .isCloseTo(expected, 1e-5);
    }

    private static TensorType type(boolean heads, int[] lead, int rows, int columns) {
        Shape s = heads
                ? Shape.of(lead[0], rows, lead[1], columns)
                : lead.length == 1 ? Shape.of(lead[0], rows, columns) : Shape.of(lead[0], lead[1], rows, columns);
        return new TensorType(DType.FLOAT32, s);
    }

    private static Tensor random(TensorType type, Random random) {
        Tensor t = Tensor.zeros(type);
        for (int i = 0; i < t.size(); i++) {
            t.setDouble(i, type.dtype() == DType.BOOL ? random.nextInt(3) : random.nextGaussian());
        }
        return t;
    }
}
