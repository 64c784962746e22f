package dev.posthorn.plan;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.ArgReduce;
import java.util.List;

/** Where the largest or the least of float32 stands along an axis, the first of equals. */
final class ArgRule implements StepRule {
    @Override
    public boolean takes(Op op, List<Value> in) {
        return op instanceof ArgReduce a
                && StepRule.float32(in)
                && a.axis() >= 0
                && (a.to() == DType.INT32 || a.to() == DType.INT64);
    }

    @Override
    public Step compile(Node node, Room room) {
        ArgReduce op = (ArgReduce) node.op();
        Shape x = node.input(0).shape();
        return new Search(
                op.largest(),
                x.size(0, op.axis()),
                x.dim(op.axis()),
                x.size(op.axis() + 1, x.rank()),
                room.slot(node.input(0)),
                room.slot(node.output()));
    }

    private record Search(boolean largest, int outer, int n, int inner, Slot x, Slot y) implements Step {
        @Override
        public void run(Frame f) {
            float[] from = f.floats(x);
            Object to = f.array(y);
            for (int i = 0; i < outer * inner; i++) {
                int start = f.at(x) + i / inner * n * inner + i % inner;
                int best = start;
                for (int k = 1; k < n; k++) {
                    int at = start + k * inner;
                    best = (largest ? from[at] > from[best] : from[at] < from[best]) ? at : best;
                }
                int index = (best - start) / inner;
                if (to instanceof int[] whole) {
                    whole[f.at(y) + i] = index;
                } else {
                    ((long[]) to)[f.at(y) + i] = index;
                }
            }
        }

        @Override
        public String label() {
            return "arg " + (largest ? "MAX " : "MIN ") + outer + "×" + n + "×" + inner;
        }
    }
}
