package dev.posthorn.plan;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Scan;
import java.util.List;

/** Loops over values of known shape: the body is planned once, and its plan run for every step. */
final class ScanRule implements StepRule {
    @Override
    public boolean takes(Op op, List<Value> in) {
        return op instanceof Scan s && Nested.known(in, s.body()) && Nested.keeps(s.body(), s.carries());
    }

    @Override
    public Step compile(Node node, Room room) {
        Scan op = (Scan) node.op();
        int n = node.input(op.carries()).shape().dim(0);
        Slot[][] between = new Slot[2][op.carries()];
        for (int i = 0; i < op.carries(); i++) {
            TensorType type = node.input(i).type();
            between[0][i] = n > 1 ? room.temporary(type) : null;
            between[1][i] = n > 2 ? room.temporary(type) : null;
        }
        return new Loop(
                op,
                n,
                room.nest(op.body(), op.carries() + op.scanned()),
                node.inputs().stream().map(room::slot).toArray(Slot[]::new),
                between,
                node.values().stream().map(room::slot).toArray(Slot[]::new));
    }

    /**
     * Carries go back and forth between two rooms; the first step reads the operands, the last one writes the results.
     *
     * @param between the rooms of the carries after even steps, and after odd ones
     */
    private record Loop(Scan op, int n, Nested body, Slot[] in, Slot[][] between, Slot[] out) implements Step {
        @Override
        public void run(Frame f) {
            Frame own = body.frame(f);
            int carries = op.carries();
            int scanned = carries + op.scanned();
            for (int i = scanned; i < in.length; i++) {
                body.operand(own, i, f.array(in[i]), f.at(in[i]));
            }
            body.prepare(own);
            Object[] arrays = f.arrays(out.length);
            int[] at = f.places(out.length);
            for (int k = 0; k < n; k++) {
                int t = op.reverse() ? n - 1 - k : k;
                for (int i = 0; i < scanned; i++) {
                    Slot s = i < carries && k > 0 ? between[k - 1 & 1][i] : in[i];
                    body.operand(own, i, f.array(s), f.at(s) + (i < carries ? 0 : t * step(s)));
                }
                for (int i = 0; i < out.length; i++) {
                    Slot s = i < carries && k < n - 1 ? between[k & 1][i] : out[i];
                    arrays[i] = f.array(s);
                    at[i] = f.at(s) + (i < carries ? 0 : t * step(s));
                }
                body.run(own, arrays, at);
            }
            for (int i = 0; n == 0 && i < carries; i++) {
                System.arraycopy(
                        f.array(in[i]), f.at(in[i]), f.array(out[i]), f.at(out[i]), Planner.elements(in[i].type()));
            }
        }

        /** Elements of one step of a scanned operand or stacked result. */
        private int step(Slot s) {
            return Planner.elements(s.type()) / n;
        }

        @Override
        public String label() {
            return "loop of " + n + (op.reverse() ? ", backwards" : "");
        }

        @Override
        public String details() {
            return body.explain();
        }
    }
}
