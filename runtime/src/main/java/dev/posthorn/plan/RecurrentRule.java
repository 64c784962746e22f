package dev.posthorn.plan;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.fn.Gru;
import dev.posthorn.ir.fn.Linear;
import dev.posthorn.ir.fn.Lstm;
import dev.posthorn.ir.fn.SimpleRnn;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.kernel.Epilogue;
import dev.posthorn.kernel.Gemm;
import dev.posthorn.kernel.PackedB;
import dev.posthorn.kernel.Recurrent;
import dev.posthorn.kernel.Unary;
import dev.posthorn.kernel.simd.Simd;
import java.util.List;
import java.util.Optional;

/** Recurrent layers in float32 with constant weights: the inputs' part as one product, then the loop, or all in the loop. */
final class RecurrentRule implements StepRule {
    /** What the three ops have in common; {@code weights} is the number of weight operands after x. */
    private record Parts(
            List<Op> functions, boolean reverse, boolean masked, boolean zeroMasked, int weights, int states) {
        static Optional<Parts> of(Op op) {
            if (op instanceof Lstm l) {
                List<Op> functions = List.of(l.activation(), l.recurrentActivation());
                return Optional.of(new Parts(functions, l.reverse(), l.masked(), l.zeroOutputForMask(), 3, 2));
            }
            if (op instanceof Gru g) {
                List<Op> functions = List.of(g.activation(), g.recurrentActivation());
                return Optional.of(new Parts(functions, g.reverse(), g.masked(), g.zeroOutputForMask(), 4, 1));
            }
            return op instanceof SimpleRnn s
                    ? Optional.of(
                            new Parts(List.of(s.activation()), s.reverse(), s.masked(), s.zeroOutputForMask(), 3, 1))
                    : Optional.empty();
        }

        /** The operand that is state {@code i} before the first step. */
        int state(int i) {
            return 1 + weights + i;
        }

        int mask() {
            return 1 + weights + states;
        }
    }

    @Override
    public boolean takes(Op op, List<Value> in) {
        Optional<Parts> parts = Parts.of(op);
        return parts.isPresent()
                && StepRule.float32(in.subList(0, parts.get().mask()))
                && (!parts.get().masked || in.get(parts.get().mask()).shape().isKnown())
                && in.subList(1, 1 + parts.get().weights).stream()
                        .allMatch(v -> v.node().op() instanceof Constant)
                && parts.get().functions.stream().allMatch(f -> function(f).isPresent());
    }

    private static Optional<Recurrent.Fn> function(Op op) {
        return op instanceof Linear
                ? Optional.of(Recurrent.Fn.of(Unary.NONE))
                : Activations.of(op).map(a -> new Recurrent.Fn(a.fn(), a.alpha(), a.beta()));
    }

    @Override
    public Step compile(Node node, Room room) {
        Parts parts = Parts.of(node.op()).orElseThrow();
        Shape x = node.input(0).shape();
        int units = node.output(1).shape().dim(-1);
        float[][] w = new float[1 + parts.weights][];
        for (int i = 1; i <= parts.weights; i++) {
            w[i] = room.constant(node.input(i)).orElseThrow().floats();
        }
        int gates = node.input(1).shape().dim(-1);
        PackedB kernel = PackedB.of(Simd.best(), x.dim(2), gates, w[1], 0, gates);
        Epilogue bias = Epilogue.of(w[3], Unary.NONE);
        Recurrent loop = loop(
                node.op(),
                units,
                w,
                parts.functions.stream().map(f -> function(f).orElseThrow()).toList());
        Slot projected = Recurrent.inside(x.dim(0)) ? null : room.temporary(TensorType.f32(x.dim(0) * x.dim(1), gates));
        boolean two = parts.states == 2;
        return new Loop(
                node.op().name() + " " + x.dim(0) + "×" + x.dim(1) + "×" + units,
                new Recurrent.Input(kernel, bias),
                loop,
                parts,
                room.slot(node.input(0)),
                projected,
                room.slot(node.input(parts.state(0))),
                room.slot(node.input(parts.state(two ? 1 : 0))),
                parts.masked ? room.slot(node.input(parts.mask())) : null,
                room.slot(node.output(0)),
                room.slot(node.output(1)),
                room.slot(node.output(two ? 2 : 1)));
    }

    private static Recurrent loop(Op op, int units, float[][] w, List<Recurrent.Fn> fn) {
        if (op instanceof Lstm) {
            return Recurrent.lstm(Simd.best(), units, w[2], 0, fn.get(0), fn.get(1));
        }
        return op instanceof Gru g
                ? Recurrent.gru(Simd.best(), units, w[2], 0, w[4], g.resetAfter(), fn.get(0), fn.get(1))
                : Recurrent.simple(Simd.best(), units, w[2], 0, fn.get(0));
    }

    private record Loop(
            String label,
            Recurrent.Input input,
            Recurrent loop,
            Parts parts,
            Slot x,
            Slot projected,
            Slot h,
            Slot c,
            Slot mask,
            Slot y,
            Slot lastH,
            Slot lastC)
            implements Step {
        @Override
        public void run(Frame f) {
            int batch = x.type().shape().dim(0);
            int steps = x.type().shape().dim(1);
            if (projected != null) {
                PackedB kernel = input.kernel();
                Gemm.run(
                        f.workers(),
                        f.scratch(),
                        batch * steps,
                        f.floats(x),
                        f.at(x),
                        kernel.k(),
                        kernel,
                        f.floats(projected),
                        f.at(projected),
                        kernel.n(),
                        input.bias(),
                        null,
                        0);
            }
            Slot p = projected == null ? x : projected;
            Recurrent.Mode mode = mask == null
                    ? new Recurrent.Mode(parts.reverse, null, 0, false)
                    : new Recurrent.Mode(parts.reverse, (byte[]) f.array(mask), f.at(mask), parts.zeroMasked);
            loop.run(
                    f.workers(),
                    f.scratch(),
                    mode,
                    projected == null ? input : null,
                    batch,
                    steps,
                    f.floats(p),
                    f.at(p),
                    f.floats(h),
                    f.at(h),
                    f.floats(c),
                    f.at(c),
                    f.floats(y),
                    f.at(y),
                    f.floats(lastH),
                    f.at(lastH),
                    f.floats(lastC),
                    f.at(lastC));
        }
    }
}
