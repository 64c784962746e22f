package dev.posthorn.tools.report;

import dev.posthorn.tools.diagram.Diagram;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a command found.
 *
 * @param title what was done: {@code verify}
 * @param subject what it was done to
 * @param verdict in a few words
 * @param facts names and values
 * @param checks each with what failed, for machines
 */
public record Report(
        String title,
        String subject,
        Outcome outcome,
        String verdict,
        List<Fact> facts,
        List<Section> sections,
        List<Check> checks) {
    public Report {
        facts = List.copyOf(facts);
        sections = List.copyOf(sections);
        checks = List.copyOf(checks);
    }

    /** How something came out. */
    public enum Outcome {
        PASSED("✓", "passed"),
        FAILED("✕", "differs"),
        NEUTRAL("–", "not compared");

        private final String sign;
        private final String word;

        Outcome(String sign, String word) {
            this.sign = sign;
            this.word = word;
        }

        String sign() {
            return sign;
        }

        String word() {
            return word;
        }

        public static Outcome of(boolean passed) {
            return passed ? PASSED : FAILED;
        }
    }

    public record Fact(String name, String value) {}

    /** Something that was checked; {@code failure} says what is wrong. */
    public record Check(String group, String name, Optional<String> failure) {}

    /** A part of a page. */
    public sealed interface Section permits Note, Table, Bars, Curves, Picture {
        String title();
    }

    /** A few sentences; the first one is the main one. */
    public record Note(String title, Outcome outcome, List<String> lines) implements Section {
        public Note {
            lines = List.copyOf(lines);
        }
    }

    /** More than a few words. */
    private static final int LONG = 30;

    /** A table whose rows can be sorted and filtered. {@code thing} is what a row is: {@code layer}. */
    public record Table(String title, String thing, List<Column> columns, List<Row> rows) implements Section {
        public Table {
            columns = List.copyOf(columns);
            rows = List.copyOf(rows);
        }

        /** Whether there are cells of text, or as much below names: it stands below the other cells where the page is narrow. */
        boolean wordy() {
            return columns.stream().anyMatch(c -> c.kind() == Kind.TEXT)
                    || rows.stream()
                            .flatMap(r -> r.cells().stream())
                            .anyMatch(c -> c.under().length() > LONG);
        }
    }

    /** What a column holds. */
    public enum Kind {
        NAME,
        TEXT,
        NUMBER
    }

    /** @param minor left out where the page is narrow; what it says then stands in the details */
    public record Column(String name, Kind kind, boolean minor) {}

    /**
     * A row.
     *
     * @param id unique in the report: boxes of pictures lead to it
     * @param box the box of a picture that it is about; empty for none
     * @param details what is shown of it when it is opened
     */
    public record Row(String id, String box, Outcome outcome, List<Cell> cells, List<Section> details) {
        public Row {
            cells = List.copyOf(cells);
            details = List.copyOf(details);
        }
    }

    /** A cell; {@code order} is what numbers are sorted by, {@code under} a second line. */
    public record Cell(String text, String under, OptionalDouble order) {
        public static Cell of(String text) {
            return new Cell(text, "", OptionalDouble.empty());
        }

        public static Cell of(String text, String under) {
            return new Cell(text, under, OptionalDouble.empty());
        }

        public static Cell of(double number, String text) {
            return new Cell(text, "", OptionalDouble.of(number));
        }
    }

    /** Counts of some classes, of one side or two. */
    public record Bars(String title, List<String> labels, List<Series> series) implements Section {
        public Bars {
            labels = List.copyOf(labels);
            series = List.copyOf(series);
        }
    }

    /** A side's numbers. */
    public record Series(String name, List<? extends Number> values) {
        public Series {
            values = List.copyOf(values);
        }
    }

    /** Numbers over steps, of one side or two. */
    public record Curves(String title, String x, List<Series> series) implements Section {
        public Curves {
            series = List.copyOf(series);
        }
    }

    /** A diagram. */
    public record Picture(String title, Diagram diagram, List<Legend> legend) implements Section {
        public Picture {
            legend = List.copyOf(legend);
        }
    }

    /** What a colour of boxes says. */
    public record Legend(Diagram.Tone tone, String text) {}
}
