package dev.posthorn.tools;

import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Program;
import dev.posthorn.model.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The table that {@code model.summary()} of Keras 3 prints where no terminal is, character for character.
 *
 * <p>Source: keras/src/utils/summary_utils.py (what is in the cells, column widths) and the Python library rich that lays
 * the table out (table.py, _wrap.py, _ratio.py).
 */
public final class SummaryTable {
    private static final Pattern WORD = Pattern.compile("\\s*\\S+\\s*");

    private final Program program;
    private final int columns;
    private final boolean expandNested;
    private final boolean showTrainable;
    private final boolean sequential;
    private final List<List<String>> rows = new ArrayList<>();

    private enum Align {
        LEFT,
        RIGHT,
        CENTER
    }

    /** @param columns of the terminal; the table is four narrower, and at most as wide as Keras makes it */
    public SummaryTable(Program program, int columns, boolean expandNested, boolean showTrainable) {
        this.program = program;
        this.columns = columns;
        this.expandNested = expandNested;
        this.showTrainable = showTrainable;
        this.sequential = isSequential(program.parts());
    }

    /** A chain in which every layer is called once, with one tensor. */
    private static boolean isSequential(List<Program.Part> parts) {
        Map<String, Integer> uses = new HashMap<>();
        for (Program.Part p : parts) {
            if (p.inputs().size() > 1) {
                return false;
            }
            p.inputs().forEach(link -> uses.merge(link.part(), 1, Integer::sum));
        }
        boolean linked = parts.stream().anyMatch(p -> !p.inputs().isEmpty());
        long starts = parts.stream().filter(p -> p.inputs().isEmpty()).count();
        return uses.values().stream().allMatch(n -> n == 1) && (!linked || starts == 1);
    }

    /** The whole summary; {@code lineLength} 0 is the width that Keras chooses. */
    public String print(int lineLength) {
        List<String> header = new ArrayList<>(List.of("Layer (type)", "Output Shape", "Param #"));
        List<Align> aligns = new ArrayList<>(List.of(Align.LEFT, Align.LEFT, Align.RIGHT));
        double[] positions = sequential ? new double[] {0.45, 0.80, 1.0} : new double[] {0.3, 0.56, 0.74, 1.0};
        if (!sequential) {
            header.add("Connected to");
            aligns.add(Align.LEFT);
        }
        if (showTrainable) {
            header.add("Trainable");
            aligns.add(Align.CENTER);
            positions =
                    Arrays.copyOf(Arrays.stream(positions).map(p -> p * 0.90).toArray(), positions.length + 1);
            positions[positions.length - 1] = 1.0;
        }
        int widest = Math.min((sequential ? 88 : 108) + (showTrainable ? 12 : 0), columns - 4);
        int[] widths = widths(positions, lineLength > 0 ? lineLength : widest);
        rows.clear();
        program.parts().forEach(p -> add(p, 0));
        StringBuilder s = new StringBuilder();
        wrap("Model: \"" + program.name() + "\"", columns)
                .forEach(line -> s.append(line.stripTrailing()).append('\n'));
        table(header, aligns, widths, s);
        totals(s);
        return s.toString();
    }

    /** Keras gives each column a share of the line; rich takes borders and padding off the columns, evenly. */
    private static int[] widths(double[] positions, int lineLength) {
        int n = positions.length;
        int[] widths = new int[n];
        for (int i = 0, current = 0; i < n; i++) {
            int width = (int) (positions[i] * lineLength) - current;
            if (width < 4) {
                throw new InputException("summary: expected a wider line but was " + lineLength + ", at --line-length");
            }
            current += width;
            widths[i] = width + 2;
        }
        int excess = Arrays.stream(widths).sum() - (lineLength - n - 1);
        for (int i = 0; i < n; i++) {
            int share = Math.min(widths[i], (int) Math.rint((double) excess / (n - i)));
            widths[i] = Math.max(1, widths[i] - share - 2);
            excess -= share;
        }
        return widths;
    }

    private void add(Program.Part p, int level) {
        List<String> row = new ArrayList<>();
        row.add((level == 0 ? "" : "   ".repeat(level) + "└ ") + p.name() + " (" + p.type() + ")");
        row.add(shapes(p.outputs()));
        row.add(Text.count(p.parameters()));
        if (!sequential) {
            List<String> links = p.inputs().stream()
                    .map(k -> k.part() + "[" + k.call() + "][" + k.output() + "]")
                    .toList();
            row.add(level > 0 || links.isEmpty() ? "-" : String.join(", ", links));
        }
        if (showTrainable) {
            row.add(p.parameters() == 0 ? "-" : p.trainable() ? "Y" : "N");
        }
        rows.add(row);
        if (expandNested) {
            p.parts().forEach(inner -> add(inner, level + 1));
        }
    }

    private static String shapes(List<TensorType> types) {
        List<String> all = types.stream().map(SummaryTable::shape).toList();
        return all.isEmpty() ? "?" : all.size() == 1 ? all.get(0) : "[" + String.join(", ", all) + "]";
    }

    private static String shape(TensorType type) {
        if (!type.shape().isRanked()) {
            return "?";
        }
        return "("
                + String.join(
                        ", ",
                        Arrays.stream(type.shape().dims())
                                .mapToObj(d -> d < 0 ? "None" : "" + d)
                                .toList()) + ")";
    }

    private void totals(StringBuilder s) {
        long[] count = new long[3];
        double[] bytes = new double[3];
        for (Variable v : program.variables()) {
            if (v.stored()) {
                int kind = v.trainable() ? 0 : 1;
                count[kind] += v.type().shape().longSize();
                bytes[kind] +=
                        v.type().shape().longSize() * (double) v.type().dtype().bytes();
            }
        }
        for (TensorType t : program.optimizer()) {
            count[2] += t.shape().longSize();
            bytes[2] += t.shape().longSize() * (double) t.dtype().bytes();
        }
        total(" Total params: ", count[0] + count[1] + count[2], bytes[0] + bytes[1] + bytes[2], s);
        total(" Trainable params: ", count[0], bytes[0], s);
        total(" Non-trainable params: ", count[1], bytes[1], s);
        if (!program.optimizer().isEmpty()) {
            total(" Optimizer params: ", count[2], bytes[2], s);
        }
    }

    private static void total(String title, long count, double bytes, StringBuilder s) {
        s.append(title)
                .append(Text.count(count))
                .append(" (")
                .append(Text.bytes(bytes))
                .append(")\n");
    }

    private void table(List<String> header, List<Align> aligns, int[] widths, StringBuilder s) {
        rule("┏━┳┓", widths, s);
        cells(header, aligns, widths, '┃', s);
        rule("┡━╇┩", widths, s);
        for (int i = 0; i < rows.size(); i++) {
            if (i > 0) {
                rule("├─┼┤", widths, s);
            }
            cells(rows.get(i), aligns, widths, '│', s);
        }
        rule("└─┴┘", widths, s);
    }

    private static void rule(String parts, int[] widths, StringBuilder s) {
        for (int i = 0; i < widths.length; i++) {
            s.append(parts.charAt(i == 0 ? 0 : 2)).append(parts.substring(1, 2).repeat(widths[i] + 2));
        }
        s.append(parts.charAt(3)).append('\n');
    }

    private static void cells(List<String> texts, List<Align> aligns, int[] widths, char border, StringBuilder s) {
        List<List<String>> wrapped = new ArrayList<>();
        for (int i = 0; i < widths.length; i++) {
            wrapped.add(wrap(texts.get(i), widths[i]));
        }
        int height = wrapped.stream().mapToInt(List::size).max().orElse(0);
        for (int line = 0; line < height; line++) {
            for (int i = 0; i < widths.length; i++) {
                String text = line < wrapped.get(i).size() ? wrapped.get(i).get(line) : "";
                s.append(border)
                        .append(' ')
                        .append(justified(text, aligns.get(i), widths[i]))
                        .append(' ');
            }
            s.append(border).append('\n');
        }
    }

    private static String justified(String text, Align align, int width) {
        String t = text.stripTrailing();
        t = length(t) > width ? t.substring(0, t.offsetByCodePoints(0, width - 1)) + "…" : t;
        int room = width - length(t);
        int left = align == Align.RIGHT ? room : align == Align.CENTER ? room / 2 : 0;
        return " ".repeat(left) + t + " ".repeat(room - left);
    }

    /** Lines of whole words with the blanks after them; a word longer than a line has one of its own, too long. */
    private static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (Matcher word = WORD.matcher(text); word.find(); ) {
            String w = word.group();
            if (line.length() > 0 && length(line) + length(w.stripTrailing()) > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(w);
        }
        lines.add(line.toString());
        return lines;
    }

    private static int length(CharSequence s) {
        return Character.codePointCount(s, 0, s.length());
    }
}
