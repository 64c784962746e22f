package dev.posthorn.plan;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.kernel.Elementwise;
import dev.posthorn.kernel.simd.Simd;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Functions of one or two float32 operands, element by element. */
final class ElementwiseRule implements StepRule {
    static final Map<Binary.Fn, dev.posthorn.kernel.Binary> BINARY = new EnumMap<>(Map.of(
            Binary.Fn.ADD, dev.posthorn.kernel.Binary.ADD,
            Binary.Fn.SUB, dev.posthorn.kernel.Binary.SUB,
            Binary.Fn.MUL, dev.posthorn.kernel.Binary.MUL,
            Binary.Fn.DIV, dev.posthorn.kernel.Binary.DIV,
            Binary.Fn.MAX, dev.posthorn.kernel.Binary.MAX,
            Binary.Fn.MIN, dev.posthorn.kernel.Binary.MIN,
            Binary.Fn.POW, dev.posthorn.kernel.Binary.POW,
            Binary.Fn.FLOOR_DIV, dev.posthorn.kernel.Binary.FLOOR_DIV,
            Binary.Fn.FLOOR_MOD, dev.posthorn.kernel.Binary.FLOOR_MOD,
            Binary.Fn.REM, dev.posthorn.kernel.Binary.TRUNCATE_MOD));

    static {
        BINARY.put(Binary.Fn.ATAN2, dev.posthorn.kernel.Binary.ATAN2);
    }

    @Override
    public boolean takes(Op op, List<Value> in) {
        boolean known = op instanceof Binary b
                ? BINARY.containsKey(b.fn())
                : Activations.of(op).isPresent();
        return known && StepRule.float32(in);
    }

    @Override
    public Step compile(Node node, Room room) {
        Slot y = room.slot(node.output());
        if (!(node.op() instanceof Binary op)) {
            Activations.Applied f = Activations.of(node.op()).orElseThrow();
            return new One(f, node.output().shape().size(), room.slot(node.input(0)), y);
        }
        Shape out = node.output().shape();
        Elementwise kernel = new Elementwise(
                Simd.best(),
                BINARY.get(op.fn()),
                out.dims(),
                steps(node.input(0).shape(), out),
                steps(node.input(1).shape(), out));
        return new Two(kernel, op.fn().name(), room.slot(node.input(0)), room.slot(node.input(1)), y);
    }

    /** The steps of an operand in the order of the result's axes; 0 where it stretches. */
    static int[] steps(Shape x, Shape out) {
        int[] own = CopyRule.strides(x);
        int[] step = new int[out.rank()];
        for (int a = 1; a <= x.rank(); a++) {
            step[out.rank() - a] = x.dim(-a) == 1 ? 0 : own[x.rank() - a];
        }
        return step;
    }

    private record One(Activations.Applied fn, int n, Slot x, Slot y) implements Step {
        @Override
        public void run(Frame f) {
            Elementwise.unary(
                    f.workers(),
                    f.scratch(),
                    Simd.best(),
                    fn.fn(),
                    fn.alpha(),
                    fn.beta(),
                    f.floats(x),
                    f.at(x),
                    f.floats(y),
                    f.at(y),
                    n);
        }

        @Override
        public String label() {
            return "unary " + fn.fn();
        }
    }

    private record Two(Elementwise kernel, String name, Slot a, Slot b, Slot y) implements Step {
        @Override
        public void run(Frame f) {
            kernel.run(f.workers(), f.scratch(), f.floats(a), f.at(a), f.floats(b), f.at(b), f.floats(y), f.at(y));
        }

        @Override
        public String label() {
            return "binary " + name;
        }
    }
}
