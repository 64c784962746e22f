package dev.posthorn.plan;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Complex;
import dev.posthorn.ir.op.Part;
import dev.posthorn.kernel.StridedCopy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Complex numbers made of their parts and taken apart: copies with steps of 2. */
final class ComplexRule implements StepRule {
    @Override
    public boolean takes(Op op, List<Value> in) {
        return (op instanceof Complex || op instanceof Part)
                && in.stream().allMatch(v -> v.shape().isKnown());
    }

    @Override
    public Step compile(Node node, Room room) {
        Shape out = node.output().shape();
        int[] one = CopyRule.strides(out);
        int[] two = Arrays.stream(one).map(s -> 2 * s).toArray();
        Slot x = room.slot(node.input(0));
        Slot y = room.slot(node.output());
        if (node.op() instanceof Part p) {
            return new Copies(List.of(new Copy(x, p.imaginary() ? 1 : 0, 0, new StridedCopy(out.dims(), two, one))), y);
        }
        List<Copy> both = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int[] steps = ElementwiseRule.steps(node.input(i).shape(), out);
            both.add(new Copy(room.slot(node.input(i)), 0, i, new StridedCopy(out.dims(), steps, two)));
        }
        return new Copies(both, y);
    }

    private record Copy(Slot x, int from, int to, StridedCopy copy) {}

    private record Copies(List<Copy> copies, Slot y) implements Step {
        @Override
        public void run(Frame f) {
            for (Copy c : copies) {
                c.copy.run(f.workers(), f.scratch(), f.array(c.x), f.at(c.x) + c.from, f.array(y), f.at(y) + c.to);
            }
        }

        @Override
        public String label() {
            return copies.size() == 1 ? "part of complex" : "complex of parts";
        }
    }
}
