package dev.posthorn.pass;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Rewriter;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Gru;
import dev.posthorn.ir.fn.Lstm;
import dev.posthorn.ir.fn.SimpleRnn;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Scan;
import dev.posthorn.ir.op.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A {@link Scan} whose step is that of a recurrent layer becomes {@link Lstm}, {@link Gru} or {@link SimpleRnn}, which kernels
 * run whole, also one with a mask: states stay where it is false, and the output is zero or that of the step before, which the
 * loop carries besides. A step that is any other stays as it is.
 */
public final class RecoverCells {
    private final Builder b;
    private final LoopStep step;
    private final Scan scan;
    private final Optional<LoopMask> mask;

    private RecoverCells(Builder b, Scan scan, List<Value> in) {
        this.b = b;
        this.step = new LoopStep(b, scan, in);
        this.scan = scan;
        this.mask = LoopMask.of(step);
    }

    public static Graph apply(Graph g) {
        Graph recovered = Rewriter.apply(g, RecoverCells::rule);
        boolean any = recovered.nodes().stream()
                .anyMatch(n -> n.op() instanceof Lstm || n.op() instanceof Gru || n.op() instanceof SimpleRnn);
        return any ? Rewriter.apply(recovered, StraightenTime::rule) : recovered;
    }

    /** The results of a loop that is a recurrent layer of constant weights; null for any other op. */
    static List<Value> rule(Builder b, Op op, List<Value> in) {
        boolean may = op instanceof Scan s
                && s.carries() >= 1
                && s.carries() <= 3
                && in.subList(s.carries() + s.scanned(), in.size()).stream()
                        .allMatch(v -> v.node().op() instanceof Constant);
        return may ? new RecoverCells(b, (Scan) op, in).recovered().orElse(null) : null;
    }

    private Optional<List<Value>> recovered() {
        boolean masked = mask.isPresent();
        if (masked
                && !IntStream.range(0, scan.carries()).allMatch(i -> mask.get().chooses(step.after(i)))) {
            return Optional.empty();
        }
        return IntStream.range(0, scan.carries())
                .filter(this::isState)
                .mapToObj(h -> ofState(h, masked ? output(h) : -1))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** Whether a carry is a matrix that a mask, if there is one, lets stay. */
    private boolean isState(int i) {
        TensorType type = step.before(i).type();
        boolean matrix = type.shape().isKnown() && type.shape().rank() == 2 && type.dtype() == DType.FLOAT32;
        return matrix && (mask.isEmpty() || LoopMask.skipped(step.after(i)).equals(step.before(i)));
    }

    /** The next value of a carry, in rows where the step counts. */
    private Value next(int i) {
        return mask.isPresent() ? LoopMask.counted(step.after(i)) : step.after(i);
    }

    /** The carry that is the output of the step before, which is the next state {@code h} too; -1 where there is none. */
    private int output(int h) {
        return IntStream.range(0, scan.carries())
                .filter(i -> i != h && next(i).equals(next(h)))
                .findFirst()
                .orElse(-1);
    }

    /** The loop as a layer whose first state is the carry {@code h}, and which carries its output, or -1. */
    private Optional<List<Value>> ofState(int h, int output) {
        int[] others = IntStream.range(0, scan.carries())
                .filter(i -> i != h && i != output)
                .toArray();
        Value y = output >= 0 || step.stacked().isEmpty()
                ? step.after(output >= 0 ? output : h)
                : step.stacked().get(0);
        Optional<Boolean> zeros = zeroOutput(y, h, output);
        if (others.length > 1
                || others.length == 1 && !isState(others[0])
                || zeros.isEmpty()
                || !step.stacked().stream().allMatch(y::equals)) {
            return Optional.empty();
        }
        LoopCell cell = new LoopCell(step, new LoopCell.Mode(scan.reverse(), mask.isPresent(), zeros.get()));
        Optional<LoopCell.Layer> layer = others.length == 0
                ? cell.of(next(h), step.before(h))
                : cell.of(next(h), next(others[0]), step.before(h), step.before(others[0]));
        return layer.map(l -> results(l, h, others, output));
    }

    /**
     * Whether the output of a masked step is zero, or as the one before, which begins with zeros; empty where it is anything
     * else.
     */
    private Optional<Boolean> zeroOutput(Value y, int h, int output) {
        if (mask.isEmpty()) {
            return y.equals(step.after(h)) ? Optional.of(false) : Optional.empty();
        }
        if (!mask.get().chooses(y) || !LoopMask.counted(y).equals(next(h))) {
            return Optional.empty();
        }
        Value skipped = LoopMask.skipped(y);
        int repeated = output >= 0 ? output : h;
        if (skipped.equals(step.before(repeated))) {
            boolean seen = output >= 0 || !step.stacked().isEmpty();
            return !seen || LoopStep.isZero(step.in.get(repeated)) ? Optional.of(false) : Optional.empty();
        }
        return step.isFixed(skipped) && LoopStep.isZero(step.outside(skipped)) ? Optional.of(true) : Optional.empty();
    }

    /** The last states and the last output, then the stacked outputs, time first. */
    private List<Value> results(LoopCell.Layer layer, int h, int[] others, int output) {
        List<Value> operands = new ArrayList<>(layer.operands());
        operands.add(step.in.get(h));
        for (int other : others) {
            operands.add(step.in.get(other));
        }
        mask.ifPresent(m -> operands.add(m.operand()));
        List<Value> out = b.addAll(layer.op(), operands);
        List<Value> all = new ArrayList<>();
        for (int i = 0; i < scan.carries(); i++) {
            all.add(i == h ? out.get(1) : i == output ? last(out, h, output) : out.get(2));
        }
        while (all.size() < step.body.results().size()) {
            all.add(b.transpose(out.get(0), 1, 0, 2));
        }
        return all;
    }

    /** The last output; where it repeats, and state and output begin alike, it is the last state. */
    private Value last(List<Value> out, int h, int output) {
        boolean repeats = LoopMask.skipped(step.after(output)).equals(step.before(output));
        if (repeats && LoopStep.isZero(step.in.get(h))) {
            return out.get(1);
        }
        Value y = scan.reverse() ? b.slice(out.get(0), 1, 0, 1) : b.slice(out.get(0), 1, -1, Slice.END);
        return b.squeeze(y, 1);
    }
}
