package dev.posthorn.plan;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.While;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Loops that go on for as long as a condition holds, over values of known shape: condition and body are planned once. */
final class WhileRule implements StepRule {
    @Override
    public boolean takes(Op op, List<Value> in) {
        return op instanceof While w
                && Nested.known(in, w.condition(), w.body())
                && Nested.keeps(w.body(), w.carries())
                && sameTypes(w, in);
    }

    private static boolean sameTypes(While w, List<Value> in) {
        for (int i = 0; i < w.carries(); i++) {
            TensorType type = w.body().inputs().get(i).type();
            if (!type.equals(in.get(i).type())
                    || !type.equals(w.condition().inputs().get(i).type())) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Step compile(Node node, Room room) {
        While op = (While) node.op();
        Slot[][] between = new Slot[2][op.carries()];
        for (Slot[] slots : between) {
            for (int i = 0; i < op.carries(); i++) {
                slots[i] = room.temporary(node.input(i).type());
            }
        }
        return new Loop(
                op,
                room.nest(op.condition(), op.condition().inputs().size()),
                room.nest(op.body(), op.body().inputs().size()),
                node.inputs().stream().map(room::slot).toArray(Slot[]::new),
                room.temporary(op.condition().results().get(0).type()),
                between,
                node.values().stream().map(room::slot).toArray(Slot[]::new));
    }

    /**
     * Carries go back and forth between two rooms; the first step reads the operands.
     *
     * @param holds what the condition gives
     * @param between the rooms of the carries after even steps, and after odd ones
     */
    private record Loop(While op, Nested test, Nested body, Slot[] in, Slot holds, Slot[][] between, Slot[] out)
            implements Step {
        @Override
        public void run(Frame f) {
            Frame looking = test.frame(f);
            Frame own = body.frame(f);
            int seen = op.conditionCaptures();
            for (int i = op.carries(); i < in.length; i++) {
                if (i < op.carries() + seen) {
                    test.operand(looking, i, f.array(in[i]), f.at(in[i]));
                } else {
                    body.operand(own, i - seen, f.array(in[i]), f.at(in[i]));
                }
            }
            Slot[] now = in;
            for (long n = 0; holds(f, looking, now); n++) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancellationException(
                            "While: expected to go on but was interrupted, after " + n + " steps");
                }
                Slot[] next = between[(int) (n & 1)];
                Object[] arrays = f.arrays(out.length);
                int[] at = f.places(out.length);
                for (int i = 0; i < out.length; i++) {
                    body.operand(own, i, f.array(now[i]), f.at(now[i]));
                    arrays[i] = f.array(next[i]);
                    at[i] = f.at(next[i]);
                }
                body.run(own, arrays, at);
                now = next;
            }
            for (int i = 0; i < out.length; i++) {
                System.arraycopy(
                        f.array(now[i]), f.at(now[i]), f.array(out[i]), f.at(out[i]), Planner.elements(out[i].type()));
            }
        }

        private boolean holds(Frame f, Frame looking, Slot[] now) {
            for (int i = 0; i < op.carries(); i++) {
                test.operand(looking, i, f.array(now[i]), f.at(now[i]));
            }
            Object[] arrays = f.arrays(1);
            int[] at = f.places(1);
            arrays[0] = f.array(holds);
            at[0] = f.at(holds);
            test.run(looking, arrays, at);
            return ((byte[]) f.array(holds))[f.at(holds)] != 0;
        }

        @Override
        public String label() {
            return "loop while a condition holds";
        }

        @Override
        public String details() {
            return test.explain() + System.lineSeparator() + body.explain();
        }
    }
}
