package dev.posthorn.plan;

import dev.posthorn.plan.MemoryPlan.Life;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The lowest room that is free during the whole life of a value; the largest values first, as what is large is placed before
 * the gaps are cut up. Each value is compared with all before it.
 */
final class FirstFit implements MemoryPlan.Placement {
    private final int[] offset;
    private final long[] end;
    private final int[] first;
    private final int[] last;
    private int size;

    /** For at most {@code most} values. */
    FirstFit(int most) {
        offset = new int[most];
        end = new long[most];
        first = new int[most];
        last = new int[most];
    }

    @Override
    public List<Life> order(List<Life> lives) {
        return lives.stream()
                .sorted(Comparator.comparingInt(Life::elements).reversed().thenComparingInt(Life::slot))
                .toList();
    }

    @Override
    public long place(Life l) {
        long at = 0;
        for (int i = 0; i < size; i++) {
            if (first[i] <= l.last() && l.first() <= last[i]) {
                if (offset[i] - at >= l.elements()) {
                    break;
                }
                at = Math.max(at, end[i]);
            }
        }
        if (at + l.elements() <= Integer.MAX_VALUE) {
            insert((int) at, l);
        }
        return at;
    }

    /** Keeps the order of offsets. */
    private void insert(int at, Life l) {
        int place = Arrays.binarySearch(offset, 0, size, at);
        place = place < 0 ? -place - 1 : place;
        for (Object array : List.of(offset, end, first, last)) {
            System.arraycopy(array, place, array, place + 1, size - place);
        }
        offset[place] = at;
        end[place] = MemoryPlan.roundUp((long) at + l.elements());
        first[place] = l.first();
        last[place] = l.last();
        size++;
    }
}
