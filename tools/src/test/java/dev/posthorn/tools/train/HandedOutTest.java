package dev.posthorn.tools.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.Variables;
import dev.posthorn.train.Trainer;
import dev.posthorn.train.data.Batch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Values of variables that were handed out stay as they are, although training writes arrays anew that nobody has. */
@Timeout(120)
class HandedOutTest {
    private static final Path FILE = Path.of("..", "testdata", "digits", "digits.keras");

    private static Batch batch(Model model, int rows) {
        int[] dims = model.inputs().get(0).type().shape().dims();
        dims[0] = rows;
        Tensor x = Tensor.zeros(model.inputs().get(0).type().withShape(Shape.of(dims)));
        for (int i = 0; i < x.size(); i++) {
            x.setDouble(i, i * 7919L % 2003 / 1001.5 - 1);
        }
        int[] labels = new int[rows];
        for (int i = 0; i < rows; i++) {
            labels[i] = i % 10;
        }
        return Batch.of(x, Tensor.of(Shape.of(rows), labels));
    }

    private static Map<String, float[]> copies(Variables.Snapshot s) {
        Map<String, float[]> all = new HashMap<>();
        s.values().forEach((key, t) -> {
            if (t.data() instanceof float[] f) {
                all.put(key, f.clone());
            }
        });
        return all;
    }

    private static void same(Map<String, float[]> was, Variables.Snapshot s) {
        was.forEach((key, f) -> assertArrayEquals(f, (float[]) s.get(key).data(), key));
    }

    @Test
    void theyStayAsTheyAre() throws Exception {
        try (Model model = Model.load(FILE)) {
            Trainer trainer = model.trainer().optimizer("adam").loss("sparse_categorical_crossentropy");
            List<Variables.Snapshot> snapshots = new ArrayList<>();
            List<Map<String, float[]>> weights = new ArrayList<>();
            List<List<Tensor>> slots = new ArrayList<>();
            List<List<List<Double>>> before = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                trainer.trainOnBatch(batch(model, i % 5 == 4 ? 3 : 8));
                if (i % 3 == 0) {
                    snapshots.add(model.variables().snapshot());
                    weights.add(copies(snapshots.get(snapshots.size() - 1)));
                }
                if (i % 4 == 1) {
                    slots.add(trainer.optimizerVariables());
                    before.add(slots.get(slots.size() - 1).stream()
                            .map(HandedOutTest::values)
                            .toList());
                }
            }
            for (int i = 0; i < snapshots.size(); i++) {
                same(weights.get(i), snapshots.get(i));
            }
            assertEquals(
                    before,
                    slots.stream()
                            .map(all -> all.stream().map(HandedOutTest::values).toList())
                            .toList());
        }
    }

    private static List<Double> values(Tensor t) {
        return IntStream.range(0, t.size()).mapToObj(t::getDouble).toList();
    }

    @Test
    void anotherThreadMayTakeThemAtAnyTime() throws Exception {
        try (Model model = Model.load(FILE)) {
            Trainer trainer = model.trainer().optimizer("adam").loss("sparse_categorical_crossentropy");
            Batch batch = batch(model, 4);
            AtomicBoolean ends = new AtomicBoolean();
            CompletableFuture<Integer> reader = CompletableFuture.supplyAsync(() -> {
                int seen = 0;
                for (; !ends.get(); seen++) {
                    Variables.Snapshot s = model.variables().snapshot();
                    Map<String, float[]> was = copies(s);
                    for (long until = System.nanoTime() + seen * 100_003L % 3_000_000; System.nanoTime() < until; ) {
                        Thread.onSpinWait();
                    }
                    same(was, s);
                }
                return seen;
            });
            for (int i = 0; i < 300 && !reader.isDone(); i++) {
                trainer.trainOnBatch(batch);
            }
            ends.set(true);
            reader.get();
        }
    }

    @Test
    void arraysThatNobodyHasAreWrittenAnew() throws Exception {
        try (Model model = Model.load(FILE)) {
            Trainer trainer = model.trainer().optimizer("adam").loss("sparse_categorical_crossentropy");
            Batch batch = batch(model, 4);
            List<Tensor> kernels = new ArrayList<>();
            String key = model.variables().list().get(0).key();
            for (int i = 0; i < 6; i++) {
                trainer.trainOnBatch(batch);
                kernels.add(model.variables().now().get(key));
            }
            assertNotSame(kernels.get(4), kernels.get(5));
            assertSame(kernels.get(3), kernels.get(5));
        }
    }
}
