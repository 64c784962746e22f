package dev.posthorn.tools.command;

import dev.posthorn.kernel.Workers;
import dev.posthorn.model.Model;
import dev.posthorn.tools.InputException;
import dev.posthorn.tools.Posthorn;
import dev.posthorn.tools.bench.ModelTimer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code posthorn bench}: how fast a model is, and where the time goes. */
@Command(
        name = "bench",
        header = "Times predictions (or training steps) of a model, step by step.",
        description = "The data are made up. POSTHORN_JAVA_OPTS=-Dposthorn.threads=N sets the number of threads.")
public final class Bench implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "A model file.")
    private Path model;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "1", description = "Rows of a call. Default: 1.")
    private int batch;

    @Option(
            names = "--length",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of axes that the model leaves open, but for that of the rows. Default: 1.")
    private int length;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "3",
            description = "How long to warm up, and how long to measure. Default: 3.")
    private double seconds;

    @Option(
            names = "--train",
            description = "Time steps of Adam, with classes 0, 1, … as labels, rather than predictions.")
    private boolean train;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = Bytes.class,
            description =
                    "With --train: of what a step computes, keep so much at once at most, such as 500MB; what does not "
                            + "fit is computed again. The results are the same bits.")
    private Long memory;

    @Option(names = "--explain", description = "Also print the graph and the plan: what was fused, and what was not.")
    private boolean explain;

    @Option(
            names = "--serve",
            hidden = true,
            description = "Answer 'run SECONDS' and 'size BATCH LENGTH' lines: for tools/bench.")
    private boolean serve;

    @Mixin
    private Backends backend;

    @Mixin
    private Bound bound;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (memory != null && !train) {
            throw new InputException("bench: expected --train with --memory but was " + memory + " bytes without it");
        }
        long begin = System.nanoTime();
        try (Model m = bound.load(model, backend.name())) {
            double load = (System.nanoTime() - begin) / 1e9;
            ModelTimer timer = timer(m);
            begin = System.nanoTime();
            double[] first = timer.call();
            double once = (System.nanoTime() - begin) / 1e9;
            if (serve) {
                serve(m, timer, load, first, out);
                return Posthorn.RIGHT;
            }
            timer.run(seconds);
            ModelTimer.Round r = timer.run(seconds);
            out.printf(
                    Locale.ROOT,
                    "load %.3f s, first call %.3f s; then %.3f ms a call (processor time %.3f ms, %.0f bytes allocated),"
                            + " median of %d calls of %d rows, %d threads%n",
                    load,
                    once,
                    r.wall(),
                    r.cpu(),
                    r.allocated(),
                    r.calls(),
                    batch,
                    Workers.shared().size());
            int runs = (int) Math.max(3, Math.min(1000, seconds * 1000 / r.wall()));
            timer.profile(runs).ifPresent(out::print);
            if (explain) {
                out.print(timer.explain());
            }
        }
        return Posthorn.RIGHT;
    }

    private ModelTimer timer(Model m) {
        if (!train) {
            return ModelTimer.predictions(m, batch, length);
        }
        ModelTimer timer = ModelTimer.training(m, batch, length);
        if (memory != null) {
            timer.memory(memory);
        }
        return timer;
    }

    private void serve(Model m, ModelTimer first, double load, double[] once, PrintWriter out) throws IOException {
        ModelTimer timer = first;
        out.printf(Locale.ROOT, "ready {\"load_s\": %.4f, \"first\": %s}%n", load, Arrays.toString(once));
        out.flush();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            if (words[0].equals("size")) {
                batch = Integer.parseInt(words[1]);
                length = Integer.parseInt(words[2]);
                timer = timer(m);
                continue;
            }
            ModelTimer.Round r = timer.run(Double.parseDouble(words[1]));
            out.printf(
                    Locale.ROOT,
                    "{\"wall_ms\": %.5f, \"cpu_ms\": %.5f, \"calls\": %d, \"allocated\": %.0f}%n",
                    r.wall(),
                    r.cpu(),
                    r.calls(),
                    r.allocated());
            out.flush();
        }
    }
}
