package dev.posthorn.tools.bench;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Model;
import dev.posthorn.model.Port;
import dev.posthorn.model.Profile;
import dev.posthorn.model.Signature;
import dev.posthorn.train.Trainer;
import dev.posthorn.train.data.Batch;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Times predictions or training steps of a model on made-up data. */
public final class ModelTimer {
    private final Model model;
    private final List<Tensor> inputs;
    private final Optional<Trainer> trainer;
    private final Batch batch;

    /** A round of calls, each: median milliseconds, mean milliseconds of the processor, mean bytes that the calling thread took. */
    public record Round(double wall, double cpu, double allocated, int calls) {}

    private ModelTimer(Model model, List<Tensor> inputs, Optional<Trainer> trainer, Batch batch) {
        this.model = model;
        this.inputs = inputs;
        this.trainer = trainer;
        this.batch = batch;
    }

    /** Predictions of a batch, all rows in one call. */
    public static ModelTimer predictions(Model model, int rows, int length) {
        return new ModelTimer(model, inputs(model.inputs(), rows, length), Optional.empty(), null);
    }

    /** Steps of Adam with the loss of classes, for models that give probabilities. */
    public static ModelTimer training(Model model, int rows, int length) {
        List<Tensor> x = inputs(model.inputs(), rows, length);
        int classes = model.outputs().get(0).type().shape().dim(-1);
        int[] labels = new int[rows];
        Arrays.setAll(labels, i -> i % classes);
        Trainer t = model.trainer().optimizer("adam").loss("sparse_categorical_crossentropy");
        Batch batch = Batch.of(x.get(0), Tensor.of(Shape.of(rows), labels));
        return new ModelTimer(model, x, Optional.of(t), batch);
    }

    /** Bounds the memory of training steps. */
    public void memory(long bytes) {
        trainer.orElseThrow().memory(bytes);
    }

    /** Made-up numbers for ports. */
    public static List<Tensor> inputs(List<Port> ports, int rows, int length) {
        List<Tensor> all = new ArrayList<>();
        for (Port p : ports) {
            int[] dims = p.type().shape().dims();
            for (int a = 0; a < dims.length; a++) {
                dims[a] = dims[a] != Shape.UNKNOWN ? dims[a] : a == 0 ? rows : length;
            }
            all.add(data(p.type().withShape(Shape.of(dims))));
        }
        return all;
    }

    /** Numbers from −1 to 1 in no order, or small integers; the same in {@code bench.py}. */
    static Tensor data(TensorType type) {
        Tensor t = Tensor.zeros(type);
        for (int i = 0; i < t.size() && type.dtype() != DType.STRING; i++) {
            t.setDouble(i, type.dtype().isFloating() ? i * 7919L % 2003 / 1001.5 - 1 : i % 2);
        }
        return t;
    }

    /** One call; the first values of what it gave. */
    public double[] call() throws IOException {
        if (trainer.isPresent()) {
            return trainer.get().trainOnBatch(batch).values("loss");
        }
        Tensor y = model.call(Signature.DEFAULT, inputs).get(0);
        double[] first = new double[Math.min(8, y.size())];
        Arrays.setAll(first, y::getDouble);
        return first;
    }

    /** Calls for so long, once at least. */
    public Round run(double seconds) throws IOException {
        List<Double> wall = new ArrayList<>();
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        com.sun.management.OperatingSystemMXBean process =
                (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        List<Double> allocated = new ArrayList<>();
        long cpu = process.getProcessCpuTime(); // in steps of milliseconds: over all calls
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < seconds * 1e9 || wall.isEmpty()) {
            long a = threads.getCurrentThreadAllocatedBytes();
            long t = System.nanoTime();
            call();
            wall.add((System.nanoTime() - t) / 1e6);
            allocated.add((double) threads.getCurrentThreadAllocatedBytes() - a);
        }
        double spent = (process.getProcessCpuTime() - cpu) / 1e6;
        return new Round(median(wall), spent / wall.size(), median(allocated), wall.size());
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /** The graph and how it runs. */
    public String explain() throws IOException {
        return trainer.isPresent()
                ? trainer.get().explain(batch)
                : model.explain(
                        Signature.DEFAULT, inputs.stream().map(Tensor::type).toList());
    }

    /** How long each step takes. */
    public Optional<Profile> profile(int runs) throws IOException {
        return trainer.isPresent() ? trainer.get().profile(batch, runs) : model.profile(inputs, runs);
    }
}
