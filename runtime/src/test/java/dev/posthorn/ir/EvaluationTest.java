package dev.posthorn.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.fn.Silu;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Input;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.ir.op.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EvaluationTest {
    @Test
    void variablesAreReadAndUpdated() {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(2));
        Value w = b.variable("w", TensorType.f32(2));
        Value sum = b.plus(w, x);
        Graph g = b.graph(List.of(x), Map.of("before", w, "sum", sum), Map.of("w", sum));
        Tensor before = Tensor.of(Shape.of(2), 1f, 2f);
        Evaluation.Results r =
                Evaluation.of(g).run(List.of(Tensor.of(Shape.of(2), 10f, 20f)), Map.of("w", before)::get);
        assertEquals(Tensor.of(Shape.of(2), 11f, 22f), r.updates().get("w"));
        assertEquals(Tensor.of(Shape.of(2), 11f, 22f), r.outputs().get("sum"));
        assertSame(before, r.outputs().get("before"), "a call writes nothing");
    }

    @Test
    void anInputMayBeAnOutput() {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32());
        Graph g = b.graph(List.of(x), Map.of("y", x), Map.of());
        Tensor one = Tensor.scalar(DType.FLOAT32, 1);
        assertSame(one, Evaluation.of(g).run(List.of(one), k -> null).outputs().get("y"));
    }

    @Test
    void theObserverSeesEveryNodeOfTheExpansion() {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(1));
        Graph g = b.graph(List.of(x), Map.of("y", b.scoped("act", () -> b.add(new Silu(), x))), Map.of());
        List<String> seen = new ArrayList<>();
        Evaluation e = Evaluation.of(g);
        e.run(List.of(Tensor.of(Shape.of(1), 0f)), k -> null, (n, values) -> seen.add(n.op() + " " + values.get(0)));
        assertEquals(List.of("SIGMOID float32[1] {0.5}", "MUL float32[1] {0.0}"), seen);
        assertTrue(e.graph().nodes().stream().noneMatch(n -> n.op() instanceof Op.Composite));
    }

    @Test
    void twoOutputsMayBeOneValue() {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(1));
        Graph g = b.graph(List.of(x), Map.of("a", b.unary(Unary.Fn.NEG, x), "b", b.unary(Unary.Fn.NEG, x)), Map.of());
        Map<String, Tensor> out = Evaluation.of(g)
                .run(List.of(Tensor.of(Shape.of(1), 3f)), k -> null)
                .outputs();
        assertSame(out.get("a"), out.get("b"));
    }

    @Test
    void floatingPointRoundsOnceANode() {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32());
        Value y = b.binary(Binary.Fn.SUB, b.binary(Binary.Fn.ADD, x, 1e8), 1e8);
        Graph g = b.graph(List.of(x), Map.of("y", y), Map.of());
        assertEquals(
                Tensor.scalar(DType.FLOAT32, 0),
                Evaluation.of(g)
                        .run(List.of(Tensor.scalar(DType.FLOAT32, 1)), k -> null)
                        .outputs()
                        .get("y"));
    }

    @Test
    void leavesHaveNoValueOfTheirOwn() {
        Op.Primitive input = new Input("x", TensorType.f32());
        Op.Primitive variable = new Variable("w", TensorType.f32());
        for (Op.Primitive leaf : List.of(input, variable)) {
            assertThrows(IllegalStateException.class, () -> leaf.eval(List.of(), List.of()));
            assertTrue(!leaf.pure());
        }
    }
}
