package dev.posthorn.ir.fn;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Dim;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Sums of products by labels of axes, {@code bij,bjk->bik}, as transpositions and matrix products. An ellipsis stands for
 * any number of axes, aligned at the end. Source: numpy.einsum.
 */
public final class Einsum {
    private final Builder b;
    private final Map<Character, Dim> sizes = new HashMap<>();

    private Einsum(Builder b) {
        this.b = b;
    }

    /** A tensor and the labels of its axes. */
    private record Term(Value value, String labels) {}

    /** The equation applied to its operands. */
    public static Value of(Builder b, String equation, List<Value> operands) {
        String[] sides = equation.replace(" ", "").split("->", -1);
        String[] labels = sides[0].split(",", -1);
        if (labels.length != operands.size()) {
            throw new ShapeException(
                    "Einsum: expected " + labels.length + " operands but was " + operands.size() + " for " + equation);
        }
        int most = 0;
        for (int i = 0; i < labels.length; i++) {
            most = Math.max(most, dots(labels[i], operands.get(i)));
        }
        for (int i = 0; i < labels.length; i++) {
            labels[i] = labels[i].replace("...", ellipsis(most, dots(labels[i], operands.get(i))));
        }
        String all = String.join("", labels);
        String out = sides.length > 1 ? sides[1].replace("...", ellipsis(most, most)) : implied(all);
        Einsum e = new Einsum(b);
        Term left = e.term(operands.get(0), labels[0]);
        for (int i = 1; i < labels.length; i++) {
            StringBuilder later = new StringBuilder(out);
            for (int j = i + 1; j < labels.length; j++) {
                later.append(labels[j]);
            }
            left = e.product(left, e.term(operands.get(i), labels[i]), later.toString());
        }
        return e.result(left, out);
    }

    private static int dots(String labels, Value x) {
        return labels.contains("...") ? x.shape().rank() - (labels.length() - 3) : 0;
    }

    /** Labels for the last {@code n} of {@code most} axes under an ellipsis; no letters, so that they meet no other. */
    private static String ellipsis(int most, int n) {
        StringBuilder s = new StringBuilder();
        for (int i = most - n; i < most; i++) {
            s.append((char) ('0' + i));
        }
        return s.toString();
    }

    private static String implied(String labels) {
        StringBuilder s = new StringBuilder();
        labels.chars()
                .distinct()
                .sorted()
                .filter(c -> labels.indexOf(c) == labels.lastIndexOf(c) || Character.isDigit(c))
                .forEach(c -> s.append((char) c));
        return s.toString();
    }

    /** An operand; a label that it has twice is the diagonal of those axes. */
    private Term term(Value x, String labels) {
        if (labels.length() != x.shape().rank()) {
            throw new ShapeException(
                    "Einsum: expected rank " + labels.length() + " for '" + labels + "' but was " + x.shape());
        }
        for (int j = 1; j < labels.length(); j++) {
            int i = labels.indexOf(labels.charAt(j));
            if (i < j) {
                Value mask = b.compare(Compare.Fn.EQ, Extents.positions(b, x, i), Extents.positions(b, x, j));
                Value diagonal = b.reduce(Reduce.Fn.SUM, b.select(mask, x, b.constant(x.dtype(), 0)), false, j);
                return term(diagonal, labels.substring(0, j) + labels.substring(j + 1));
            }
        }
        for (int i = 0; i < labels.length(); i++) {
            Dim d = b.dim(x, i);
            sizes.merge(labels.charAt(i), d, (old, now) -> old.isKnown() && old.known() != 1 ? old : now);
        }
        return new Term(x, labels);
    }

    /** The product of two terms, summed over the labels that are not needed later. */
    private Term product(Term x, Term y, String later) {
        Term l = summed(x, c -> y.labels.indexOf(c) >= 0 || later.indexOf(c) >= 0);
        Term r = summed(y, c -> x.labels.indexOf(c) >= 0 || later.indexOf(c) >= 0);
        String batch = labels(l, c -> r.labels.indexOf(c) >= 0 && later.indexOf(c) >= 0);
        String inner = labels(l, c -> r.labels.indexOf(c) >= 0 && later.indexOf(c) < 0);
        String rows = labels(l, c -> r.labels.indexOf(c) < 0);
        String columns = labels(r, c -> l.labels.indexOf(c) < 0);
        Value a = grouped(l, batch, rows, inner);
        Value c = grouped(r, batch, inner, columns);
        String out = batch + rows + columns;
        return new Term(b.reshape(b.matmul(a, c), dims(out)), out);
    }

    private static String labels(Term t, Predicate<Character> keep) {
        StringBuilder s = new StringBuilder();
        t.labels.chars().mapToObj(c -> (char) c).filter(keep).forEach(s::append);
        return s.toString();
    }

    private Term summed(Term t, Predicate<Character> keep) {
        List<Integer> axes = new ArrayList<>();
        for (int i = 0; i < t.labels.length(); i++) {
            if (!keep.test(t.labels.charAt(i))) {
                axes.add(i);
            }
        }
        Value v = axes.isEmpty()
                ? t.value
                : b.reduce(
                        Reduce.Fn.SUM,
                        t.value,
                        false,
                        axes.stream().mapToInt(i -> i).toArray());
        return new Term(v, labels(t, keep));
    }

    /** The term as {@code [batch…×rows×columns]}, the labels of rows and of columns each flattened to one axis. */
    private Value grouped(Term t, String batch, String rows, String columns) {
        Value v = arranged(t, batch + rows + columns);
        List<Dim> dims = new ArrayList<>();
        for (int i = 0; i < batch.length(); i++) {
            dims.add(b.dim(v, i));
        }
        dims.add(Extents.product(b, dims(rows)));
        dims.add(Extents.product(b, dims(columns)));
        return b.reshape(v, dims.toArray(Dim[]::new));
    }

    private Value arranged(Term t, String order) {
        return b.transpose(t.value, order.chars().map(t.labels::indexOf).toArray());
    }

    private Dim[] dims(String labels) {
        return labels.chars().mapToObj(c -> sizes.get((char) c)).toArray(Dim[]::new);
    }

    private Value result(Term t, String out) {
        Set<Character> wanted = new LinkedHashSet<>();
        out.chars().forEach(c -> wanted.add((char) c));
        return arranged(summed(t, wanted::contains), out);
    }
}
