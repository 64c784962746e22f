package dev.posthorn.plan;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.kernel.CacheLine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which range of which arena each value takes: by {@link FirstFit} over lifetimes, so that rooms are used again; by
 * {@link Sweep} where values are very many.
 */
public final class MemoryPlan {
    private static final int ALIGNMENT = CacheLine.FLOATS;

    /** Values of an arena that are compared with each other; more are placed in the order of their steps. */
    private static final int MOST_COMPARED = 20_000;

    private final Map<Integer, Integer> offsets = new HashMap<>();
    private final Map<Integer, Integer> sizes = new HashMap<>();
    private long unshared;

    /** A value's room: the steps between which it is needed. */
    record Life(int slot, DType dtype, int elements, int first, int last) {}

    static MemoryPlan of(List<Life> lives) {
        MemoryPlan plan = new MemoryPlan();
        Map<Integer, List<Life>> byArena = new HashMap<>();
        for (Life l : lives) {
            byArena.computeIfAbsent(plan.arena(l.dtype), k -> new ArrayList<>()).add(l);
        }
        byArena.forEach(plan::fit);
        return plan;
    }

    private void fit(int arena, List<Life> lives) {
        Placement placement = lives.size() <= MOST_COMPARED ? new FirstFit(lives.size()) : new Sweep();
        placement.order(lives).forEach(l -> {
            long at = placement.place(l);
            long end = at + l.elements;
            if (end > Integer.MAX_VALUE - 8 - CacheLine.FIRST) {
                throw new IllegalArgumentException(
                        "plan: expected intermediate values of at most 2^31 elements but was " + end
                                + " (use a smaller batch)");
            }
            offsets.put(l.slot, (int) at);
            sizes.merge(arena, (int) end, Math::max);
            unshared += l.elements;
        });
    }

    /** How rooms are chosen. */
    interface Placement {
        /** In which order values are placed. */
        List<Life> order(List<Life> lives);

        /** Where a value begins. */
        long place(Life life);
    }

    static long roundUp(long n) {
        return (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** The number of the arena for values of that type: one for each kind of Java array. */
    int arena(DType dtype) {
        Class<?> storage = Tensor.storage(dtype);
        for (DType d : DType.values()) {
            if (d != DType.RESOURCE && d != DType.VARIANT && Tensor.storage(d) == storage) {
                return d.ordinal();
            }
        }
        throw new IllegalStateException("plan: expected a storable dtype but was " + dtype);
    }

    int offset(int slot) {
        return offsets.get(slot);
    }

    int size(int arena) {
        return sizes.getOrDefault(arena, 0);
    }

    /** Bytes of all arenas together. */
    long bytes() {
        long sum = 0;
        for (Map.Entry<Integer, Integer> e : sizes.entrySet()) {
            sum += (long) e.getValue() * Planner.elementBytes(DType.values()[e.getKey()]);
        }
        return sum;
    }

    /** Elements of all arenas together. */
    public long elements() {
        return sizes.values().stream().mapToLong(i -> i).sum();
    }

    /** Elements if every value had room of its own. */
    public long unshared() {
        return unshared;
    }
}
