package dev.posthorn.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.fn.Gelu;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Transpose;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.model.ShapeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BuilderTest {
    private final Builder b = new Builder();
    private final Value x = b.input("x", TensorType.f32(2, 3));

    @Test
    void equalNodesAreOne() {
        Value y = b.unary(Unary.Fn.EXP, x);
        assertSame(
                y.node(), b.scoped("elsewhere", () -> b.unary(Unary.Fn.EXP, x)).node());
        assertNotSame(y.node(), b.unary(Unary.Fn.EXPM1, x).node());
        assertSame(
                b.constant(DType.FLOAT32, 2).node(),
                b.constant(DType.FLOAT32, 2).node());
        assertNotSame(
                b.constant(DType.FLOAT32, 2).node(),
                b.constant(DType.FLOAT64, 2).node());
        assertNotSame(
                b.constant(DType.FLOAT32, 0).node(),
                b.constant(DType.FLOAT32, -0.0).node());
        assertSame(b.add(new Gelu(true), x).node(), b.add(new Gelu(true), x).node());
        assertNotSame(
                b.binary(Binary.Fn.SUB, x, y).node(),
                b.binary(Binary.Fn.SUB, y, x).node());
    }

    @Test
    void largeConstantsAreSharedByIdentity() {
        Tensor weights = Tensor.zeros(TensorType.f32(1000));
        assertSame(b.constant(weights).node(), b.constant(weights).node());
        assertNotSame(
                b.constant(weights).node(),
                b.constant(Tensor.zeros(TensorType.f32(1000))).node());
    }

    @Test
    void constantsFold() {
        Value two = b.constant(DType.FLOAT32, 2);
        Value four = b.binary(Binary.Fn.MUL, two, two);
        assertEquals(Tensor.scalar(DType.FLOAT32, 4), ((Constant) four.node().op()).value());
        Value large = b.broadcastTo(two, Dim.of(1 << 17));
        assertTrue(!(large.node().op() instanceof Constant), "more than the limit is left for the run");
        assertEquals(Shape.of(1 << 17), large.shape());
    }

    @Test
    void shapesFoldAsFarAsTheyAreKnown() {
        assertEquals(Tensor.of(Shape.of(2), new int[] {2, 3}), constant(b.shape(b.dims(x))));
        assertTrue(b.dim(x, -1).isKnown());
        Value unknown = b.input("unknown", TensorType.f32(Shape.UNKNOWN, 3));
        assertEquals(3, b.dim(unknown, 1).known());
        assertEquals(TensorType.of(DType.INT32), b.dim(unknown, 0).value().type());
    }

    private static Tensor constant(Value v) {
        return ((Constant) v.node().op()).value();
    }

    @Test
    void foreignValuesAreRefused() {
        Value foreign = new Builder().input("x", TensorType.f32(2, 3));
        String message = assertThrows(
                        IllegalStateException.class, () -> b.scoped("head", () -> b.unary(Unary.Fn.EXP, foreign)))
                .getMessage();
        assertEquals("EXP: expected operands of this builder but was %0, at head", message);
        assertThrows(IllegalStateException.class, () -> b.plus(x, foreign));
    }

    @Test
    void scopesNameNodes() {
        Value inner = b.scoped("a", () -> b.scoped("b", () -> b.unary(Unary.Fn.SIN, x)));
        assertEquals("a/b", inner.node().name());
        assertEquals("", b.scope());
        assertThrows(ShapeException.class, () -> b.scoped("broken", () -> b.matmul(x, x)));
        assertEquals("", b.scope(), "an error leaves the scope");
        assertEquals("", b.unary(Unary.Fn.COS, x).node().name());
        assertEquals("%1 = SIN[%0] : [float32[2×3]]  // a/b", inner.node().toString());
    }

    @Test
    void nothingIsAddedForNothing() {
        assertSame(x, b.transpose(x, 0, 1));
        assertSame(x, b.reshape(x, 2, 3));
        assertSame(x, b.broadcastTo(x, Dim.of(2), Dim.of(3)));
        assertSame(x, b.cast(x, DType.FLOAT32));
        assertSame(x, b.concat(0, List.of(x)));
    }

    @Test
    void axesMayCountFromTheEnd() {
        assertEquals(Shape.of(2), b.reduce(Reduce.Fn.SUM, x, false, -1).shape());
        assertEquals(Shape.of(1, 1), b.reduce(Reduce.Fn.SUM, x, true, -1, 0).shape());
        assertEquals(Shape.of(2, 6), b.concat(-1, List.of(x, x)).shape());
        assertEquals(Shape.of(2, 3, 1), b.expandDims(x, -1).shape());
        assertEquals(Shape.of(2, 1, 3), b.expandDims(x, -2).shape());
        assertEquals(Shape.of(2, 3), b.squeeze(b.expandDims(x, 0), 0).shape());
        assertEquals(Shape.of(2, 2), b.slice(x, -1, 1, 3).shape());
        assertEquals(
                List.of(Shape.of(2, 1), Shape.of(2, 2)),
                b.split(x, -1, 1, 2).stream().map(Value::shape).toList());
        assertEquals(b.reverse(x, 1), b.reverse(x, -1));
        assertEquals(b.reverse(x, 0, 1), b.reverse(x, -1, 0));
    }

    @Test
    void anUnknownDimensionCanBeExpandedAndSqueezed() {
        Value u = b.input("u", TensorType.f32(Shape.UNKNOWN, 1, 5));
        assertEquals(Shape.of(Shape.UNKNOWN, 5), b.squeeze(u, 1).shape());
        assertEquals(Shape.of(1, Shape.UNKNOWN, 1, 5), b.expandDims(u, 0).shape());
    }

    @Test
    void aGraphHoldsWhatItsResultsNeed() {
        Value y = b.unary(Unary.Fn.EXP, x);
        b.unary(Unary.Fn.LOG, x);
        Value v = b.variable("w", TensorType.f32(3));
        Value z = b.plus(y, v);
        Value unused = b.input("unused", TensorType.f32());
        Graph g = b.graph(List.of(x, unused), Map.of("z", z), Map.of("w", b.binary(Binary.Fn.MUL, v, 2)));
        assertEquals(
                List.of("Input", "EXP", "Variable", "ADD", "Input", "Constant", "MUL"),
                g.nodes().stream().map(n -> n.op().name()).toList());
        assertEquals(List.of("w"), g.variables().stream().map(op -> op.key()).toList());
        assertEquals(List.of(z), g.results());
        assertEquals("""
          %0 = Input[id=x, type=float32[2×3]][] : [float32[2×3]]
          %1 = EXP[%0] : [float32[2×3]]
          %3 = Variable[key=w, type=float32[3]][] : [float32[3]]
          %4 = ADD[%1, %3] : [float32[2×3]]
          %5 = Input[id=unused, type=float32[]][] : [float32[]]
          %7 = MUL[%3, %6] : [float32[3]]
          return {z=%4}
          update {w=%7}
        """, g.toString());
    }

    @Test
    void outputsKeepTheirOrder() {
        Map<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("second", b.unary(Unary.Fn.SIN, x));
        outputs.put("first", x);
        assertEquals(
                List.copyOf(outputs.values()),
                b.graph(List.of(x), outputs, Map.of()).results());
        assertEquals(
                List.of("second", "first"),
                List.copyOf(b.graph(List.of(x), outputs, Map.of()).outputs().keySet()));
    }

    @Test
    void compositesAreTypedByTheirExpansion() {
        Value y = b.add(new Gelu(true), b.add(new Transpose(List.of(1, 0)), x));
        assertEquals(TensorType.f32(3, 2), y.type());
        assertEquals(new Gelu(true), y.node().op());
    }
}
