package dev.posthorn.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Evaluation;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorAssert;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Relu6;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Concat;
import dev.posthorn.ir.op.Conv;
import dev.posthorn.ir.op.Pad;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.ir.op.Window;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Variables;
import dev.posthorn.plan.JavaBackend;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What holds of convolutions that are fused with each other and with padding: they mean the same, and are fused. */
class FuseConvolutionsTest {
    private static final Variables.Snapshot NONE = new Variables.Snapshot(1, Map.of());

    private final Random random = new Random(1);
    private final Builder b = new Builder();

    private Tensor random(int... dims) {
        Shape shape = Shape.of(dims);
        float[] x = new float[shape.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return Tensor.of(shape, x);
    }

    private Value conv(Value x, int size, int stride, int cout, int groups) {
        Window w = Window.valid(List.of(size, size), List.of(stride, stride), List.of(1, 1));
        int cin = x.shape().dim(-1) / groups;
        Value y = b.add(new Conv(w, List.of(1, 1), groups), x, b.constant(random(size, size, cin, cout)));
        return b.plus(y, b.constant(random(cout)));
    }

    private Value padded(Value x, double value, int low, int high) {
        Pad pad = new Pad(Pad.Mode.CONSTANT, List.of(0, low, low, 0), List.of(0, high, high, 0));
        return b.add(pad, x, b.constant(x.dtype(), value));
    }

    /** The plan's text; its results are those of the graph. */
    private String plan(Value x, Value y) {
        Graph graph = b.graph(List.of(x), Map.of("y", y), Map.of());
        Backend.Executable fast = new JavaBackend().compile(graph, NONE);
        List<Tensor> arguments = List.of(random(x.shape().dims()));
        Tensor expected = Evaluation.of(graph)
                .run(arguments, key -> null)
                .outputs()
                .values()
                .iterator()
                .next();
        TensorAssert.assertThat(fast.run(arguments, NONE).get(0), "y").isCloseTo(expected, 1e-5);
        return fast.explain();
    }

    private static long steps(String plan) {
        return plan.lines().filter(l -> l.matches("\\s+\\d+  .*")).count();
    }

    @Test
    void bottlenecksAreOneStep() {
        Value x = b.input("x", TensorType.f32(1, 63, 63, 8));
        Value wide = b.add(new Relu6(), conv(x, 1, 1, 72, 1));
        Value deep = b.add(new Relu6(), conv(padded(wide, 0, 1, 1), 3, 1, 72, 72));
        String plan = plan(x, b.plus(conv(deep, 1, 1, 8, 1), x));
        assertEquals(1, steps(plan), plan);
        assertTrue(plan.contains("→72 + bias RELU6, [3, 3] →72 + bias RELU6, [1, 1] →8 + bias + residual"), plan);
    }

    @Test
    void biasesThatVaryCount() {
        Value x = b.input("x", TensorType.f32(1, 63, 63, 72));
        Value bias = b.add(new Reduce(Reduce.Fn.SUM, List.of(0, 1, 2), false), x);
        Window one = Window.valid(List.of(1, 1), List.of(1, 1), List.of(1, 1));
        Value w = b.constant(random(1, 1, 72, 72));
        Value wide = b.plus(b.add(new Conv(one, List.of(1, 1), 1), x, w), bias);
        Window three = Window.valid(List.of(3, 3), List.of(1, 1), List.of(1, 1));
        Value taps = b.constant(random(3, 3, 1, 72));
        Value deep = b.plus(b.add(new Conv(three, List.of(1, 1), 72), padded(wide, 0, 1, 1), taps), bias);
        Value mean = b.add(new Reduce(Reduce.Fn.MEAN, List.of(1, 2), true), deep);
        Value scaled = b.times(deep, b.unary(Unary.Fn.SIGMOID, mean));
        String plan = plan(x, b.plus(b.add(new Conv(one, List.of(1, 1), 1), scaled, w), bias));
        assertFalse(plan.contains("convs"), plan);
    }

    @Test
    void whatIsReadTwiceIsComputedOnce() {
        Value x = b.input("x", TensorType.f32(1, 63, 63, 8));
        Value wide = b.add(new Relu6(), conv(x, 1, 1, 72, 1));
        String plan = plan(x, b.plus(conv(padded(wide, 0, 1, 1), 3, 1, 72, 72), wide));
        assertEquals(2, steps(plan), plan);
    }

    @Test
    void zerosAreFoldedIntoWindows() {
        Value x = b.input("x", TensorType.f32(2, 9, 9, 3));
        Value y = b.unary(Unary.Fn.RELU, conv(padded(x, 0, 2, 3), 5, 2, 40, 1));
        Pool max = new Pool(Pool.Fn.MAX, Window.valid(List.of(3, 3), List.of(2, 2), List.of(1, 1)));
        String plan = plan(x, b.add(max, padded(y, 0, 1, 1)));
        assertFalse(plan.contains("Pad"), plan);
    }

    @Test
    void otherPaddingIsNot() {
        Value x = b.input("x", TensorType.f32(2, 9, 9, 3));
        Pool max = new Pool(Pool.Fn.MAX, Window.valid(List.of(3, 3), List.of(2, 2), List.of(1, 1)));
        Value y = b.add(max, padded(conv(padded(x, 1, 2, 3), 5, 2, 40, 1), 0, 1, 1));
        String plan = plan(x, b.add(max, padded(b.unary(Unary.Fn.RELU, y), 0, 3, 3)));
        assertEquals(3, plan.lines().filter(l -> l.contains("Pad[")).count(), plan);
    }

    private Value by(Binary.Fn fn, Value x, Value y) {
        return b.add(new Binary(fn), x, y);
    }

    @Test
    void scaledChannelsAreFoldedIntoWeights() {
        Value x = b.input("x", TensorType.f32(2, 9, 9, 3));
        Value y = by(Binary.Fn.SUB, conv(x, 3, 1, 40, 1), b.constant(random(40)));
        y = b.plus(by(Binary.Fn.MUL, b.constant(random(1, 1, 1, 40)), y), b.constant(random(40)));
        y = by(Binary.Fn.DIV, conv(b.unary(Unary.Fn.RELU, y), 1, 1, 8, 1), b.constant(x.dtype(), 3));
        String plan = plan(x, y);
        assertEquals(2, steps(plan), plan);
        assertTrue(plan.contains("3→40 + bias RELU"), plan);
    }

    @Test
    void whatOthersReadIsNotScaled() {
        Value x = b.input("x", TensorType.f32(2, 9, 9, 3));
        Value y = conv(x, 3, 1, 40, 1);
        String plan = plan(x, b.plus(y, by(Binary.Fn.MUL, y, b.constant(random(40)))));
        assertEquals(2, steps(plan), plan);
    }

    @Test
    void meansAndScalesOfChannelsAreNoStepsOfTheirOwn() {
        for (int cout : List.of(8, 17, 200)) {
            Value x = b.input("x" + cout, TensorType.f32(2, 12, 13, 40));
            boolean residual = cout == 17;
            Value y = b.unary(Unary.Fn.SIGMOID, conv(padded(x, 0, 1, 1), 3, 1, 40, 40));
            Value mean = b.add(new Reduce(Reduce.Fn.MEAN, List.of(1, 2), true), y);
            Value scale = b.unary(Unary.Fn.SIGMOID, conv(mean, 1, 1, 40, 1));
            Value z = conv(b.times(scale, y), 1, 1, cout, 1);
            z = residual ? b.plus(z, padded(conv(x, 3, 1, 17, 1), 0, 1, 1)) : z;
            String plan = plan(x, b.unary(Unary.Fn.RELU, z));
            assertEquals(cout == 200, plan.contains("binary MUL"), plan);
            assertTrue(plan.contains("convs [3, 3] →40 + bias SIGMOID, mean"), plan);
            assertFalse(plan.contains("reduce"), plan);
        }
    }

    @Test
    void meansOfWhatIsExpandedAreTakenOnTheWay() {
        Value x = b.input("x", TensorType.f32(1, 63, 63, 8));
        Value wide = b.add(new Relu6(), conv(x, 1, 1, 72, 1));
        Value deep = b.add(new Relu6(), conv(padded(wide, 0, 1, 1), 3, 1, 72, 72));
        Value mean = b.add(new Reduce(Reduce.Fn.MEAN, List.of(1, 2), false), deep);
        String plan = plan(x, b.times(deep, b.reshape(mean, 1, 1, 1, 72)));
        assertEquals(2, steps(plan), plan);
        assertTrue(plan.contains("→72 + bias RELU6, mean"), plan);
    }

    @Test
    void activationsThatAreSpelledOutAreFused() {
        Value x = b.input("x", TensorType.f32(2, 9, 9, 3));
        Value y = conv(x, 3, 1, 40, 1);
        Value silu = b.times(y, b.unary(Unary.Fn.SIGMOID, b.binary(Binary.Fn.MUL, y, 1)));
        y = conv(x, 3, 1, 40, 1);
        Value gated = b.times(y, b.binary(Binary.Fn.DIV, b.add(new Relu6(), b.binary(Binary.Fn.ADD, y, 3)), 6));
        y = conv(x, 3, 1, 40, 1);
        Value sixth = b.binary(Binary.Fn.MUL, b.times(b.add(new Relu6(), b.binary(Binary.Fn.ADD, y, 3)), y), 1f / 6);
        y = b.binary(Binary.Fn.MIN, b.unary(Unary.Fn.RELU, conv(x, 3, 1, 40, 1)), 6);
        String plan = plan(x, b.add(new Concat(3), silu, gated, sixth, y));
        assertEquals(5, steps(plan), plan);
        assertTrue(plan.contains("+ bias SILU") && plan.contains("+ bias RELU6"), plan);
        assertEquals(2, plan.lines().filter(l -> l.contains("+ bias HARD_SILU")).count(), plan);
    }
}
