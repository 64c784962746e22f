package dev.posthorn.tools.diagram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayeredTest {
    /** Rectangles do not overlap, arrows of graphs without circles run downwards and end at their rectangles. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void randomGraphsAreLaidOut(int seed) {
        Random random = new Random(seed);
        int n = 2 + random.nextInt(40);
        double[] w = random.doubles(n, 20, 300).toArray();
        double[] h = random.doubles(n, 20, 200).toArray();
        List<int[]> arrows = new ArrayList<>();
        for (int i = 1; i < n; i++) {
            for (int k = random.nextInt(3); k > 0; k--) {
                arrows.add(new int[] {random.nextInt(i), i});
            }
        }
        Layered l = new Layered(w, h, arrows);
        for (int i = 0; i < n; i++) {
            assertTrue(l.left(i) >= -1e-6 && l.left(i) + w[i] <= l.width() + 1e-6);
            assertTrue(l.top(i) >= -1e-6 && l.top(i) + h[i] <= l.height() + 1e-6);
            for (int j = 0; j < i; j++) {
                boolean beside = l.left(i) + w[i] < l.left(j) + 1e-6 || l.left(j) + w[j] < l.left(i) + 1e-6;
                boolean above = l.top(i) + h[i] < l.top(j) + 1e-6 || l.top(j) + h[j] < l.top(i) + 1e-6;
                assertTrue(beside || above, "seed " + seed + ": " + i + ", " + j);
            }
        }
        for (int k = 0; k < arrows.size(); k++) {
            List<double[]> way = l.route(k);
            assertEquals(l.top(arrows.get(k)[0]) + h[arrows.get(k)[0]], way.get(0)[1], 1e-6);
            assertEquals(l.top(arrows.get(k)[1]), way.get(way.size() - 1)[1], 1e-6);
            for (int i = 1; i < way.size(); i++) {
                assertTrue(way.get(i)[1] >= way.get(i - 1)[1] - 1e-6);
            }
        }
    }

    /** A layer that is used twice makes a circle. */
    @Test
    void circlesAreLaidOut() {
        double[] sizes = new double[3];
        Arrays.fill(sizes, 10);
        Layered l = new Layered(sizes, sizes, List.of(new int[] {0, 1}, new int[] {1, 2}, new int[] {2, 0}));
        assertTrue(l.top(0) < l.top(1) && l.top(1) < l.top(2));
        List<double[]> back = l.route(2);
        assertEquals(l.top(2), back.get(0)[1], 1e-6);
        assertEquals(l.top(0) + 10, back.get(back.size() - 1)[1], 1e-6);
    }

    /** A diamond: both ways side by side, its ends in the middle. */
    @Test
    void symmetryIsKept() {
        double[] sizes = {100, 100, 100, 100};
        Layered l = new Layered(
                sizes, sizes, List.of(new int[] {0, 1}, new int[] {0, 2}, new int[] {1, 3}, new int[] {2, 3}));
        assertEquals((l.left(1) + l.left(2)) / 2, l.left(0), 1e-6);
        assertEquals(l.left(0), l.left(3), 1e-6);
    }
}
