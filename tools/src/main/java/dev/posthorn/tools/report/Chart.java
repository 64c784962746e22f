package dev.posthorn.tools.report;

import dev.posthorn.tools.markup.Markup;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Bars and curves as SVG within a page; what they say is in their names, for who cannot see them. */
final class Chart {
    private static final double WIDTH = 320;
    private static final double HEIGHT = 120;
    private static final double LEFT = 4;
    private static final double BOTTOM = 18;

    private Chart() {}

    static void draw(Markup m, Report.Bars bars) {
        double most = bars.series().stream()
                .flatMap(s -> s.values().stream())
                .mapToDouble(Number::doubleValue)
                .max()
                .orElse(0);
        String said = bars.series().stream()
                .map(s -> (s.name().isEmpty() ? "" : s.name() + ": ") + said(bars.labels(), s))
                .collect(Collectors.joining("; "));
        figure(m, bars.title(), bars.series(), said, WIDTH, HEIGHT);
        double step = (WIDTH - 2 * LEFT) / bars.labels().size();
        double width = step * 0.84 / bars.series().size();
        double room = HEIGHT - BOTTOM - 14;
        for (int k = 0; k < bars.series().size(); k++) {
            StringBuilder path = new StringBuilder();
            List<? extends Number> values = bars.series().get(k).values();
            for (int i = 0; i < values.size(); i++) {
                double v = values.get(i).doubleValue();
                if (v > 0 && most > 0) {
                    double h = Math.max(1.5, room * v / most);
                    path.append(String.format(
                            Locale.ROOT,
                            "M%.1f %.1fh%.1fv%.1fh%.1fz",
                            LEFT + i * step + step * 0.08 + k * width,
                            HEIGHT - BOTTOM,
                            width,
                            -h,
                            -width));
                }
            }
            m.empty("path", "class", "series" + k, "d", path);
        }
        m.empty(
                "path",
                "class",
                "axis",
                "d",
                String.format(Locale.ROOT, "M%.1f %.1fH%.1f", LEFT, HEIGHT - BOTTOM, WIDTH));
        int every = Math.max(1, (bars.labels().size() + 11) / 12);
        boolean ends = bars.labels().size() > 12;
        for (int i = 0; i < bars.labels().size(); i++) {
            boolean first = i == 0;
            boolean last = i == bars.labels().size() - 1;
            if (ends ? first || last : i % every == 0) {
                label(
                        m,
                        ends ? first ? LEFT : WIDTH : LEFT + (i + 0.5) * step,
                        ends ? first ? "start" : "end" : "middle",
                        bars.labels().get(i));
            }
        }
        m.close().close();
    }

    private static String said(List<String> labels, Report.Series s) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < labels.size(); i++) {
            if (s.values().get(i).doubleValue() != 0) {
                text.append(text.length() == 0 ? "" : ", ")
                        .append(labels.get(i))
                        .append(" ")
                        .append(Numbers.value(s.values().get(i).doubleValue()));
            }
        }
        return text.toString();
    }

    static void draw(Markup m, Report.Curves curves) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        int steps = 0;
        for (Report.Series s : curves.series()) {
            for (Number n : s.values()) {
                double v = n.doubleValue();
                low = Double.isFinite(v) ? Math.min(low, v) : low;
                high = Double.isFinite(v) ? Math.max(high, v) : high;
            }
            steps = Math.max(steps, s.values().size());
        }
        double span = high > low ? high - low : 1;
        String said = curves.series().stream()
                .map(s -> s.name() + " "
                        + s.values().stream()
                                .map(v -> Numbers.value(v.doubleValue()))
                                .collect(Collectors.joining(" ")))
                .collect(Collectors.joining("; "));
        double w = 2 * WIDTH;
        double h = 2 * HEIGHT;
        double left = 74;
        figure(m, curves.title(), curves.series(), said, w, h);
        for (int g = 0; g <= 4 && high >= low; g++) {
            double y = 10 + (h - BOTTOM - 14) * g / 4;
            m.empty("path", "class", "grid", "d", String.format(Locale.ROOT, "M%.1f %.1fH%.1f", left, y, w));
            m.element(
                    "text",
                    Numbers.value(high - span * g / 4),
                    "class",
                    "tick",
                    "x",
                    String.valueOf(left - 6),
                    "y",
                    String.format(Locale.ROOT, "%.1f", y + 4),
                    "text-anchor",
                    "end");
        }
        for (int k = 0; k < curves.series().size(); k++) {
            StringBuilder path = new StringBuilder();
            boolean pen = false;
            List<? extends Number> values = curves.series().get(k).values();
            for (int i = 0; i < values.size(); i++) {
                double v = values.get(i).doubleValue();
                if (Double.isFinite(v)) {
                    double x = left + (w - left - 8) * (steps == 1 ? 0.5 : (double) i / (steps - 1));
                    double y = 10 + (h - BOTTOM - 14) * (high - v) / span;
                    path.append(String.format(Locale.ROOT, "%s%.1f %.1f", pen ? "L" : "M", x, y));
                    path.append(steps == 1 ? "h.1" : "");
                }
                pen = Double.isFinite(v);
            }
            m.empty("path", "class", "line" + k, "d", path);
        }
        label(m, left, "start", curves.x() + " 1", h);
        label(m, w, "end", String.valueOf(steps), h);
        m.close().close();
    }

    private static void figure(Markup m, String title, List<Report.Series> series, String said, double w, double h) {
        m.open("figure", "class", "chart").open("figcaption").element("span", title);
        for (int k = 0; k < series.size() && series.size() > 1; k++) {
            m.open("span", "class", "key").element("i", "", "class", "key" + k);
            m.text(series.get(k).name()).close();
        }
        m.close();
        m.open(
                "svg",
                "viewBox",
                String.format(Locale.ROOT, "0 0 %.0f %.0f", w, h),
                "role",
                "img",
                "aria-label",
                title + ": " + said);
    }

    private static void label(Markup m, double x, String anchor, String text) {
        label(m, x, anchor, text, HEIGHT);
    }

    private static void label(Markup m, double x, String anchor, String text, double h) {
        m.element(
                "text",
                text,
                "class",
                "tick",
                "x",
                String.format(Locale.ROOT, "%.1f", x),
                "y",
                String.format(Locale.ROOT, "%.1f", h - 5),
                "text-anchor",
                anchor);
    }
}
