package dev.posthorn.plan;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which range of which arena each value takes: first fit over lifetimes, so that rooms are used again. */
public final class MemoryPlan {
    /** Elements between values: a cache line of floats. */
    private static final int ALIGNMENT = 16;

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

    /** Largest first: what is large is placed before the gaps are cut up. */
    private void fit(int arena, List<Life> lives) {
        List<Life> placed = new ArrayList<>();
        List<Life> order = new ArrayList<>(lives);
        order.sort(Comparator.comparingInt(Life::elements).reversed().thenComparingInt(Life::slot));
        for (Life l : order) {
            long at = 0;
            List<Life> busy = placed.stream()
                    .filter(o -> o.first <= l.last && l.first <= o.last)
                    .sorted(Comparator.comparingInt(o -> offsets.get(o.slot)))
                    .toList();
            for (Life o : busy) {
                if (offsets.get(o.slot) - at >= l.elements) {
                    break;
                }
                at = Math.max(at, roundUp((long) offsets.get(o.slot) + o.elements));
            }
            long end = at + l.elements;
            if (end > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException(
                        "plan: expected intermediate values of at most 2^31 elements but was " + end
                                + " (use a smaller batch)");
            }
            offsets.put(l.slot, (int) at);
            sizes.merge(arena, (int) end, Math::max);
            placed.add(l);
            unshared += l.elements;
        }
    }

    private static long roundUp(long n) {
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
