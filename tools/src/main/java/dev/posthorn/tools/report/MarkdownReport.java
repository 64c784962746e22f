package dev.posthorn.tools.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** A report as Markdown of GitHub's kind, for summaries of builds: of long tables what differs first, charts and pictures not. */
public final class MarkdownReport {
    private static final int ROWS = 40;

    private MarkdownReport() {}

    public static String of(Report r) {
        StringBuilder s = new StringBuilder();
        String sign = r.outcome() == Report.Outcome.NEUTRAL ? "" : r.outcome().sign() + " ";
        s.append("# ")
                .append(text("posthorn " + r.title()))
                .append(": ")
                .append(code(r.subject()))
                .append("\n\n");
        s.append("**").append(sign).append(text(r.verdict())).append("**\n\n");
        for (Report.Fact f : r.facts()) {
            s.append("- ")
                    .append(text(f.name()))
                    .append(": ")
                    .append(text(f.value()))
                    .append('\n');
        }
        for (Report.Section section : r.sections()) {
            if (section instanceof Report.Note n) {
                s.append("\n## ").append(text(n.title())).append("\n\n");
                n.lines().forEach(line -> s.append("- ").append(text(line)).append('\n'));
            } else if (section instanceof Report.Table t) {
                table(t, s);
            }
        }
        return s.toString();
    }

    private static void table(Report.Table t, StringBuilder s) {
        List<Report.Row> rows = new ArrayList<>(t.rows());
        rows.sort(Comparator.comparingInt(r -> r.outcome() == Report.Outcome.FAILED ? 0 : 1));
        s.append("\n## ").append(text(t.title())).append("\n\n| |");
        t.columns().forEach(c -> s.append(' ').append(text(c.name())).append(" |"));
        s.append("\n|---|");
        t.columns().forEach(c -> s.append(c.kind() == Report.Kind.NUMBER ? "---:|" : "---|"));
        s.append('\n');
        for (Report.Row r : rows.subList(0, Math.min(ROWS, rows.size()))) {
            s.append("| ").append(r.outcome().sign()).append(" |");
            for (int i = 0; i < r.cells().size(); i++) {
                Report.Cell c = r.cells().get(i);
                boolean name = t.columns().get(i).kind() == Report.Kind.NAME;
                s.append(' ').append(name ? code(c.text()) : text(c.text()));
                s.append(c.under().isEmpty() ? "" : " " + text(c.under())).append(" |");
            }
            s.append('\n');
        }
        int more = rows.size() - ROWS;
        s.append(more > 0 ? "\n… and " + more + " " + HtmlReport.plural(t.thing(), more) + " more\n" : "");
    }

    /** Text in which nothing is markup. */
    static String text(String given) {
        return given.codePoints()
                .mapToObj(c -> switch (c) {
                    case '\n', '\r', '\t' -> " ";
                    case '<' -> "&lt;";
                    case '&' -> "&amp;";
                    case '\\', '`', '*', '_', '[', ']', '|', '#', '!', '~', '@' -> "\\" + (char) c;
                    default -> Character.isISOControl(c) ? "" : Character.toString(c);
                })
                .collect(Collectors.joining());
    }

    /** Text as code, whatever backticks are in it. */
    static String code(String given) {
        String line = given.replaceAll("\\p{Cntrl}", " ").replace("|", "\\|");
        int longest = 0;
        for (int i = 0, run = 0; i < line.length(); i++) {
            run = line.charAt(i) == '`' ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        String fence = "`".repeat(longest + 1);
        String room = longest > 0 || line.isBlank() ? " " : "";
        return fence + room + line + room + fence;
    }
}
