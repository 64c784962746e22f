package dev.posthorn.tools.diagram;

import dev.posthorn.tools.markup.Markup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A diagram as SVG. Boxes of which each is only followed by the next one stand on each other as one column, so that deep models stay
 * short; boxes with something inside are frames around it.
 */
public final class Svg {
    private static final double WIDTH = 290;
    private static final double HEIGHT = 40;
    private static final double PAD = 14;
    private static final double TITLE = 40;
    private static final int HUES = 8;
    /** About the width of a character, of the first line and of the second. */
    private static final double BOLD = 7.1;

    private static final double SMALL = 5.9;

    private final Markup m;

    private Svg(Markup m) {
        this.m = m;
    }

    /** Part of a page whose style sheet knows the classes. */
    public static void inline(Markup m, Diagram diagram, String title, String id) {
        new Svg(m).draw(diagram, title, id, "");
    }

    /** A file of its own. */
    public static String file(Diagram diagram, String title) {
        Markup m = new Markup();
        m.trusted("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        new Svg(m).draw(diagram, title, "", Style.ofDiagrams());
        return m.toString();
    }

    /** What is laid out as one: boxes on each other, or one box. */
    private record Item(List<Diagram.Box> boxes, List<Laid> inner, double width, double height) {}

    private record Laid(List<Item> items, Layered layout) {
        double width() {
            return layout.width();
        }

        double height() {
            return layout.height();
        }
    }

    private void draw(Diagram diagram, String title, String id, String style) {
        Laid laid = laid(diagram);
        double w = laid.width() + 2 * PAD;
        double h = laid.height() + 2 * PAD;
        m.open(
                "svg",
                "xmlns",
                "http://www.w3.org/2000/svg",
                "id",
                id,
                "class",
                "diagram",
                "viewBox",
                "0 0 " + number(w) + " " + number(h),
                "width",
                number(w),
                "height",
                number(h),
                "role",
                "group",
                "aria-label",
                title);
        if (!style.isEmpty()) {
            m.element("title", title).open("style").trusted(style).close();
            m.empty("rect", "class", "ground", "width", "100%", "height", "100%");
        }
        draw(laid, PAD, PAD);
        m.close();
    }

    private static Laid laid(Diagram d) {
        List<Item> items = new ArrayList<>();
        Map<String, Integer> at = new HashMap<>();
        for (List<Diagram.Box> column : columns(d)) {
            Item item;
            if (column.get(0).inner().isPresent()) {
                Laid inner = laid(column.get(0).inner().get());
                item = new Item(
                        column, List.of(inner), Math.max(WIDTH, inner.width() + 2 * PAD), inner.height() + TITLE + PAD);
            } else {
                item = new Item(column, List.of(), WIDTH, HEIGHT * column.size());
            }
            column.forEach(b -> at.put(b.id(), items.size()));
            items.add(item);
        }
        List<int[]> arrows = new ArrayList<>();
        Set<List<Integer>> seen = new HashSet<>();
        for (Diagram.Arrow a : d.arrows()) {
            int from = at.get(a.from());
            int to = at.get(a.to());
            if (from != to && seen.add(List.of(from, to))) {
                arrows.add(new int[] {from, to});
            }
        }
        return new Laid(
                items,
                new Layered(
                        items.stream().mapToDouble(Item::width).toArray(),
                        items.stream().mapToDouble(Item::height).toArray(),
                        arrows));
    }

    /** Boxes in the order of the diagram, those together of which each leads to the next alone. */
    private static List<List<Diagram.Box>> columns(Diagram d) {
        Map<String, Set<String>> next = new HashMap<>();
        Map<String, Set<String>> before = new HashMap<>();
        d.arrows().forEach(a -> {
            next.computeIfAbsent(a.from(), k -> new HashSet<>()).add(a.to());
            before.computeIfAbsent(a.to(), k -> new HashSet<>()).add(a.from());
        });
        Map<String, Diagram.Box> boxes = new HashMap<>();
        d.boxes().forEach(b -> boxes.put(b.id(), b));
        List<List<Diagram.Box>> columns = new ArrayList<>();
        Set<String> placed = new HashSet<>();
        for (int pass = 0; pass < 2; pass++) { // columns from their first boxes, then what only circles hold
            for (Diagram.Box b : d.boxes()) {
                boolean first = before(b, boxes, before, next) == null;
                if ((first || pass == 1) && placed.add(b.id())) {
                    List<Diagram.Box> column = new ArrayList<>(List.of(b));
                    for (Diagram.Box n = after(b, boxes, before, next);
                            n != null && placed.add(n.id());
                            n = after(n, boxes, before, next)) {
                        column.add(n);
                    }
                    columns.add(column);
                }
            }
        }
        return columns;
    }

    /** The box that stands right below, in the same column; null for none. */
    private static Diagram.Box after(
            Diagram.Box b,
            Map<String, Diagram.Box> boxes,
            Map<String, Set<String>> before,
            Map<String, Set<String>> next) {
        Set<String> to = next.getOrDefault(b.id(), Set.of());
        if (to.size() != 1 || b.inner().isPresent()) {
            return null;
        }
        Diagram.Box n = boxes.get(to.iterator().next());
        boolean alone = before.get(n.id()).size() == 1 && n.inner().isEmpty() && n != b;
        return alone ? n : null;
    }

    private static Diagram.Box before(
            Diagram.Box b,
            Map<String, Diagram.Box> boxes,
            Map<String, Set<String>> before,
            Map<String, Set<String>> next) {
        Set<String> from = before.getOrDefault(b.id(), Set.of());
        if (from.size() != 1) {
            return null;
        }
        Diagram.Box p = boxes.get(from.iterator().next());
        return after(p, boxes, before, next) == b ? p : null;
    }

    private void draw(Laid laid, double x, double y) {
        int arrow = 0;
        StringBuilder ways = new StringBuilder();
        StringBuilder heads = new StringBuilder();
        for (; arrow < laid.layout.arrows(); arrow++) {
            way(laid.layout.route(arrow), x, y, ways, heads);
        }
        if (ways.length() > 0) {
            m.empty("path", "class", "arrow", "d", ways).empty("path", "class", "head", "d", heads);
        }
        for (int i = 0; i < laid.items.size(); i++) {
            Item item = laid.items.get(i);
            double left = x + laid.layout.left(i);
            double top = y + laid.layout.top(i);
            if (item.inner.isEmpty()) {
                for (int k = 0; k < item.boxes.size(); k++) {
                    box(item.boxes.get(k), left, top + k * HEIGHT, item.width, HEIGHT);
                }
            } else {
                box(item.boxes.get(0), left, top, item.width, item.height);
                Laid inner = item.inner.get(0);
                draw(inner, left + (item.width - inner.width()) / 2, top + TITLE);
            }
        }
    }

    /** Curves between rows, straight lines where it passes one; and the head at its end. */
    private static void way(List<double[]> way, double x, double y, StringBuilder ways, StringBuilder heads) {
        double[] p = way.get(0);
        ways.append('M').append(number(x + p[0])).append(' ').append(number(y + p[1]));
        for (int i = 1; i < way.size(); i++) {
            double[] q = way.get(i);
            if (i % 2 == 0 || p[0] == q[0]) {
                ways.append('L');
            } else {
                double half = y + (p[1] + q[1]) / 2;
                ways.append('C').append(number(x + p[0])).append(' ').append(number(half));
                ways.append(' ')
                        .append(number(x + q[0]))
                        .append(' ')
                        .append(number(half))
                        .append(' ');
            }
            ways.append(number(x + q[0])).append(' ').append(number(y + q[1]));
            p = q;
        }
        boolean down = way.get(way.size() - 2)[1] <= p[1];
        heads.append('M').append(number(x + p[0])).append(' ').append(number(y + p[1]));
        heads.append(down ? "l-4-7h8z" : "l-4 7h8z");
    }

    private void box(Diagram.Box b, double x, double y, double w, double h) {
        boolean frame = b.inner().isPresent();
        String look = b.tone() == Diagram.Tone.PLAIN
                ? "hue" + Math.floorMod(b.type().hashCode(), HUES)
                : b.tone().name().toLowerCase(Locale.ROOT);
        String classes = "box " + look + (frame ? " frame" : "");
        if (b.link().isEmpty()) {
            m.open("g", "class", classes, "data-id", b.id());
        } else {
            m.open(
                    "a",
                    "class",
                    classes,
                    "href",
                    "#" + b.link(),
                    "data-id",
                    b.id(),
                    "data-link",
                    b.link(),
                    "aria-label",
                    b.spoken());
        }
        m.element("title", b.spoken());
        m.empty("rect", "x", number(x), "y", number(y), "width", number(w), "height", number(h), "rx", "5");
        if (!frame) {
            m.empty(
                    "rect",
                    "class",
                    "bar",
                    "x",
                    number(x),
                    "y",
                    number(y + 3),
                    "width",
                    "4",
                    "height",
                    number(h - 6),
                    "rx",
                    "2");
        }
        int name = (int) ((w - 26 - b.note().length() * SMALL) / BOLD);
        int value = (int) ((w - 30 - Math.min(24, b.type().length()) * SMALL) / SMALL);
        line(x + 12, y + 17, "name", "start", cut(b.name(), name));
        line(x + w - 9, y + 17, "note", "end", b.note());
        line(x + 12, y + 32, "type", "start", cut(b.type(), 24));
        line(x + w - 9, y + 32, "value", "end", cut(b.value(), value));
        m.close();
    }

    private void line(double x, double y, String kind, String anchor, String text) {
        if (!text.isEmpty()) {
            m.element("text", text, "class", kind, "x", number(x), "y", number(y), "text-anchor", anchor);
        }
    }

    private static String cut(String s, int length) {
        int n = s.codePointCount(0, s.length());
        return n <= length ? s : s.substring(0, s.offsetByCodePoints(0, Math.max(1, length - 1))) + "…";
    }

    private static String number(double x) {
        double rounded = Math.rint(x * 10) / 10;
        return rounded == Math.rint(rounded) ? String.valueOf((long) rounded) : String.valueOf(rounded);
    }
}
