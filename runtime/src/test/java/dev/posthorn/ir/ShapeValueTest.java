package dev.posthorn.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.posthorn.ir.op.BroadcastTo;
import dev.posthorn.ir.op.Cast;
import dev.posthorn.ir.op.Concat;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.Reshape;
import dev.posthorn.ir.op.ShapeOf;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.model.ShapeException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Shapes that a graph computes are known element by element, so that types stay as precise as they can be. */
class ShapeValueTest {
    private static final int U = Shape.UNKNOWN;

    private final Builder b = new Builder();
    private final Value x = b.input("x", TensorType.f32(U, 4, 6));

    private Shape shapeOf(Value v) {
        return new Operands(List.of(v)).shapeValue(0);
    }

    @Test
    void aShapeOfPartlyUnknownDimensions() {
        assertEquals(Shape.of(U, 4, 6), shapeOf(b.add(new ShapeOf(), x)));
        assertEquals(Shape.of(U, 24), shapeOf(b.shape(b.dim(x, 0), Dim.of(24))));
        assertEquals(Shape.of(U, 24), b.reshape(x, b.dim(x, 0), Dim.of(24)).shape());
        assertEquals(
                Shape.of(U, 2, 2, 6),
                b.reshape(x, b.dim(x, 0), Dim.of(2), Dim.of(2), b.dim(x, 2)).shape());
        assertEquals(Shape.of(U, 24), b.reshape(x, -1, 24).shape());
    }

    @Test
    void slicesCastsAndConcatenationsOfShapes() {
        Value shape = b.add(new ShapeOf(), x);
        Value tail = b.slice(shape, 0, 1, Slice.END);
        assertEquals(Shape.of(4, 6), shapeOf(tail));
        assertEquals(Shape.of(6), shapeOf(b.slice(shape, 0, -1, Slice.END)));
        assertEquals(Shape.of(U, 4), shapeOf(b.slice(shape, 0, 0, -1)));
        assertEquals(Shape.of(4, 6), shapeOf(b.add(new Cast(DType.INT64), tail)));
        assertEquals(Shape.of(7, 4, 6), shapeOf(b.add(new Concat(0), b.ints(7), tail)));
        Value strided = b.add(new Slice(List.of(0), List.of(Slice.END), List.of(2)), shape);
        assertEquals(Shape.of(U, U), shapeOf(strided), "a stride is not followed, but the length is known");
    }

    @Test
    void vectorsOfUnknownContents() {
        assertEquals(Shape.of(U, U), shapeOf(b.input("s", TensorType.of(DType.INT32, 2))));
        assertEquals(Shape.UNRANKED, shapeOf(b.input("t", TensorType.of(DType.INT32, U))));
        assertEquals(
                Shape.UNRANKED,
                b.add(new Reshape(), x, b.input("u", TensorType.of(DType.INT32, U)))
                        .shape());
        assertEquals(
                Shape.of(U, U),
                b.add(new Reshape(), x, b.input("v", TensorType.of(DType.INT32, 2)))
                        .shape());
        Value unranked = b.input("w", new TensorType(DType.FLOAT32, Shape.UNRANKED));
        assertEquals(Shape.UNRANKED, shapeOf(b.add(new ShapeOf(), unranked)));
        assertEquals(
                TensorType.of(DType.INT32, U), b.add(new ShapeOf(), unranked).type());
    }

    @Test
    void theOpenDimensionIsWhatIsLeft() {
        Value known = b.input("known", TensorType.f32(3, 4));
        Value batch = b.dim(x, 0).value();
        assertEquals(
                Shape.of(2, 6), b.reshape(known, Dim.of(2), new Dim(U, batch)).shape());
        assertEquals(Shape.of(12), b.reshape(known, -1).shape());
        Value zero = b.constant(DType.FLOAT32, 0);
        assertEquals(
                Shape.of(U, 4, 5),
                b.broadcastTo(zero, b.dim(x, 0), Dim.of(4), Dim.of(5)).shape());
        assertEquals(Shape.of(U), b.add(new Iota(DType.FLOAT32), batch).shape());
        assertEquals(
                Shape.of(3),
                b.add(new Iota(DType.FLOAT32), b.constant(DType.INT32, 3)).shape());
        assertEquals(
                Shape.of(5, 4),
                b.add(new BroadcastTo(), b.slice(known, 0, 0, 1), b.ints(5, 4)).shape());
    }

    @Test
    void emptyTensorsReshape() {
        Value none = b.input("none", TensorType.f32(0, 4));
        assertEquals(Shape.of(0, 2), b.reshape(none, -1, 2).shape());
        assertEquals(Shape.of(7, 0), b.reshape(none, 7, 0).shape());
        assertThrows(ShapeException.class, () -> b.reshape(none, 7, 1));
        assertEquals(
                Shape.SCALAR,
                b.reshape(b.input("one", TensorType.f32(1, 1)), new int[0]).shape());
    }

    @Test
    void whatIsTypedWithUnknownsRuns() {
        Value flat = b.reshape(x, b.dim(x, 0), Dim.of(-1));
        Value wide = b.broadcastTo(b.expandDims(flat, 1), b.dim(x, 0), Dim.of(2), Dim.of(24));
        Evaluation e = Evaluation.of(b.graph(List.of(x), Map.of("y", wide), Map.of()));
        for (int n : new int[] {1, 5}) {
            Tensor in = Tensor.zeros(TensorType.f32(n, 4, 6));
            assertEquals(
                    Shape.of(n, 2, 24),
                    e.run(List.of(in), k -> null).outputs().get("y").shape());
        }
        Tensor none = Tensor.zeros(TensorType.f32(0, 4, 6));
        assertEquals(
                "Reshape: expected dimensions from which that of -1 follows but was [0×?] for [0×4×6], at evaluation",
                assertThrows(ShapeException.class, () -> e.run(List.of(none), k -> null))
                        .getMessage());
    }
}
