import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Backend;
import dev.posthorn.model.Mode;
import dev.posthorn.model.Model;
import dev.posthorn.model.Signature;
import dev.posthorn.model.Variables;
import dev.posthorn.tensorflow.export.CallGraph;
import dev.posthorn.tools.bench.ModelTimer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;

/**
 * What a call of the backend tensorflow costs, against one of TensorFlow Java's own Session on the same graph with the same
 * inputs, both from float[] to float[]: Overhead SECONDS BATCH MODEL…
 */
public final class Overhead {
    private Overhead() {}

    private interface Call {
        float[] run();
    }

    public static void main(String[] args) throws Exception {
        double seconds = Double.parseDouble(args[0]);
        int rows = Integer.parseInt(args[1]);
        for (int i = 2; i < args.length; i++) {
            try (Model model = Model.load(Path.of(args[i]))) {
                compare(args[i], model, rows, seconds);
            }
        }
    }

    private static void compare(String name, Model model, int rows, double seconds) throws Exception {
        List<Tensor> x = ModelTimer.inputs(model.inputs(), rows, 16);
        List<TensorType> types = x.stream().map(Tensor::type).toList();
        Graph graph = model.program().lower(Signature.DEFAULT, types, Mode.INFERENCE);
        Variables.Snapshot now = model.variables().snapshot();
        CallGraph call = CallGraph.of(graph, false);
        Backend.Executable ours = Backend.named("tensorflow").compile(graph, now);
        try (org.tensorflow.Graph theirs = new org.tensorflow.Graph()) {
            theirs.importGraphDef(GraphDef.parseFrom(call.message().toByteArray()));
            List<TFloat32> weights = new ArrayList<>();
            call.variables().forEach(k -> weights.add(tensor(now.get(k))));
            try (Session session = new Session(theirs)) {
                Call a = () -> ours.run(x, now).get(0).floats();
                Call b = () -> run(session, x, weights, call.results().size());
                float[] p = a.run();
                float[] q = b.run();
                for (int i = 0; i < p.length; i++) {
                    if (Math.abs(p[i] - q[i]) > 1e-5 * Math.max(1, Math.abs(q[i]))) {
                        throw new IllegalStateException(
                                name + ": expected " + q[i] + " but was " + p[i] + ", at value " + i);
                    }
                }
                median(a, seconds);
                median(b, seconds);
                List<Double> ratios = new ArrayList<>();
                double least = Double.MAX_VALUE;
                for (int round = 0; round < 5; round++) { // in turn, for the machine changes
                    double own = median(a, seconds / 5);
                    double other = median(b, seconds / 5);
                    least = Math.min(least, own);
                    ratios.add(own / other);
                }
                System.out.printf(
                        Locale.ROOT,
                        "%s, %d rows: %.1f us a call, %.2f of TensorFlow Java's Session%n",
                        name,
                        rows,
                        least,
                        ratios.stream().sorted().toList().get(2));
            }
        } finally {
            ours.close();
        }
    }

    private static float[] run(Session session, List<Tensor> x, List<TFloat32> weights, int results) {
        List<TFloat32> in = x.stream().map(Overhead::tensor).toList();
        Session.Runner runner = session.runner();
        for (int i = 0; i < in.size(); i++) {
            runner.feed(CallGraph.input(i), in.get(i));
        }
        for (int i = 0; i < weights.size(); i++) {
            runner.feed(CallGraph.variable(i), weights.get(i));
        }
        for (int i = 0; i < results; i++) {
            runner.fetch(CallGraph.CALL, i);
        }
        try (Result result = runner.run()) {
            TFloat32 y = (TFloat32) result.get(0);
            float[] values = new float[(int) y.size()];
            y.copyTo(DataBuffers.of(values));
            return values;
        } finally {
            in.forEach(TFloat32::close);
        }
    }

    private static TFloat32 tensor(Tensor t) {
        int[] dims = t.shape().dims();
        long[] shape = new long[dims.length];
        for (int a = 0; a < dims.length; a++) {
            shape[a] = dims[a];
        }
        TFloat32 y = TFloat32.tensorOf(Shape.of(shape));
        y.copyFrom(DataBuffers.of(t.floats(), true, false));
        return y;
    }

    /** Microseconds. */
    private static double median(Call call, double seconds) {
        List<Long> times = new ArrayList<>();
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < seconds * 1e9 || times.isEmpty()) {
            long t = System.nanoTime();
            call.run();
            times.add(System.nanoTime() - t);
        }
        return times.stream().sorted().toList().get(times.size() / 2) / 1e3;
    }
}
