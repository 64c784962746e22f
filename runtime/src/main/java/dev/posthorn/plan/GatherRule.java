package dev.posthorn.plan;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Gather;
import dev.posthorn.model.ShapeException;
import java.util.List;

/** Slices by index, copied row by row; of every type of fixed size, with int32 or int64 indices. */
final class GatherRule implements StepRule {
    @Override
    public boolean takes(Op op, List<Value> in) {
        return op instanceof Gather
                && in.stream().allMatch(v -> v.shape().isKnown())
                && in.get(0).dtype().bytes() > 0
                && in.get(0).dtype().kind() != DType.Kind.COMPLEX
                && (in.get(1).dtype() == DType.INT32 || in.get(1).dtype() == DType.INT64);
    }

    @Override
    public Step compile(Node node, Room room) {
        int axis = ((Gather) node.op()).axis();
        Shape x = node.input(0).shape();
        return new Rows(
                x.size(0, axis),
                x.dim(axis),
                x.size(axis + 1, x.rank()),
                node.input(1).shape().size(),
                room.slot(node.input(0)),
                room.slot(node.input(1)),
                room.slot(node.output()),
                node.name());
    }

    private record Rows(int outer, int n, int row, int count, Slot x, Slot indices, Slot y, String where)
            implements Step {
        @Override
        public void run(Frame f) {
            Object at = f.array(indices);
            for (int o = 0; o < outer; o++) {
                for (int i = 0; i < count; i++) {
                    long index = at instanceof int[] a ? a[f.at(indices) + i] : ((long[]) at)[f.at(indices) + i];
                    if (index < 0 || index >= n) {
                        throw new ShapeException("Gather: expected indices in [0, " + n + ") but was " + index
                                + " (element " + i + "), at " + where);
                    }
                    System.arraycopy(
                            f.array(x),
                            f.at(x) + (o * n + (int) index) * row,
                            f.array(y),
                            f.at(y) + (o * count + i) * row,
                            row);
                }
            }
        }

        @Override
        public String label() {
            return "gather " + count + " rows of " + row;
        }
    }
}
