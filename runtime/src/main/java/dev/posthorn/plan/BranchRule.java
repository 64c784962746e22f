package dev.posthorn.plan;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Branch;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Choices between graphs of known shapes, which agree in those of their results: each is planned once. */
final class BranchRule implements StepRule {
    @Override
    public boolean takes(Op op, List<Value> in) {
        return op instanceof Branch b
                && Nested.known(in, b.branches().toArray(Graph[]::new))
                && b.branches().stream()
                        .allMatch(g -> sameResults(g, b.branches().get(0)));
    }

    private static boolean sameResults(Graph a, Graph b) {
        return IntStream.range(0, a.results().size())
                .allMatch(
                        i -> a.results().get(i).type().equals(b.results().get(i).type()));
    }

    @Override
    public Step compile(Node node, Room room) {
        return new Choice(
                ((Branch) node.op())
                        .branches().stream()
                                .map(g -> room.nest(g, g.inputs().size()))
                                .toArray(Nested[]::new),
                node.inputs().stream().map(room::slot).toArray(Slot[]::new),
                ((Branch) node.op())
                        .branches().stream().mapToInt(g -> g.inputs().size()).toArray(),
                node.values().stream().map(room::slot).toArray(Slot[]::new));
    }

    /**
     * Runs one.
     *
     * @param counts the operands of each
     */
    private record Choice(Nested[] branches, Slot[] in, int[] counts, Slot[] out) implements Step {
        @Override
        public void run(Frame f) {
            int index = ((int[]) f.array(in[0]))[f.at(in[0])];
            int taken = index < 0 || index >= branches.length ? branches.length - 1 : index;
            int from = 1;
            for (int i = 0; i < taken; i++) {
                from += counts[i];
            }
            Frame own = branches[taken].frame(f);
            for (int i = 0; i < counts[taken]; i++) {
                branches[taken].operand(own, i, f.array(in[from + i]), f.at(in[from + i]));
            }
            Object[] arrays = f.arrays(out.length);
            int[] at = f.places(out.length);
            for (int i = 0; i < out.length; i++) {
                arrays[i] = f.array(out[i]);
                at[i] = f.at(out[i]);
            }
            branches[taken].run(own, arrays, at);
        }

        @Override
        public String label() {
            return "choice of " + branches.length;
        }

        @Override
        public String details() {
            return Stream.of(branches).map(Nested::explain).collect(Collectors.joining(System.lineSeparator()));
        }
    }
}
