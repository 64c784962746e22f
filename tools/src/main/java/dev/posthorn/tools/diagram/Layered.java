package dev.posthorn.tools.diagram;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rectangles in rows, so that arrows run downwards and cross little. Rows by longest paths; an arrow that passes rows gets a place in
 * each of them; the order within a row by the means of neighbours, to and fro; then every row is placed as near to its neighbours as
 * the order and the widths let it, exactly (least squares by pooling adjacent violators).
 *
 * <p>Source: Sugiyama, Tagawa, Toda, Methods for Visual Understanding of Hierarchical System Structures (1981), whose parts these are.
 */
final class Layered {
    private static final int SWEEPS = 8;
    private static final double GAP = 26;
    private static final double ROW_GAP = 34;
    private static final double LANE = 14;

    private final int given;
    private final List<double[]> sizes = new ArrayList<>();
    private final List<int[]> links = new ArrayList<>();
    private final List<List<Integer>> above = new ArrayList<>();
    private final List<List<Integer>> below = new ArrayList<>();
    private final List<List<Integer>> rows = new ArrayList<>();
    private final List<List<Integer>> routes = new ArrayList<>();
    private int[] rank;
    private double[] centre;
    private double[] top;
    private double[] rowHeight;

    /** @param arrows pairs of numbers of rectangles */
    Layered(double[] widths, double[] heights, List<int[]> arrows) {
        given = widths.length;
        for (int i = 0; i < given; i++) {
            sizes.add(new double[] {widths[i], heights[i]});
        }
        rank = new int[given];
        ranked(arrows);
        lanes(arrows);
        order();
        place();
    }

    /** Rows by the longest path; arrows that close a circle run upwards. */
    private void ranked(List<int[]> arrows) {
        List<List<Integer>> next = new ArrayList<>();
        for (int i = 0; i < given; i++) {
            next.add(new ArrayList<>());
        }
        arrows.forEach(a -> next.get(a[0]).add(a[1]));
        int[] state = new int[given]; // 0 not seen, 1 on the way, 2 done
        List<Integer> done = new ArrayList<>();
        List<int[]> forward = new ArrayList<>();
        for (int start = 0; start < given; start++) {
            visit(start, next, state, done, forward);
        }
        List<List<Integer>> after = new ArrayList<>();
        for (int i = 0; i < given; i++) {
            after.add(new ArrayList<>());
        }
        forward.forEach(a -> after.get(a[0]).add(a[1]));
        boolean[] entered = new boolean[given];
        for (int i = done.size() - 1; i >= 0; i--) { // in topological order
            int n = done.get(i);
            for (int m : after.get(n)) {
                rank[m] = Math.max(rank[m], rank[n] + 1);
                entered[m] = true;
            }
        }
        for (int n : done) { // what nothing leads to stands right above what needs it
            if (!entered[n] && !after.get(n).isEmpty()) {
                rank[n] = after.get(n).stream().mapToInt(m -> rank[m]).min().getAsInt() - 1;
            }
        }
    }

    /** Depth first without recursion, for chains may be long. */
    private static void visit(
            int start, List<List<Integer>> next, int[] state, List<Integer> done, List<int[]> forward) {
        if (state[start] != 0) {
            return;
        }
        List<int[]> path = new ArrayList<>();
        path.add(new int[] {start, 0});
        state[start] = 1;
        while (!path.isEmpty()) {
            int[] at = path.get(path.size() - 1);
            if (at[1] == next.get(at[0]).size()) {
                state[at[0]] = 2;
                done.add(at[0]);
                path.remove(path.size() - 1);
                continue;
            }
            int to = next.get(at[0]).get(at[1]++);
            if (state[to] != 1) {
                forward.add(new int[] {at[0], to});
            }
            if (state[to] == 0) {
                state[to] = 1;
                path.add(new int[] {to, 0});
            }
        }
    }

    /** Places in the rows that arrows pass. */
    private void lanes(List<int[]> arrows) {
        List<Integer> ranks = new ArrayList<>(Arrays.stream(rank).boxed().toList());
        for (int[] a : arrows) {
            boolean up = ranks.get(a[0]) > ranks.get(a[1]);
            int from = up ? a[1] : a[0];
            int to = up ? a[0] : a[1];
            List<Integer> route = new ArrayList<>(List.of(from));
            for (int r = ranks.get(from) + 1; r < ranks.get(to); r++) {
                route.add(sizes.size());
                sizes.add(new double[] {LANE, 0});
                ranks.add(r);
            }
            route.add(to);
            for (int i = 0; i + 1 < route.size(); i++) {
                links.add(new int[] {route.get(i), route.get(i + 1)});
            }
            if (up) {
                Collections.reverse(route);
            }
            routes.add(route);
        }
        rank = ranks.stream().mapToInt(r -> r).toArray();
        int least = Arrays.stream(rank).min().orElse(0);
        for (int i = 0; i < rank.length; i++) {
            above.add(new ArrayList<>());
            below.add(new ArrayList<>());
            rank[i] -= least;
            while (rows.size() <= rank[i]) {
                rows.add(new ArrayList<>());
            }
            rows.get(rank[i]).add(i);
        }
        links.forEach(l -> {
            below.get(l[0]).add(l[1]);
            above.get(l[1]).add(l[0]);
        });
    }

    private void order() {
        int[] place = new int[sizes.size()];
        settle(place);
        long fewest = crossings(place);
        List<List<Integer>> best = copy();
        for (int sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
            boolean down = sweep % 2 == 0;
            for (int k = 1; k < rows.size(); k++) {
                List<Integer> row = rows.get(down ? k : rows.size() - 1 - k);
                List<List<Integer>> near = down ? above : below;
                double[] mean = new double[sizes.size()];
                row.forEach(n -> mean[n] =
                        near.get(n).stream().mapToInt(m -> place[m]).average().orElse(place[n]));
                row.sort(Comparator.comparingDouble(n -> mean[n]));
                for (int i = 0; i < row.size(); i++) {
                    place[row.get(i)] = i;
                }
            }
            long now = crossings(place);
            if (now < fewest) {
                fewest = now;
                best = copy();
            }
        }
        rows.clear();
        rows.addAll(best);
    }

    private void settle(int[] place) {
        for (List<Integer> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                place[row.get(i)] = i;
            }
        }
    }

    private List<List<Integer>> copy() {
        List<List<Integer>> all = new ArrayList<>();
        rows.forEach(r -> all.add(new ArrayList<>(r)));
        return all;
    }

    /** Pairs of links that cross, row by row, by a tree of counts. */
    private long crossings(int[] place) {
        long all = 0;
        for (int r = 0; r + 1 < rows.size(); r++) {
            int[] tree = new int[rows.get(r + 1).size() + 1];
            int before = 0;
            for (int n : rows.get(r)) {
                int[] to =
                        below.get(n).stream().mapToInt(m -> place[m]).sorted().toArray();
                for (int p : to) {
                    int left = 0;
                    for (int i = p + 1; i > 0; i -= i & -i) {
                        left += tree[i];
                    }
                    all += before - left;
                }
                for (int p : to) {
                    for (int i = p + 1; i < tree.length; i += i & -i) {
                        tree[i]++;
                    }
                }
                before += to.length;
            }
        }
        return all;
    }

    private void place() {
        centre = new double[sizes.size()];
        for (List<Integer> row : rows) {
            double x = 0;
            for (int n : row) {
                centre[n] = x + sizes.get(n)[0] / 2;
                x += sizes.get(n)[0] + GAP;
            }
            for (int n : row) {
                centre[n] -= x / 2;
            }
        }
        for (int sweep = 0; sweep < 2 * SWEEPS; sweep++) {
            for (int k = 0; k < rows.size(); k++) {
                pull(rows.get(sweep % 2 == 0 ? k : rows.size() - 1 - k), sweep % 2 == 0 ? above : below);
            }
        }
        double left = IntStream.range(0, centre.length)
                .mapToDouble(n -> centre[n] - sizes.get(n)[0] / 2)
                .min()
                .orElse(0);
        Arrays.setAll(centre, n -> centre[n] - left);
        top = new double[rows.size()];
        rowHeight = new double[rows.size()];
        double y = 0;
        for (int r = 0; r < rows.size(); r++) {
            rowHeight[r] =
                    rows.get(r).stream().mapToDouble(n -> sizes.get(n)[1]).max().orElse(0);
            top[r] = y;
            y += rowHeight[r] + ROW_GAP;
        }
    }

    /** Moves a row towards its neighbours: the nearest places in this order without overlap. */
    private void pull(List<Integer> row, List<List<Integer>> near) {
        int n = row.size();
        double[] target = new double[n];
        double[] weight = new double[n];
        double[] offset = new double[n];
        for (int i = 0; i < n; i++) {
            int node = row.get(i);
            boolean lane = node >= given;
            double sum = 0;
            for (int m : near.get(node)) {
                double w = lane && m >= given ? 8 : lane || m >= given ? 2 : 1;
                sum += w * centre[m];
                weight[i] += w;
            }
            offset[i] = i == 0
                    ? 0
                    : offset[i - 1] + (sizes.get(row.get(i - 1))[0] + sizes.get(node)[0]) / 2 + (lane ? LANE : GAP);
            target[i] = (weight[i] == 0 ? centre[node] : sum / weight[i]) - offset[i];
            weight[i] = weight[i] == 0 ? 0.1 : weight[i];
        }
        double[] mean = new double[n];
        double[] mass = new double[n];
        int[] end = new int[n];
        int blocks = 0;
        for (int i = 0; i < n; i++) {
            mean[blocks] = target[i];
            mass[blocks] = weight[i];
            end[blocks++] = i;
            while (blocks > 1 && mean[blocks - 2] > mean[blocks - 1]) {
                double both = mass[blocks - 2] + mass[blocks - 1];
                mean[blocks - 2] = (mean[blocks - 2] * mass[blocks - 2] + mean[blocks - 1] * mass[blocks - 1]) / both;
                mass[blocks - 2] = both;
                end[blocks - 2] = end[--blocks];
            }
        }
        for (int b = 0, i = 0; b < blocks; b++) {
            for (; i <= end[b]; i++) {
                centre[row.get(i)] = mean[b] + offset[i];
            }
        }
    }

    double left(int i) {
        return centre[i] - sizes.get(i)[0] / 2;
    }

    double top(int i) {
        return top[rank[i]] + (rowHeight[rank[i]] - sizes.get(i)[1]) / 2;
    }

    double width() {
        return IntStream.range(0, centre.length)
                .mapToDouble(n -> centre[n] + sizes.get(n)[0] / 2)
                .max()
                .orElse(0);
    }

    double height() {
        return rows.isEmpty() ? 0 : top[rows.size() - 1] + rowHeight[rows.size() - 1];
    }

    int arrows() {
        return routes.size();
    }

    /** The way of an arrow: places {x, y} that it goes through, two for each row that it passes. */
    List<double[]> route(int arrow) {
        List<Integer> nodes = routes.get(arrow);
        int first = nodes.get(0);
        int last = nodes.get(nodes.size() - 1);
        boolean down = rank[first] < rank[last];
        List<double[]> way = new ArrayList<>();
        way.add(new double[] {centre[first], top(first) + (down ? sizes.get(first)[1] : 0)});
        for (int n : nodes.subList(1, nodes.size() - 1)) {
            double a = top[rank[n]];
            double b = a + rowHeight[rank[n]];
            way.add(new double[] {centre[n], down ? a : b});
            way.add(new double[] {centre[n], down ? b : a});
        }
        way.add(new double[] {centre[last], top(last) + (down ? 0 : sizes.get(last)[1])});
        return way;
    }
}
