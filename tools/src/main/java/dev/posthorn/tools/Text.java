package dev.posthorn.tools;

import java.util.List;
import java.util.Locale;

/** How numbers and tables are written for people. */
public final class Text {
    private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB", "PB"};

    private Text() {}

    /** {@code 93,322}. */
    public static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    /** {@code 364.54 KB}, as Keras writes it: 1 KB is 1024 bytes. */
    public static String bytes(double n) {
        int unit = 0;
        double size = n;
        while (size >= 1024 && unit < UNITS.length - 1) {
            size /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.2f %s", size, UNITS[unit]);
    }

    /** Rows with their cells padded to equal columns, two blanks between. */
    public static String table(List<List<String>> rows, String indent) {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] width = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                width[i] = Math.max(width[i], row.get(i).length());
            }
        }
        StringBuilder s = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(indent);
            for (int i = 0; i < row.size(); i++) {
                line.append(row.get(i)).append(" ".repeat(width[i] - row.get(i).length() + 2));
            }
            s.append(line.toString().stripTrailing()).append('\n');
        }
        return s.toString();
    }
}
