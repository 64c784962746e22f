package dev.posthorn.ir;

import static dev.posthorn.ir.TensorAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.fn.Gelu;
import dev.posthorn.ir.fn.Lstm;
import dev.posthorn.ir.fn.Silu;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.Unary;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RewriterTest {
    private static final Op TANH = new Unary(Unary.Fn.TANH);

    /** Every op of a graph and of the graphs inside of its ops. */
    private static Stream<Op> ops(Graph g) {
        return g.nodes().stream()
                .map(Node::op)
                .flatMap(op -> op instanceof Scan s ? Stream.concat(Stream.of(op), ops(s.body())) : Stream.of(op));
    }

    private static boolean has(Graph g, Predicate<Op> p) {
        return ops(g).anyMatch(p);
    }

    private static Graph lstm() {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(Shape.UNKNOWN, 5, 2));
        Value h = b.input("h", TensorType.f32(Shape.UNKNOWN, 3));
        Value kernel = b.variable("kernel", TensorType.f32(2, 12));
        Value recurrent = b.variable("recurrent", TensorType.f32(3, 12));
        Value bias = b.variable("bias", TensorType.f32(12));
        List<Value> out = b.scoped(
                "lstm",
                () -> b.addAll(
                        new Lstm(new Gelu(false), new Silu(), false, false, false),
                        List.of(x, kernel, recurrent, bias, h, h)));
        return b.graph(List.of(x, h), Map.of("y", out.get(0), "c", out.get(2)), Map.of());
    }

    @Test
    void compositesExpandAlsoInsideOfLoops() {
        Graph g = Rewriter.apply(lstm(), Rewriter.expandUnless(op -> false));
        assertFalse(has(g, op -> op instanceof Op.Composite));
        assertTrue(has(g, op -> op instanceof Scan));
        assertTrue(g.nodes().stream()
                .filter(n -> n.op() instanceof Scan)
                .allMatch(n -> n.name().equals("lstm")));
        assertEquals(lstm().outputs().keySet(), g.outputs().keySet());
        assertEquals(
                lstm().inputs().stream().map(Value::type).toList(),
                g.inputs().stream().map(Value::type).toList());
    }

    @Test
    void aTargetKeepsWhatItSupports() {
        Graph g = Rewriter.apply(lstm(), Rewriter.expandUnless(op -> op instanceof Lstm));
        assertTrue(has(g, op -> op instanceof Lstm));
        assertFalse(has(g, op -> op instanceof Scan));
        Graph open = Rewriter.apply(lstm(), Rewriter.expandUnless(op -> op instanceof Gelu));
        assertTrue(has(open, op -> op instanceof Gelu), "inside of the loop");
        assertFalse(has(open, op -> op instanceof Silu));
    }

    @Test
    void rewritingKeepsResults() {
        Map<String, Tensor> variables = Map.of("kernel", ramp(2, 12), "recurrent", ramp(3, 12), "bias", ramp(12));
        List<Tensor> in = List.of(ramp(4, 5, 2), ramp(4, 3));
        Map<String, Tensor> expected =
                Evaluation.of(lstm()).run(in, variables::get).outputs();
        Rewriter.Rule doubled = (b, op, v) -> op.equals(TANH)
                ? List.of(b.binary(
                        Binary.Fn.SUB,
                        b.binary(Binary.Fn.MUL, b.unary(Unary.Fn.SIGMOID, b.binary(Binary.Fn.MUL, v.get(0), 2)), 2),
                        1))
                : null;
        for (Graph g : List.of(
                Rewriter.apply(lstm()),
                Rewriter.apply(lstm(), Rewriter.expandUnless(op -> false)),
                Rewriter.apply(lstm(), Rewriter.expandUnless(op -> false), doubled))) {
            Map<String, Tensor> actual =
                    Evaluation.of(g).run(in, variables::get).outputs();
            actual.forEach((name, t) -> assertThat(t, name).isCloseTo(expected.get(name), 1e-6));
        }
    }

    private static Tensor ramp(int... dims) {
        Tensor t = Tensor.zeros(TensorType.f32(dims));
        for (int i = 0; i < t.size(); i++) {
            t.setDouble(i, (i * 7 % 11 - 5) / 8.0);
        }
        return t;
    }

    @Test
    void rulesSeeWhatRulesMake() {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(2));
        Graph g = b.graph(List.of(x), Map.of("y", b.add(new Silu(), x)), Map.of());
        Rewriter.Rule sigmoidAsTanh = (n, op, in) -> op.equals(new Unary(Unary.Fn.SIGMOID))
                ? List.of(n.binary(
                        Binary.Fn.ADD,
                        n.binary(Binary.Fn.MUL, n.unary(Unary.Fn.TANH, n.binary(Binary.Fn.MUL, in.get(0), 0.5)), 0.5),
                        0.5))
                : null;
        Graph out = Rewriter.apply(g, Rewriter.expandUnless(op -> false), sigmoidAsTanh);
        assertTrue(has(out, TANH::equals));
        assertFalse(has(out, new Unary(Unary.Fn.SIGMOID)::equals));
    }

    @Test
    void rulesReachTheBodiesOfLoopsInLoops() {
        Builder inner = new Builder();
        Value c = inner.input("c", TensorType.f32(2));
        Value x = inner.input("x", TensorType.f32(2));
        Graph step = inner.graph(List.of(c, x), Map.of("c", inner.add(new Silu(), inner.plus(c, x))), Map.of());
        Builder middle = new Builder();
        Value d = middle.input("d", TensorType.f32(2));
        Value xs = middle.input("xs", TensorType.f32(3, 2));
        Graph row = middle.graph(
                List.of(d, xs),
                Map.of(
                        "d",
                        middle.addAll(new Scan(step, 1, 1, false), List.of(d, xs))
                                .get(0)),
                Map.of());
        Builder b = new Builder();
        Value first = b.input("first", TensorType.f32(2));
        Value all = b.input("all", TensorType.f32(4, 3, 2));
        Graph g = b.graph(
                List.of(first, all),
                Map.of(
                        "y",
                        b.addAll(new Scan(row, 1, 1, true), List.of(first, all)).get(0)),
                Map.of());
        assertTrue(has(g, op -> op instanceof Silu));
        Graph expanded = Rewriter.apply(g, Rewriter.expandUnless(op -> false));
        assertFalse(has(expanded, op -> op instanceof Silu));
        Evaluation direct = Evaluation.of(g);
        assertEquals(
                1,
                direct.run(List.of(ramp(2), ramp(4, 3, 2)), k -> null).outputs().size());
        assertEquals(
                direct.run(List.of(ramp(2), ramp(4, 3, 2)), k -> null),
                Evaluation.ofExpanded(expanded).run(List.of(ramp(2), ramp(4, 3, 2)), k -> null));
    }

    @Test
    void copyingFoldsWhatBecameConstant() {
        Builder b = new Builder();
        Value x = b.input("x", TensorType.f32(Shape.UNKNOWN));
        Value n = b.dim(x, 0).value();
        Graph g = b.graph(List.of(x), Map.of("n", n), Map.of());
        Builder known = new Builder();
        Value bound = known.input("x", TensorType.f32(7));
        Value copied = Rewriter.inline(g, known, List.of(bound)).get(0);
        assertEquals(Tensor.scalar(DType.INT32, 7), ((Constant) copied.node().op()).value());
    }

    @Test
    void updatesAndNamesSurvive() {
        Builder b = new Builder();
        Value w = b.variable("w", TensorType.f32(2));
        Value next = b.scoped("step", () -> b.add(new Silu(), w));
        Graph g = b.graph(List.of(), Map.of(), Map.of("w", next));
        Graph out = Rewriter.apply(g, Rewriter.expandUnless(op -> false));
        assertEquals(Set.of("w"), out.updates().keySet());
        assertEquals(Set.of("", "step"), out.nodes().stream().map(Node::name).collect(Collectors.toSet()));
        Tensor value = Tensor.of(Shape.of(2), 0f, 100f);
        assertThat(Evaluation.of(g)
                        .run(List.of(), Map.of("w", value)::get)
                        .updates()
                        .get("w"))
                .isEqualTo(value);
    }
}
