package dev.posthorn.plan;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A graph that a step runs within its own run, once or many times: the body of a loop, a branch. It has a plan of its own
 * and a frame inside of the frame of the plan around it, so running it takes no memory. Operands and results are ranges
 * of arrays that the step names before each run; a result is computed where it shall be, or copied there.
 */
final class Nested {
    private final Plan plan;
    private final int index;
    /** Whether result i is written by its own step where it shall be. */
    private final boolean[] direct;

    Nested(Plan plan, int index) {
        this.plan = plan;
        this.index = index;
        List<Slot> results = plan.results();
        direct = new boolean[results.size()];
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < direct.length; i++) {
            Slot s = results.get(i);
            direct[i] = s.place() == Slot.Place.OUTPUT && seen.add(s.index());
        }
    }

    /** Whether all that goes into these graphs and comes out of them has a range of known length. */
    static boolean known(List<Value> in, Graph... bodies) {
        Stream<Value> inside = Stream.of(bodies)
                .flatMap(g -> Stream.of(g.inputs(), g.results()))
                .flatMap(List::stream);
        return Stream.concat(in.stream(), inside)
                .allMatch(v -> v.shape().isKnown() && v.dtype().bytes() > 0);
    }

    /** Whether a body gives its first operands' types. */
    static boolean keeps(Graph body, int carries) {
        return IntStream.range(0, carries)
                .allMatch(i ->
                        body.inputs().get(i).type().equals(body.results().get(i).type()));
    }

    Frame frame(Frame around) {
        return around.child(index);
    }

    /** Names the elements of operand {@code i}, which belong to the caller and are only read. */
    void operand(Frame own, int i, Object array, int at) {
        own.bind(plan.inputs().get(i), array, at);
    }

    /** Makes what runs have in common, after their fixed operands were named. */
    void prepare(Frame own) {
        plan.prepare(own);
    }

    /** Runs once; result i goes to {@code arrays[i]} from {@code at[i]} on, which no operand overlaps. */
    void run(Frame own, Object[] arrays, int[] at) {
        List<Slot> results = plan.results();
        for (int i = 0; i < direct.length; i++) {
            if (direct[i]) {
                own.bind(results.get(i).index(), arrays[i], at[i]);
            }
        }
        plan.steps(own);
        for (int i = 0; i < direct.length; i++) {
            if (!direct[i]) {
                Slot s = results.get(i);
                System.arraycopy(own.array(s), own.at(s), arrays[i], at[i], Planner.elements(s.type()));
            }
        }
    }

    /** What runs in it, indented, for explain. */
    String explain() {
        List<String> lines = new ArrayList<>();
        plan.toString().lines().forEach(l -> lines.add("        " + l));
        return String.join(System.lineSeparator(), lines);
    }
}
