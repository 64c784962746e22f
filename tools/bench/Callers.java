import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.tools.bench.ModelTimer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What many callers of one model get: calls a second of 1, 2, 4 and 8 threads that predict one row each, at the same time, each
 * call on its own thread alone; in turns, medians of rounds. Callers SECONDS MODEL…
 */
public final class Callers {
    private static final int[] CALLERS = {1, 2, 4, 8};
    private static final int ROUNDS = 5;

    private Callers() {}

    public static void main(String[] args) throws Exception {
        double seconds = Double.parseDouble(args[0]);
        for (int i = 1; i < args.length; i++) {
            try (Model model = Model.load(Path.of(args[i]))) {
                measure(args[i], model, seconds);
            }
        }
    }

    private static void measure(String name, Model model, double seconds) throws InterruptedException {
        List<Tensor> x = ModelTimer.inputs(model.inputs(), 1, 16);
        float[] expected = model.predict(x).get(0).floats();
        rate(model, x, expected, 2, Math.max(4, seconds)); // compiled, and warm
        double[][] rates = new double[CALLERS.length][ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            for (int c = 0; c < CALLERS.length; c++) {
                rates[c][round] = rate(model, x, expected, CALLERS[c], seconds);
            }
        }
        for (int c = 0; c < CALLERS.length; c++) {
            Arrays.sort(rates[c]);
        }
        double one = rates[0][ROUNDS / 2];
        for (int c = 0; c < CALLERS.length; c++) {
            double rate = rates[c][ROUNDS / 2];
            System.out.printf(
                    Locale.ROOT,
                    "%s, %d callers: %.1f calls a second, %.2f of one caller's%n",
                    name,
                    CALLERS[c],
                    rate,
                    rate / one);
        }
    }

    private static double rate(Model model, List<Tensor> x, float[] expected, int callers, double seconds)
            throws InterruptedException {
        AtomicLong calls = new AtomicLong();
        AtomicLong wrong = new AtomicLong();
        Thread[] threads = new Thread[callers];
        long begin = System.nanoTime();
        long end = begin + (long) (seconds * 1e9);
        for (int t = 0; t < callers; t++) {
            threads[t] = new Thread(() -> {
                while (System.nanoTime() < end) {
                    if (!Arrays.equals(model.predict(x).get(0).floats(), expected)) {
                        wrong.incrementAndGet();
                    }
                    calls.incrementAndGet();
                }
            });
            threads[t].start();
        }
        for (Thread t : threads) {
            t.join();
        }
        if (wrong.get() > 0) {
            throw new IllegalStateException("expected equal bits of all callers but was " + wrong + " other results");
        }
        return calls.get() / ((System.nanoTime() - begin) / 1e9);
    }
}
