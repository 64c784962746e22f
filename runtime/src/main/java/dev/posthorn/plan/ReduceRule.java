package dev.posthorn.plan;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.ir.op.SumTo;
import dev.posthorn.kernel.Storage;
import dev.posthorn.kernel.WideReduce;
import dev.posthorn.kernel.simd.Simd;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sums, means, products and extremes of any fixed type. Axes that do not stand side by side are taken group by group. */
final class ReduceRule implements StepRule {
    private static final Map<Reduce.Fn, dev.posthorn.kernel.Reduce.Fn> FN = Map.of(
            Reduce.Fn.SUM, dev.posthorn.kernel.Reduce.Fn.SUM,
            Reduce.Fn.MEAN, dev.posthorn.kernel.Reduce.Fn.MEAN,
            Reduce.Fn.MAX, dev.posthorn.kernel.Reduce.Fn.MAX,
            Reduce.Fn.MIN, dev.posthorn.kernel.Reduce.Fn.MIN,
            Reduce.Fn.PROD, dev.posthorn.kernel.Reduce.Fn.PROD,
            Reduce.Fn.ANY, dev.posthorn.kernel.Reduce.Fn.MAX,
            Reduce.Fn.ALL, dev.posthorn.kernel.Reduce.Fn.MIN);

    @Override
    public boolean takes(Op op, List<Value> in) {
        boolean sums = op instanceof SumTo && ProgramRule.constantShape(in.get(1));
        return (op instanceof Reduce || sums)
                && in.get(0).shape().isKnown()
                && storage(in.get(0)).isPresent();
    }

    private static Optional<Storage> storage(Value x) {
        return ProgramRule.storage(x.dtype());
    }

    /** Axes first … end − 1. */
    private record Group(int first, int end) {}

    private static List<Integer> axes(Node node) {
        if (node.op() instanceof Reduce r) {
            return r.axes();
        }
        Shape x = node.input(0).shape();
        Shape y = node.output().shape();
        int more = x.rank() - y.rank();
        List<Integer> axes = new ArrayList<>();
        for (int a = 0; a < x.rank(); a++) {
            if (a < more || y.dim(a - more) != x.dim(a)) {
                axes.add(a);
            }
        }
        return axes;
    }

    @Override
    public Step compile(Node node, Room room) {
        Reduce.Fn fn = node.op() instanceof Reduce r ? r.fn() : Reduce.Fn.SUM;
        List<Group> groups = new ArrayList<>();
        for (int axis : axes(node)) {
            Group last = groups.isEmpty() ? null : groups.get(groups.size() - 1);
            if (last != null && last.end == axis) {
                groups.set(groups.size() - 1, new Group(last.first, axis + 1));
            } else {
                groups.add(new Group(axis, axis + 1));
            }
        }
        if (groups.isEmpty()) {
            groups.add(new Group(0, 0));
        }
        Shape x = node.input(0).shape();
        Slot from = room.slot(node.input(0));
        List<Step> stages = new ArrayList<>();
        for (int i = groups.size() - 1; i >= 0; i--) {
            Group g = groups.get(i);
            Shape y = x;
            for (int a = g.first; a < g.end; a++) {
                y = y.with(a, 1);
            }
            Slot to = i == 0
                    ? room.slot(node.output())
                    : room.temporary(new TensorType(node.input(0).dtype(), y));
            stages.add(stage(fn, x, g, storage(node.input(0)).orElseThrow(), from, to, room));
            x = y;
            from = to;
        }
        return stages.size() == 1 ? stages.get(0) : new Stages(stages);
    }

    private static Step stage(Reduce.Fn fn, Shape x, Group g, Storage storage, Slot from, Slot to, Room room) {
        int outer = x.size(0, g.first);
        int n = x.size(g.first, g.end);
        int inner = x.size(g.end, x.rank());
        String size = fn + " " + outer + "×" + n + "×" + inner;
        if (from.type().dtype() != DType.FLOAT32) {
            return new Wide(new WideReduce(storage, FN.get(fn), outer, n, inner), "reduce wide " + size, from, to);
        }
        dev.posthorn.kernel.Reduce kernel = new dev.posthorn.kernel.Reduce(Simd.best(), FN.get(fn), outer, n, inner);
        Slot part = kernel.room() == 0 ? null : room.temporary(TensorType.f32(kernel.room()));
        return new Along(kernel, "reduce " + size, from, to, part);
    }

    private record Stages(List<Step> stages) implements Step {
        @Override
        public void run(Frame f) {
            for (int i = 0; i < stages.size(); i++) {
                stages.get(i).run(f);
            }
        }

        @Override
        public String label() {
            return stages.get(0).label() + ", then " + stages.get(1).label();
        }
    }

    private record Along(dev.posthorn.kernel.Reduce kernel, String label, Slot x, Slot y, Slot part) implements Step {
        @Override
        public void run(Frame f) {
            kernel.run(
                    f.workers(),
                    f.scratch(),
                    f.floats(x),
                    f.at(x),
                    f.floats(y),
                    f.at(y),
                    part == null ? null : f.floats(part),
                    part == null ? 0 : f.at(part));
        }
    }

    private record Wide(WideReduce kernel, String label, Slot x, Slot y) implements Step {
        @Override
        public void run(Frame f) {
            kernel.run(f.workers(), f.scratch(), f.array(x), f.at(x), f.array(y), f.at(y));
        }
    }
}
