package dev.posthorn.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.DType;
import dev.posthorn.plan.MemoryPlan.Life;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values that live at the same time never share room; what is no longer needed is used again. */
@Tag("once")
class MemoryPlanTest {
    static Stream<List<Life>> lives() {
        return IntStream.range(0, 40).mapToObj(seed -> {
            Random random = new Random(seed);
            List<Life> all = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                int first = random.nextInt(200);
                int elements = random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(100);
                all.add(new Life(i, DType.FLOAT32, elements, first, first + random.nextInt(1 + seed)));
            }
            return all;
        });
    }

    @ParameterizedTest
    @MethodSource("lives")
    void neverShareAtTheSameTime(List<Life> lives) {
        long apart =
                lives.stream().mapToLong(l -> MemoryPlan.roundUp(l.elements())).sum();
        for (MemoryPlan.Placement placement : List.of(new FirstFit(lives.size()), new Sweep())) {
            List<Life> order = placement.order(lives);
            assertEquals(lives.size(), order.size());
            long[] at = new long[lives.size()];
            order.forEach(l -> at[l.slot()] = placement.place(l));
            long end = 0;
            for (Life a : lives) {
                end = Math.max(end, at[a.slot()] + a.elements());
                for (Life b : lives) {
                    boolean together = a.first() <= b.last() && b.first() <= a.last();
                    boolean shared =
                            at[a.slot()] < at[b.slot()] + b.elements() && at[b.slot()] < at[a.slot()] + a.elements();
                    assertTrue(a == b || !together || !shared || a.elements() * b.elements() == 0, a + " " + b);
                }
            }
            assertTrue(end <= apart, end + " of " + apart);
        }
    }

    /** A chain takes two rooms, whatever its length; values that are all needed take one each. */
    @Test
    @Timeout(60)
    void veryManyValuesArePlacedSoon() {
        int n = 100_000;
        MemoryPlan chain = MemoryPlan.of(IntStream.range(0, n)
                .mapToObj(i -> new Life(i, DType.FLOAT32, 64, i, i + 1))
                .toList());
        assertEquals(128, chain.elements());
        assertEquals(64L * n, chain.unshared());
        MemoryPlan all = MemoryPlan.of(IntStream.range(0, n)
                .mapToObj(i -> new Life(i, DType.FLOAT32, 64, i, n))
                .toList());
        assertEquals(64L * n, all.elements());
    }
}
