package dev.posthorn.tools.drift;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.Port;
import dev.posthorn.model.Signature;
import dev.posthorn.tools.InputException;
import dev.posthorn.tools.Progress;
import dev.posthorn.tools.data.Values;
import dev.posthorn.train.data.Batch;
import dev.posthorn.train.data.Batches;
import dev.posthorn.train.data.Dataset;
import dev.posthorn.train.data.Pass;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * An old and a new model on the same rows.
 *
 * @param worst the rows whose predictions differ most, the first most of all
 */
public record Drift(long rows, List<OutputDrift> outputs, List<Worst> worst) {
    /** What outputs are. */
    public enum Task {
        /** Classes where they are probabilities, else numbers. */
        AUTO,
        CLASSES,
        NUMBERS
    }

    /**
     * A row.
     *
     * @param number from 0, as in the data
     * @param difference the mean of {@code |new − old|} over the elements of the output that differs most
     */
    public record Worst(long number, String output, double difference, String before, String after) {}

    public Drift {
        outputs = List.copyOf(outputs);
        worst = List.copyOf(worst);
    }

    /** Runs both over all rows; of the rows that differ most {@code kept} are kept. */
    public static Drift of(Model before, Model after, Dataset data, int batchSize, Task task, int kept)
            throws IOException {
        Signature s = before.signature(Signature.DEFAULT);
        List<OutputDrift> outputs = new ArrayList<>();
        PriorityQueue<Worst> worst = new PriorityQueue<>(
                Comparator.comparingDouble(Worst::difference).thenComparing(w -> -w.number()));
        long rows = 0;
        try (Progress progress = Progress.of("rows", data.rows().orElse(0));
                Batches batches = data.pass(Pass.inOrder(batchSize))) {
            while (batches.hasNext()) {
                Batch batch = batches.next();
                List<Tensor> x = bound(batch, s.inputs());
                List<Tensor> a = before.predict(x);
                List<Tensor> b = after.predict(x);
                for (int i = 0; i < a.size(); i++) {
                    same(
                            a.get(i),
                            b.size() == a.size() ? b.get(i) : null,
                            s.outputs().get(i).name());
                    String name = s.outputs().get(i).name();
                    Optional<Tensor> y = target(batch, name, i, a.size());
                    if (outputs.size() == i) {
                        outputs.add(drift(name, a.get(i), y, task));
                    }
                    OutputDrift o = outputs.get(i);
                    double[] off = o.add(a.get(i), b.get(i), y);
                    for (int r = 0; r < off.length; r++) {
                        if (off[r] > 0
                                && (worst.size() < kept || off[r] > worst.peek().difference())) {
                            worst.add(new Worst(rows + r, name, off[r], o.said(a.get(i), r), o.said(b.get(i), r)));
                            if (worst.size() > kept) {
                                worst.poll();
                            }
                        }
                    }
                }
                rows += batch.rows();
                progress.step(batch.rows());
            }
        }
        if (rows == 0) {
            throw new InputException("verify: expected rows but was none, at --data");
        }
        List<Worst> sorted = new ArrayList<>(worst);
        sorted.sort(Comparator.comparingDouble(Worst::difference).reversed().thenComparing(Worst::number));
        return new Drift(rows, outputs, sorted);
    }

    private static List<Tensor> bound(Batch batch, List<Port> ports) {
        List<Tensor> x = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            Tensor t = batch.x()
                    .get(
                            batch.x().containsKey(ports.get(i).name())
                                    ? ports.get(i).name()
                                    : "" + i);
            if (t == null) {
                throw new InputException("verify: expected values for input '"
                        + ports.get(i).name() + "' but was " + batch.x().keySet() + ", at --data");
            }
            x.add(t);
        }
        return x;
    }

    private static Optional<Tensor> target(Batch batch, String name, int i, int outputs) {
        if (batch.y().size() > outputs) {
            throw new InputException("verify: expected targets for " + outputs + " outputs but was "
                    + batch.y().size() + ", at --y");
        }
        return Optional.ofNullable(
                batch.y().containsKey(name) ? batch.y().get(name) : batch.y().get("" + i));
    }

    private static void same(Tensor a, Tensor b, String output) {
        boolean numbers = b != null && (a.dtype().isFloating() || a.dtype().isInteger());
        if (!numbers || a.shape().rank() == 0 || !a.shape().equals(b.shape())) {
            throw new InputException("verify: expected models that give the same shapes of numbers but was "
                    + a.type() + " and "
                    + (b == null ? "no such output" : b.type().toString()) + ", at output '"
                    + output + "'");
        }
    }

    private static OutputDrift drift(String name, Tensor a, Optional<Tensor> y, Task task) {
        boolean classes = switch (task) {
            case CLASSES -> true;
            case NUMBERS -> false;
            case AUTO -> Values.areProbabilities(a) || isBinary(a, y);
        };
        if (classes && a.shape().rank() > 2) {
            throw new InputException("verify: expected an output [rows×classes] but was " + a.type() + ", at output '"
                    + name + "' (see --task)");
        }
        return classes ? new ClassDrift(name) : new ValueDrift(name);
    }

    /** One number from 0 to 1 a row, whose targets are all 0 or 1. */
    private static boolean isBinary(Tensor a, Optional<Tensor> y) {
        boolean one = a.dtype().isFloating() && a.size() == a.shape().dim(0);
        for (int i = 0; one && i < a.size(); i++) {
            one = a.getDouble(i) >= 0 && a.getDouble(i) <= 1;
        }
        for (int i = 0; one && y.isPresent() && i < y.get().size(); i++) {
            one = y.get().getDouble(i) == 0 || y.get().getDouble(i) == 1;
        }
        return one && y.isPresent();
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d rows, %d outputs", rows, outputs.size());
    }
}
