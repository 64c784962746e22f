package dev.posthorn.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.posthorn.ir.fn.BatchNorm;
import dev.posthorn.ir.fn.Gelu;
import dev.posthorn.ir.fn.Glu;
import dev.posthorn.ir.fn.LayerNorm;
import dev.posthorn.ir.fn.Lstm;
import dev.posthorn.ir.fn.Resize;
import dev.posthorn.ir.fn.Sampling;
import dev.posthorn.ir.op.ArgReduce;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Cast;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Concat;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.CumSum;
import dev.posthorn.ir.op.Gather;
import dev.posthorn.ir.op.Iota;
import dev.posthorn.ir.op.MatMul;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Reverse;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.Select;
import dev.posthorn.ir.op.Slice;
import dev.posthorn.ir.op.Sort;
import dev.posthorn.ir.op.Transpose;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.ir.op.Window;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The exact message of every check: who, what was expected, what was there, and where. */
class OpErrorsTest {
    private static final List<Integer> ONES = List.of(1, 1);
    private static final Window W2 = Window.valid(List.of(3, 2), ONES, ONES);
    private static final TensorType S = TensorType.of(DType.STRING, 2);

    private static TensorType f(int... dims) {
        return TensorType.f32(dims);
    }

    private static TensorType i(int... dims) {
        return TensorType.of(DType.INT32, dims);
    }

    private static Arguments row(String message, Op op, TensorType... operands) {
        return Arguments.of(message, op, List.of(operands));
    }

    static Stream<Arguments> rows() {
        Op add = new Binary(Binary.Fn.ADD);
        Op matmul = new MatMul(false, false);
        Op conv = new Conv(W2, ONES, 2);
        Op sum = new Reduce(Reduce.Fn.SUM, List.of(1), false);
        Op lstm = new Lstm(new Unary(Unary.Fn.TANH), new Unary(Unary.Fn.SIGMOID), false, false, false);
        return Stream.of(
                row("EXP: expected a floating-point operand but was int32[2]", new Unary(Unary.Fn.EXP), i(2)),
                row("NEG: expected a real operand but was string[2]", new Unary(Unary.Fn.NEG), S),
                row("NEG: expected 1 operands but was 2", new Unary(Unary.Fn.NEG), i(2), i(2)),
                row("ADD: expected 2 operands but was 1", add, f(2)),
                row("ADD: expected broadcastable shapes but was [2×3] and [2] (axis -1: 3 and 2)", add, f(2, 3), f(2)),
                row("ADD: expected operands of one dtype but was [float32[2], int32[2]]", add, f(2), i(2)),
                row("ADD: expected operands that ADD takes but was [string[2], string[2]]", add, S, S),
                row(
                        "AND: expected operands that AND takes but was [float32[2], float32[2]]",
                        new Binary(Binary.Fn.AND),
                        f(2),
                        f(2)),
                row(
                        "LT: expected operands that LT takes but was [string[2], string[2]]",
                        new Compare(Compare.Fn.LT),
                        S,
                        S),
                row(
                        "Select: expected a bool and two operands of one dtype but was [int32[2], float32[2], float32[2]]",
                        new Select(),
                        i(2),
                        f(2),
                        f(2)),
                row("Cast: expected numeric types but was string[2] to int32", new Cast(DType.INT32), S),
                row(
                        "MatMul: expected equal inner dimensions but was [2×3] · [4×5] (3 and 4)",
                        matmul,
                        f(2, 3),
                        f(4, 5)),
                row("MatMul: expected operands of rank 2 or more but was [3] · [3×5]", matmul, f(3), f(3, 5)),
                row(
                        "MatMul: expected broadcastable shapes but was [2] and [3] (axis -1: 2 and 3)",
                        matmul,
                        f(2, 1, 1),
                        f(3, 1, 1)),
                row("MatMul: expected numeric operands but was [string[2], string[2]]", matmul, S, S),
                row(
                        "Conv: expected 4 channels but was 3 ([1×5×5×3] with kernel [3×2×2×6] in 2 groups)",
                        conv,
                        f(1, 5, 5, 3),
                        f(3, 2, 2, 6)),
                row("Conv: expected filters in 2 equal groups but was 5", conv, f(1, 5, 5, 4), f(3, 2, 2, 5)),
                row("Conv: expected a kernel of size [3, 2] but was [2×2×2×6]", conv, f(1, 5, 5, 4), f(2, 2, 2, 6)),
                row(
                        "Conv: expected x and kernel of rank 4 but was [5×5×4] and [3×2×2×6]",
                        conv,
                        f(5, 5, 4),
                        f(3, 2, 2, 6)),
                row(
                        "Conv: expected floating-point operands but was [int32[1×5×5×4], int32[3×2×2×6]]",
                        conv,
                        i(1, 5, 5, 4),
                        i(3, 2, 2, 6)),
                row(
                        "Pool: expected an operand of rank 4 but was float32[5×5×4]",
                        new Pool(Pool.Fn.MAX, W2),
                        f(5, 5, 4)),
                row(
                        "Pool: expected a floating-point operand but was int32[1×5×5×4]",
                        new Pool(Pool.Fn.AVG, W2),
                        i(1, 5, 5, 4)),
                row("ReduceSUM: expected ascending axes in [0, 1) but was [1] of [3]", sum, f(3)),
                row("ReduceSUM: expected an operand that SUM takes but was string[2]", sum, S),
                row(
                        "ReduceANY: expected an operand that ANY takes but was float32[2]",
                        new Reduce(Reduce.Fn.ANY, List.of(0), false),
                        f(2)),
                row(
                        "ReduceMEAN: expected an operand that MEAN takes but was int32[2]",
                        new Reduce(Reduce.Fn.MEAN, List.of(0), false),
                        i(2)),
                row(
                        "ReduceSUM: expected ascending axes in [0, 3) but was [1, 0] of [1×2×3]",
                        new Reduce(Reduce.Fn.SUM, List.of(1, 0), false),
                        f(1, 2, 3)),
                row(
                        "Reverse: expected ascending axes in [0, 2) but was [0, 0] of [1×2]",
                        new Reverse(List.of(0, 0)),
                        f(1, 2)),
                row(
                        "Reverse: expected ascending axes in [0, 2) but was [-1] of [1×2]",
                        new Reverse(List.of(-1)),
                        f(1, 2)),
                row(
                        "ArgReduce: expected a numeric operand with elements along axis 1 but was float32[2×0]",
                        new ArgReduce(true, 1, DType.INT64),
                        f(2, 0)),
                row(
                        "ArgReduce: expected an axis in [0, 2) but was -1 of [2×3]",
                        new ArgReduce(true, -1, DType.INT64),
                        f(2, 3)),
                row("CumSum: expected an axis in [0, 1) but was 1 of [2]", new CumSum(1, false, false), f(2)),
                row("CumSum: expected a numeric operand but was string[2]", new CumSum(0, false, false), S),
                row("Sort: expected numeric keys but was string[2]", new Sort(0, false), S),
                row("Sort: expected equal shapes but was [2] and [3] (axis 0)", new Sort(0, false), f(2), f(3)),
                row("Sort: expected keys but was no operand", new Sort(0, false)),
                row(
                        "Concat: expected equal shapes but for axis 1 but was [float32[2×3], float32[3×3]]",
                        new Concat(1),
                        f(2, 3),
                        f(3, 3)),
                row("Concat: expected an axis in [0, 2) but was -1 of [2×3]", new Concat(-1), f(2, 3)),
                row("Concat: expected operands but was none", new Concat(0)),
                row("Gather: expected integer indices but was float32[2]", new Gather(0), f(3), f(2)),
                row("Gather: expected an axis in [0, 1) but was 1 of [3]", new Gather(1), f(3), i(2)),
                row(
                        "Pad: expected paddings that fit [3] but was [3] and [0]",
                        new Pad(Pad.Mode.REFLECT, List.of(3), List.of(0)),
                        f(3),
                        f()),
                row(
                        "Pad: expected paddings for each axis of [3×3] but was [1] and [1]",
                        new Pad(Pad.Mode.CONSTANT, List.of(1), List.of(1)),
                        f(3, 3),
                        f()),
                row(
                        "Pad: expected a scalar to pad with but was float32[1]",
                        new Pad(Pad.Mode.CONSTANT, List.of(1), List.of(1)),
                        f(3),
                        f(1)),
                row(
                        "Slice: expected a slice of [2×3] but was Slice[starts=[0], ends=[1], strides=[1]]",
                        new Slice(List.of(0), List.of(1), List.of(1)),
                        f(2, 3)),
                row(
                        "Transpose: expected an order of the axes of [2×3] but was [0, 0]",
                        new Transpose(List.of(0, 0)),
                        f(2, 3)),
                row("Iota: expected an int32 scalar but was float32[]", new Iota(DType.FLOAT32), f()),
                row("ADD: expected broadcastable shapes but was [2] and [3] (axis -1: 2 and 3)", add, f(2), f(3)),
                row("Gelu: expected 1 operands but was 2", new Gelu(true), f(2), f(2)),
                row("ERFC: expected a floating-point operand but was int32[2]", new Gelu(false), i(2)),
                row(
                        "Glu: expected an even number of elements along axis -1 but was float32[2×3]",
                        new Glu(-1),
                        f(2, 3)),
                row(
                        "Resize: expected images of rank 4 but was float32[2×3]",
                        new Resize(Sampling.BILINEAR, 2, 2),
                        f(2, 3)),
                row("BatchNorm: expected 5 operands but was 1", new BatchNorm(-1, 1e-3), f(2, 3)),
                row(
                        "LayerNorm: expected 3 operands but was 2",
                        new LayerNorm(List.of(-1), 1e-3, true, true, false),
                        f(2, 3),
                        f(3)),
                row(
                        "MatMul: expected equal inner dimensions but was [5×2×7] · [3×16] (7 and 3)",
                        lstm,
                        f(2, 5, 7),
                        f(3, 16),
                        f(4, 16),
                        f(16),
                        f(2, 4),
                        f(2, 4)));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void message(String message, Op op, List<TensorType> operands) {
        Builder b = new Builder();
        List<Value> in = new ArrayList<>();
        operands.forEach(t -> in.add(b.input("x" + in.size(), t)));
        String actual = assertThrows(
                        ShapeException.class,
                        () -> b.scoped("encoder", () -> b.scoped("block_1", () -> b.addAll(op, in))))
                .getMessage();
        String where = op instanceof Op.Composite && !message.startsWith(op.name()) ? "/" + op.name() : "";
        assertEquals(message + ", at encoder/block_1" + where, actual);
        String anonymous =
                assertThrows(ShapeException.class, () -> b.addAll(op, in)).getMessage();
        assertEquals(message + ", at node %" + in.size() + where, anonymous);
    }

    @Test
    void shapesThatDoNotFit() {
        Builder b = new Builder();
        Value x = b.input("x", f(2, 3));
        assertFails(
                "Reshape: expected a shape of 6 elements but was [2×2] for [2×3], at node %2",
                () -> b.reshape(x, 2, 2));
        assertFails(
                "Reshape: expected at most one dimension of -1 but was [-1, -1], at node %3",
                () -> b.reshape(x, -1, -1));
        assertFails(
                "Reshape: expected a shape of 6 elements but was [?×4] for [2×3], at node %4",
                () -> b.reshape(x, -1, 4));
        assertFails(
                "BroadcastTo: expected a shape that [2×3] broadcasts to but was [3], at node %5",
                () -> b.broadcastTo(x, Dim.of(3)));
        assertFails(
                "BroadcastTo: expected broadcastable shapes but was [2×3] and [4×3] (axis -2: 2 and 4), at node %6",
                () -> b.broadcastTo(x, Dim.of(4), Dim.of(3)));
        assertFails("expandDims: expected an axis in [-3, 2] but was 3 of [2×3], at node %6", () -> b.expandDims(x, 3));
        assertFails(
                "split: expected parts of 3 elements but was [2, 2] for float32[2×3], at heads",
                () -> b.scoped("heads", () -> b.split(x, 1, 2, 2)));
        assertFails(
                "Shape: expected an axis in [-2, 2) but was 2 of [2×3]", () -> b.reduce(Reduce.Fn.SUM, x, false, 2));
    }

    @Test
    void loopsThatDoNotFit() {
        Builder body = new Builder();
        Value c = body.input("c", f(2));
        Value x = body.input("x", f(2));
        Map<String, Value> results = new LinkedHashMap<>();
        results.put("c", body.add(new Concat(0), c, x));
        Graph grows = body.graph(List.of(c, x), results, Map.of());
        Builder b = new Builder();
        Value first = b.input("first", f(2));
        Value xs = b.input("xs", f(5, 2));
        Value wide = b.input("wide", f(5, 3));
        assertFails(
                "Scan: expected float32[2] for carry 0 but was float32[4], at node %3",
                () -> b.addAll(new Scan(grows, 1, 1, false), List.of(first, xs)));
        assertFails(
                "Scan: expected float32[2] for operand 1 of the loop's body but was float32[3], at node %3",
                () -> b.addAll(new Scan(grows, 1, 1, false), List.of(first, wide)));
        assertFails(
                "Scan: expected 2 operands but was 1, at node %3",
                () -> b.addAll(new Scan(grows, 1, 1, false), List.of(first)));
        assertFails(
                "Scan: expected a scanned operand, whose length is the number of steps, but was none, at node %3",
                () -> b.addAll(new Scan(grows, 2, 0, false), List.of(first, first)));
    }

    @Test
    void windowsHaveOneEntryAnAxis() {
        assertFails(
                "expected positive sizes, strides and dilations of one length but was size [3], strides [0], "
                        + "dilations [1], padding [0] and [0]",
                () -> Window.valid(List.of(3), List.of(0), List.of(1)));
    }

    @Test
    void valuesThatDoNotFit() {
        Builder b = new Builder();
        Value x = b.input("x", f(3));
        Value i = b.input("i", i(2));
        Value y = b.scoped("embedding", () -> b.gather(x, i, 0));
        Evaluation e = Evaluation.of(b.graph(List.of(x, i), Map.of("y", y), Map.of()));
        Tensor values = Tensor.of(Shape.of(3), 1f, 2f, 3f);
        assertFails(
                "Gather: expected indices in [0, 3) but was -1 (element 1), at embedding",
                () -> e.run(List.of(values, Tensor.of(Shape.of(2), new int[] {0, -1})), k -> null));
        assertFails("evaluation: expected 2 inputs but was 1", () -> e.run(List.of(values), k -> null));
        assertFails(
                "evaluation: expected int32[2] but was int32[1], at %1 = Input[id=i, type=int32[2]][] : [int32[2]]",
                () -> e.run(List.of(values, Tensor.of(Shape.of(1), new int[] {0})), k -> null));
    }

    private static void assertFails(String message, Executable e) {
        assertEquals(message, assertThrows(ShapeException.class, e).getMessage());
    }
}
