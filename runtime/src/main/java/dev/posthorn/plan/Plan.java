package dev.posthorn.plan;

import dev.posthorn.ir.Node;
import dev.posthorn.ir.Tensor;
import dev.posthorn.kernel.Workers;
import dev.posthorn.model.Profile;
import dev.posthorn.model.ShapeException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Array;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/** How a graph runs: steps in order, and a place for every value. Immutable, shared between threads; runs borrow frames. */
public final class Plan {
    private final List<Node> nodes;
    private final List<Step> steps;
    private final List<Slot> slots;
    private final Map<Integer, Tensor> constants;
    private final List<Integer> inputs;
    private final List<Slot> results;
    private final MemoryPlan memory;
    private final List<Plan> nested;
    private final Workers workers;
    private final Semaphore permits;
    private final Deque<Frame> idle = new ArrayDeque<>();

    Plan(
            List<Node> nodes,
            List<Step> steps,
            List<Slot> slots,
            Map<Integer, Tensor> constants,
            List<Integer> inputs,
            List<Slot> results,
            MemoryPlan memory,
            List<Plan> nested,
            Workers workers) {
        this.nodes = List.copyOf(nodes);
        this.steps = List.copyOf(steps);
        this.slots = List.copyOf(slots);
        this.constants = Map.copyOf(constants);
        this.inputs = List.copyOf(inputs);
        this.results = List.copyOf(results);
        this.memory = memory;
        this.nested = List.copyOf(nested);
        this.workers = workers;
        this.permits = new Semaphore(Math.max(4, 2 * workers.size()));
    }

    /**
     * The results of one run. Any number of threads may run a plan; memory bounds how many do so at the same time.
     *
     * @param spare tensors that may become results, in their order, null where there is none; or an empty list
     */
    List<Tensor> run(List<Tensor> arguments, List<Tensor> spare) {
        permits.acquireUninterruptibly();
        try {
            Frame frame = borrow();
            List<Tensor> out = run(frame, arguments, spare);
            giveBack(frame);
            return out;
        } finally {
            permits.release();
        }
    }

    private List<Tensor> run(Frame frame, List<Tensor> arguments, List<Tensor> spare) {
        frame.start(arguments, spare);
        steps(frame);
        List<Tensor> out = new ArrayList<>();
        Set<Object> given = Collections.newSetFromMap(new IdentityHashMap<>());
        arguments.forEach(t -> given.add(t.data()));
        for (Slot s : results) {
            Tensor t = frame.tensor(s);
            boolean own = s.place() != Slot.Place.CONSTANT && given.add(t.data());
            out.add(own ? t : copy(t));
        }
        frame.finish();
        return out;
    }

    /** Times every step over some runs: of one thread, in its own processor time, which other programs disturb little. */
    Profile profile(List<Tensor> arguments, int runs) {
        LongSupplier clock =
                workers.size() == 1 ? ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime : System::nanoTime;
        long[][] nanos = new long[steps.size()][runs];
        Frame frame = borrow();
        List<Tensor> out = results.stream()
                .map(s -> s.place() == Slot.Place.OUTPUT ? Tensor.zeros(s.type()) : null)
                .toList();
        for (int r = 0; r < runs; r++) {
            frame.start(arguments, out);
            for (int i = 0; i < nanos.length; i++) {
                long begin = clock.getAsLong();
                steps.get(i).run(frame);
                nanos[i][r] = clock.getAsLong() - begin;
            }
            frame.finish();
        }
        giveBack(frame);
        List<Profile.Step> all = new ArrayList<>();
        for (int i = 0; i < nanos.length; i++) {
            Arrays.sort(nanos[i]);
            Node n = nodes.get(i);
            String text = n.toString().lines().findFirst().orElse(""); // of a loop, not its body
            all.add(new Profile.Step(steps.get(i).label(), text, nanos[i][runs / 2], Work.flops(n)));
        }
        return new Profile(all, runs, memory.elements());
    }

    /** Prepares the steps of a plan whose fixed inputs have their places. */
    void prepare(Frame frame) {
        steps.forEach(s -> s.prepare(frame));
    }

    /** Runs all steps on a frame whose inputs and outputs have their places. */
    void steps(Frame frame) {
        for (int i = 0; i < steps.size(); i++) {
            try {
                steps.get(i).run(frame);
            } catch (ShapeException e) {
                throw e.getMessage().contains(", at ")
                        ? e
                        : new ShapeException(e.getMessage() + ", at " + nodes.get(i), e);
            }
        }
    }

    private static Tensor copy(Tensor t) {
        Tensor c = Tensor.zeros(t.type());
        System.arraycopy(t.data(), 0, c.data(), 0, Array.getLength(c.data()));
        return c;
    }

    private Frame borrow() {
        synchronized (idle) {
            Frame f = idle.poll();
            if (f != null) {
                return f;
            }
        }
        return new Frame(this);
    }

    private void giveBack(Frame f) {
        synchronized (idle) {
            idle.push(f);
        }
    }

    List<Slot> slots() {
        return slots;
    }

    /** The value of a constant that steps read where it lies; else null. */
    Tensor constant(int slot) {
        return constants.get(slot);
    }

    List<Integer> inputs() {
        return inputs;
    }

    List<Slot> results() {
        return results;
    }

    List<Plan> nested() {
        return nested;
    }

    /** Bytes of all intermediate values, those of nested plans too. */
    long bytes() {
        return memory.bytes() + nested.stream().mapToLong(Plan::bytes).sum();
    }

    MemoryPlan memory() {
        return memory;
    }

    Workers workers() {
        return workers;
    }

    /** One line a step, then the memory. */
    @Override
    public String toString() {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < steps.size(); i++) {
            s.append(String.format("  %4d  %-40s %s%n", i, steps.get(i).label(), nodes.get(i)));
            String details = steps.get(i).details();
            s.append(details.isEmpty() ? "" : details + System.lineSeparator());
        }
        return s.append(String.format(
                        "arena: %,d elements; %,d without sharing%n", memory.elements(), memory.unshared()))
                .toString();
    }
}
