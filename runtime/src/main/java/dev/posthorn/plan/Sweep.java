package dev.posthorn.plan;

import dev.posthorn.plan.MemoryPlan.Life;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Values in the order of the steps that make them: each takes the smallest range that has become free and is large enough,
 * else new room at the end. The time grows as n log n.
 */
final class Sweep implements MemoryPlan.Placement {
    private record Range(long at, long length) {}

    private record Taken(int last, Range range) {}

    private final PriorityQueue<Taken> taken = new PriorityQueue<>(Comparator.comparingInt(Taken::last));
    private final TreeMap<Long, Range> free = new TreeMap<>();
    private final TreeSet<Range> bySize =
            new TreeSet<>(Comparator.comparingLong(Range::length).thenComparingLong(Range::at));
    private long top;

    @Override
    public List<Life> order(List<Life> lives) {
        return lives.stream()
                .sorted(Comparator.comparingInt(Life::first).thenComparingInt(Life::slot))
                .toList();
    }

    @Override
    public long place(Life l) {
        while (!taken.isEmpty() && taken.peek().last < l.first()) {
            release(taken.poll().range);
        }
        long length = MemoryPlan.roundUp(l.elements());
        Range fits = bySize.ceiling(new Range(0, length));
        if (fits == null) {
            Map.Entry<Long, Range> end = free.lastEntry();
            boolean atEnd = end != null && end.getKey() + end.getValue().length == top;
            fits = new Range(atEnd ? end.getKey() : top, length);
            if (atEnd) {
                remove(end.getValue());
            }
            top = fits.at + length;
        } else {
            remove(fits);
            if (fits.length > length) {
                add(new Range(fits.at + length, fits.length - length));
            }
        }
        taken.add(new Taken(l.last(), new Range(fits.at, length)));
        return fits.at;
    }

    /** Ranges side by side become one. */
    private void release(Range r) {
        if (r.length == 0) {
            return;
        }
        Range all = r;
        Map.Entry<Long, Range> before = free.floorEntry(r.at);
        if (before != null && before.getKey() + before.getValue().length == r.at) {
            remove(before.getValue());
            all = new Range(before.getKey(), before.getValue().length + r.length);
        }
        Range after = free.get(r.at + r.length);
        if (after != null) {
            remove(after);
            all = new Range(all.at, all.length + after.length);
        }
        add(all);
    }

    private void add(Range r) {
        free.put(r.at, r);
        bySize.add(r);
    }

    private void remove(Range r) {
        free.remove(r.at);
        bySize.remove(r);
    }
}
