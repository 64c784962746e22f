package dev.posthorn.tools.report;

import dev.posthorn.tools.diagram.Diagram;
import dev.posthorn.tools.diagram.Style;
import dev.posthorn.tools.diagram.Svg;
import dev.posthorn.tools.markup.Markup;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;

/**
 * A report as one page that needs nothing but itself. It reads without its script, which sorts, filters, opens rows and zooms. A
 * policy in the page lets no other script run and nothing be fetched, whatever names in a model may say.
 */
public final class HtmlReport {
    private static final int MANY_BOXES = 1500;
    /** Rows of a table that are seen at once. */
    private static final int FEW = 6;

    private final Report report;
    private final Markup m = new Markup();
    private int pictures;
    private int tables;

    private HtmlReport(Report report) {
        this.report = report;
    }

    public static String of(Report report) {
        return new HtmlReport(report).page();
    }

    private String page() {
        String css = Style.ofDiagrams() + resource("page.css");
        String js = resource("page.js");
        m.trusted("<!DOCTYPE html>\n").open("html", "lang", "en").open("head").trusted("<meta charset=\"utf-8\">");
        m.empty(
                "meta",
                "http-equiv",
                "Content-Security-Policy",
                "content",
                "default-src 'none'; base-uri 'none'; form-action 'none'; style-src '" + hash(css) + "'; script-src '"
                        + hash(js) + "'");
        m.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        m.empty("meta", "name", "generator", "content", "posthorn");
        m.element("title", report.title() + ": " + report.subject());
        m.open("style").trusted(css).close().close().open("body");
        header();
        m.open("main");
        for (Report.Section s : report.sections()) {
            section(s);
        }
        m.close().open("script").trusted(js).close().close().close();
        return m.toString() + "\n";
    }

    private void header() {
        String state = report.outcome().name().toLowerCase(Locale.ROOT);
        m.open("header")
                .open("p", "class", "brand")
                .text("posthorn " + report.title())
                .close();
        m.element("h1", report.subject());
        m.open("p", "class", "verdict " + state);
        if (report.outcome() != Report.Outcome.NEUTRAL) {
            m.element("span", report.outcome().sign(), "aria-hidden", "true").text(" ");
        }
        m.text(report.verdict()).close();
        if (!report.facts().isEmpty()) {
            m.open("dl", "class", "facts");
            report.facts()
                    .forEach(f -> m.open("div")
                            .element("dt", f.name())
                            .element("dd", f.value())
                            .close());
            m.close();
        }
        m.close();
    }

    private void section(Report.Section s) {
        m.open("section", "class", s.getClass().getSimpleName().toLowerCase(Locale.ROOT));
        if (s instanceof Report.Note n) {
            note(n);
        } else if (s instanceof Report.Table t) {
            table(t);
        } else if (s instanceof Report.Picture p) {
            picture(p);
        } else if (s instanceof Report.Bars b) {
            m.element("h2", b.title());
            Chart.draw(m, b);
        } else if (s instanceof Report.Curves c) {
            m.element("h2", c.title());
            Chart.draw(m, c);
        }
        m.close();
    }

    private void note(Report.Note n) {
        m.open("div", "class", "notice " + n.outcome().name().toLowerCase(Locale.ROOT))
                .element("h2", n.title());
        for (int i = 0; i < n.lines().size(); i++) {
            m.element("p", n.lines().get(i), "class", i == 0 ? "first" : "");
        }
        m.close();
    }

    private void picture(Report.Picture p) {
        String id = "picture" + pictures++;
        int depth = p.diagram().size() > MANY_BOXES ? 1 : p.diagram().depth();
        m.open("div", "class", "bar-above").element("h2", p.title());
        m.open("div", "class", "tools", "data-for", id, "role", "group", "aria-label", "View of the graph");
        if (depth > 1) {
            m.open("label").text("depth ").open("select", "class", "depth", "aria-label", "depth of the graph");
            for (int d = 1; d <= depth; d++) {
                m.element(
                        "option",
                        d == depth ? "all" : String.valueOf(d),
                        "value",
                        d,
                        "selected",
                        d == depth ? "selected" : "");
            }
            m.close().close();
        }
        button("out", "−", "zoom out");
        button("in", "+", "zoom in");
        button("fit", "fit", "fit to the width");
        m.close().close();
        if (!p.legend().isEmpty()) {
            m.open("ul", "class", "legend", "aria-label", "colours");
            p.legend()
                    .forEach(l -> m.open("li")
                            .element("i", "", "class", "tone " + l.tone().name().toLowerCase(Locale.ROOT))
                            .text(l.text())
                            .close());
            m.close();
        }
        m.open("div", "class", "viewport", "id", id, "tabindex", "0", "role", "region", "aria-label", p.title());
        for (int d = 1; d <= depth; d++) {
            m.open("div", "class", "at-depth", "data-depth", d, "hidden", d == depth ? "" : "hidden");
            Diagram shown = p.diagram().upTo(d);
            Svg.inline(m, shown, p.title(), id + "-" + d);
            m.close();
        }
        m.close();
    }

    private void button(String what, String text, String said) {
        m.element("button", text, "type", "button", "data-do", what, "aria-label", said);
    }

    private void table(Report.Table t) {
        String id = "table" + tables++;
        m.open("div", "class", "bar-above").element("h2", t.title(), "id", id + "-title");
        if (t.rows().size() > FEW) {
            filter(t, id);
        }
        m.close();
        boolean signed = t.rows().stream().anyMatch(r -> r.outcome() != Report.Outcome.NEUTRAL);
        String kinds = (t.wordy() ? "wordy " : "") + (signed ? "" : "unsigned");
        m.open("table", "id", id, "class", kinds.strip(), "aria-labelledby", id + "-title")
                .open("thead")
                .open("tr");
        for (int i = 0; i < t.columns().size(); i++) {
            Report.Column c = t.columns().get(i);
            m.open("th", "scope", "col", "class", classes(c));
            m.element("button", c.name(), "type", "button", "data-sort", String.valueOf(i))
                    .close();
        }
        m.close().close();
        t.rows().forEach(r -> row(t, r, signed));
        m.close();
    }

    private void filter(Report.Table t, String id) {
        m.open("div", "class", "tools", "data-for", id, "role", "search", "aria-label", "Filter of " + t.title());
        m.empty(
                "input",
                "type",
                "search",
                "placeholder",
                "filter",
                "aria-label",
                "filter " + t.title(),
                "class",
                "filter");
        if (t.rows().stream().anyMatch(r -> r.outcome() == Report.Outcome.FAILED)) {
            m.open("label")
                    .empty("input", "type", "checkbox", "class", "only")
                    .text(" only what differs")
                    .close();
        }
        m.element(
                "span",
                t.rows().size() + " " + plural(t.thing(), t.rows().size()),
                "class",
                "count",
                "role",
                "status",
                "data-thing",
                t.thing());
        m.close();
    }

    static String plural(String thing, int n) {
        return n == 1 ? thing : thing + "s";
    }

    private static String classes(Report.Column c) {
        return (c.kind().name().toLowerCase(Locale.ROOT) + (c.minor() ? " minor" : "")).strip();
    }

    private void row(Report.Table t, Report.Row r, boolean signed) {
        m.open("tbody", "id", r.id(), "class", r.outcome().name().toLowerCase(Locale.ROOT), "data-box", r.box());
        m.open("tr");
        for (int i = 0; i < r.cells().size(); i++) {
            Report.Cell c = r.cells().get(i);
            Report.Column column = t.columns().get(i);
            String order = c.order().isPresent() ? Double.toString(c.order().getAsDouble()) : "";
            String tag = column.kind() == Report.Kind.NAME ? "th" : "td";
            m.open(tag, "scope", tag.equals("th") ? "row" : "", "class", classes(column), "data-order", order);
            if (column.kind() == Report.Kind.NAME) {
                name(r, c, signed);
            } else {
                m.text(c.text());
                under(c);
            }
            m.close();
        }
        m.close();
        if (!r.details().isEmpty()) {
            m.open("tr", "class", "details").open("td", "colspan", t.columns().size());
            m.open("dl", "class", "facts");
            for (int i = 0; i < r.cells().size(); i++) {
                if (t.columns().get(i).kind() != Report.Kind.NAME) {
                    m.open("div").element("dt", t.columns().get(i).name());
                    m.element("dd", r.cells().get(i).text()).close();
                }
            }
            m.close();
            r.details().forEach(this::detail);
            m.close().close();
        }
        m.close();
    }

    private void name(Report.Row r, Report.Cell c, boolean signed) {
        if (signed) {
            Report.Outcome o = r.outcome();
            m.element("span", o.sign(), "class", "sign", "role", "img", "aria-label", o.word());
        }
        if (r.details().isEmpty()) {
            m.element("span", c.text(), "class", "plain");
        } else {
            m.element("button", c.text(), "type", "button", "class", "opens", "aria-expanded", "false");
        }
        under(c);
    }

    private void under(Report.Cell c) {
        if (!c.under().isEmpty()) {
            m.element("span", c.under(), "class", "under");
        }
    }

    private void detail(Report.Section s) {
        if (s instanceof Report.Bars b) {
            Chart.draw(m, b);
        } else if (s instanceof Report.Curves c) {
            Chart.draw(m, c);
        } else if (s instanceof Report.Note n) {
            n.lines().forEach(line -> m.element("p", line));
        } else {
            throw new IllegalArgumentException("report: expected charts and notes in details but was " + s.title());
        }
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    private static String resource(String name) {
        try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
