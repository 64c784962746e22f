package dev.posthorn.tools.data;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.tools.InputException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** For people: a line a row; the likeliest classes where an output is probabilities, else the first values. */
public final class TableSink implements Sink {
    private static final int VALUES = 8;

    private final PrintWriter out;
    private final List<String> names;
    private final List<String> classes;
    private final IntFunction<String> rowName;
    private final int top;
    private final boolean always;
    private List<Boolean> probable;
    private int row;

    /**
     * @param names of the outputs
     * @param classes the names of the classes; empty where they are only numbered
     * @param rowName what a row is called
     * @param top how many classes to show; 0: three, and only of probabilities
     */
    public TableSink(PrintWriter out, List<String> names, List<String> classes, IntFunction<String> rowName, int top) {
        this.out = out;
        this.names = names;
        this.classes = classes;
        this.rowName = rowName;
        this.top = top == 0 ? 3 : top;
        this.always = top > 0;
    }

    @Override
    public void append(List<Tensor> batch) {
        if (probable == null) {
            probable = batch.stream()
                    .map(t -> Values.areProbabilities(t)
                            || always
                                    && t.dtype().isFloating()
                                    && t.shape().rank() == 2
                                    && t.shape().dim(1) > 1)
                    .toList();
        }
        boolean rows = batch.stream()
                .allMatch(t -> t.shape().rank() > 0
                        && t.shape().dim(0) == batch.get(0).shape().dim(0));
        int n = rows ? batch.get(0).shape().dim(0) : 1;
        for (int r = 0; r < n; r++) {
            StringBuilder line = new StringBuilder(rows ? rowName.apply(row++) : "all");
            for (int i = 0; i < batch.size(); i++) {
                Tensor t = batch.get(i);
                int width = rows ? t.size() / n : t.size();
                line.append(batch.size() > 1 ? "  " + names.get(i) + ": " : "  ");
                line.append(probable.get(i) ? best(t, r * width, width) : values(t, r * width, width, rows));
            }
            out.println(line);
        }
    }

    @Override
    public boolean isWanted() {
        return !out.checkError(); // flushes
    }

    private String best(Tensor t, int from, int width) {
        if (!classes.isEmpty() && classes.size() != width) {
            throw new InputException(
                    "predict: expected " + width + " class names but was " + classes.size() + ", at --labels");
        }
        List<Integer> order = IntStream.range(0, width)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -t.getDouble(from + i))
                        .thenComparing(i -> i))
                .limit(top)
                .toList();
        List<String> shown = new ArrayList<>();
        for (int i : order) {
            shown.add(String.format(
                    Locale.ROOT, "%s %.4f", classes.isEmpty() ? "" + i : classes.get(i), t.getDouble(from + i)));
        }
        return String.join("  ", shown);
    }

    private static String values(Tensor t, int from, int width, boolean rows) {
        List<String> shown = new ArrayList<>();
        for (int i = from; i < from + Math.min(width, VALUES); i++) {
            boolean number = t.dtype().isFloating();
            shown.add(
                    number
                            ? String.format(Locale.ROOT, "%.6g", t.getDouble(i))
                            : t.dtype() == DType.STRING ? "'" + t.getString(i) + "'" : Values.text(t, i));
        }
        int rank = t.shape().rank() - (rows ? 1 : 0);
        if (rank == 0) {
            return shown.get(0);
        }
        String shape = rank > 1 || width > VALUES
                ? t.shape().slice(rows ? 1 : 0, t.shape().rank()) + " "
                : "";
        return shape + "{" + String.join(", ", shown) + (width > VALUES ? ", …}" : "}");
    }

    @Override
    public void finish() {
        out.flush();
    }

    @Override
    public void close() {
        out.flush();
    }
}
