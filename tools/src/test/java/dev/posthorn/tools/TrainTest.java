package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code posthorn train} and {@code posthorn evaluate}. */
class TrainTest {
    @TempDir
    Path folder;

    private static Path small() throws URISyntaxException {
        return Path.of(TrainTest.class.getResource("train/small.keras").toURI());
    }

    /** A table that a network can learn: the class is the place of the largest of three numbers. */
    private Path table(int rows) throws IOException {
        StringBuilder csv = new StringBuilder("a,b,c,d,e,f,y\n");
        Random random = new Random(1);
        for (int r = 0; r < rows; r++) {
            double[] v = random.doubles(6, -1, 1).toArray();
            int largest = v[0] > v[1] ? v[0] > v[2] ? 0 : 2 : v[1] > v[2] ? 1 : 2;
            for (double x : v) {
                csv.append(String.format(Locale.ROOT, "%.4f,", x));
            }
            csv.append(largest).append('\n');
        }
        return Files.writeString(folder.resolve("table.csv"), csv);
    }

    private static double number(String line, String name) {
        String rest = line.substring(line.indexOf(name + " ") + name.length() + 1);
        return Double.parseDouble(rest.split("[, \n]", 2)[0]);
    }

    @Test
    void whatIsTrainedIsBetterAfterwards() throws IOException, URISyntaxException {
        Path data = table(400);
        Path out = folder.resolve("out.keras");
        Cli before = Cli.run("evaluate", small(), "--data", data);
        Cli trained = Cli.run(
                "train",
                small(),
                "--data",
                data,
                "--output",
                out,
                "--epochs",
                "15",
                "--validation-split",
                "0.2",
                "--log",
                folder.resolve("log.csv"),
                "--tensorboard",
                folder.resolve("tb"),
                "--plot",
                folder.resolve("curve.png"));
        assertEquals(0, trained.code(), trained.err());
        Cli after = Cli.run("evaluate", out, "--data", data);
        assertEquals(0, after.code(), after.err());
        assertTrue(number(after.out(), "accuracy") > 0.85, after.out());
        assertTrue(number(after.out(), "loss") < number(before.out(), "loss"), before.out() + after.out());
        List<String> lines = trained.out().lines().toList();
        assertEquals(16, lines.size(), trained.out());
        assertTrue(lines.get(14).matches("epoch 15/15: loss .*, accuracy .*, val_loss .*, val_accuracy .* s\\)"));
        List<String> log = Files.readAllLines(folder.resolve("log.csv"));
        assertEquals("epoch,accuracy,loss,val_accuracy,val_loss", log.get(0));
        assertEquals(16, log.size());
        assertTrue(Files.size(folder.resolve("curve.png")) > 1000);
        for (String part : new String[] {"train", "validation"}) {
            try (var files = Files.list(folder.resolve("tb").resolve(part))) {
                assertTrue(files.allMatch(f -> f.getFileName().toString().startsWith("events.out.tfevents.")));
            }
        }
    }

    @Test
    void objectsAreGivenAsPythonHasThem() throws IOException, URISyntaxException {
        Path data = table(100);
        Path out = folder.resolve("out.keras");
        Cli trained = Cli.run(
                "train",
                small(),
                "-d",
                data,
                "-o",
                out,
                "--optimizer",
                "keras.optimizers.AdamW(learning_rate=CosineDecay(initial_learning_rate=0.02, decay_steps=20), "
                        + "weight_decay=1e-2, clipnorm=1.0, use_ema=True)",
                "--no-decay",
                "bias",
                "--loss",
                "SparseCategoricalCrossentropy(ignore_class=None, name='x')",
                "--metrics",
                "accuracy,SparseTopKCategoricalAccuracy(k=2, name=\"two\")");
        assertEquals(0, trained.code(), trained.err());
        assertTrue(number(trained.out(), "two") >= number(trained.out(), "accuracy"), trained.out());
        Cli again = Cli.run("train", out, "-d", data, "-o", out);
        assertEquals(0, again.code(), again.err());
        assertTrue(again.out().contains("two "), again.out());
        Cli watched =
                Cli.run("train", small(), "-d", data, "-o", out, "--monitor", "val_loss", "--early-stopping", "1");
        assertEquals(2, watched.code(), watched.out());
        assertTrue(
                watched.err().contains("expected one of [loss, accuracy] but was 'val_loss', at --monitor"),
                watched.err());
        for (String wrong :
                List.of("Adam(0.1)", "Adam(learning_rate=", "Adam(rate=0.1)", "Adan", "Adam(learning_rate='x')")) {
            Cli refused = Cli.run("train", small(), "-d", data, "-o", out, "--optimizer", wrong);
            assertEquals(2, refused.code(), wrong + ": " + refused.out());
            assertTrue(refused.err().contains("--optimizer"), wrong + ": " + refused.err());
        }
    }

    @Test
    void theSameSeedGivesTheSameBits() throws IOException, URISyntaxException {
        Path data = table(100);
        Path[] out = {folder.resolve("0.keras"), folder.resolve("1.keras"), folder.resolve("2.keras")};
        for (int i = 0; i < out.length; i++) {
            Cli trained = Cli.run("train", small(), "-d", data, "-o", out[i], "--epochs", "2", "--seed", i / 2);
            assertEquals(0, trained.code(), trained.err());
        }
        assertTrue(equal(out[0], out[1]));
        assertFalse(equal(out[0], out[2]));
    }

    @Test
    @Timeout(300)
    void theNumberOfThreadsChangesNoBit() throws IOException, InterruptedException {
        Path digits = Path.of("..", "testdata", "digits"); // pictures: large enough for kernels to share their work
        for (int threads : new int[] {1, 2, 4}) {
            Path out = folder.resolve(threads + ".keras");
            Object[] train = {
                "train",
                digits.resolve("digits.keras"),
                "-d",
                digits.resolve("handwriting.npz"),
                "--scale",
                "1/255",
                "-o",
                out,
                "--epochs",
                "1",
                "--batch-size",
                "100"
            };
            assertEquals(
                    0, start(List.of("-Dposthorn.threads=" + threads), train).waitFor());
            assertEquals("", difference(folder.resolve("1.keras"), out), threads + " threads");
        }
        assertFalse(equal(digits.resolve("digits.keras"), folder.resolve("1.keras")));
    }

    private static boolean equal(Path a, Path b) throws IOException {
        return difference(a, b).isEmpty();
    }

    /** The variables of model and optimizer whose bits differ. */
    private static String difference(Path a, Path b) throws IOException {
        try (Model one = Model.load(a);
                Model other = Model.load(b)) {
            StringBuilder differ = new StringBuilder();
            one.variables().snapshot().values().forEach((key, t) -> {
                Tensor is = other.variables().get(key);
                differ.append(t.equals(is) ? "" : key + ": " + t + ", " + is + "\n");
            });
            List<Tensor> slots = one.trainer().optimizerVariables();
            List<Tensor> others = other.trainer().optimizerVariables();
            differ.append(slots.equals(others) ? "" : "optimizer: " + slots + ", " + others + "\n");
            return differ.toString();
        }
    }

    /** Killed in the midst of an epoch, a training goes on and ends as one that was left alone. */
    @Test
    @Timeout(300)
    void killedTrainingsEndAsOthers() throws IOException, URISyntaxException, InterruptedException {
        Path data = table(1500);
        Path alone = folder.resolve("alone.keras");
        Path killed = folder.resolve("killed.keras");
        Path state = folder.resolve("state");
        List<Object> common = List.of(
                "train",
                small(),
                "-d",
                data,
                "--epochs",
                "3",
                "--batch-size",
                "8",
                "--early-stopping",
                "3",
                "--validation-split",
                "0.1");
        assertEquals(0, start(with(common, "-o", alone)).waitFor());
        Object[] again = with(common, "-o", killed, "--state", state, "--state-every", "7");
        int kills = 0;
        for (int i = 0; i < 3; i++) {
            Process process = start(again);
            while (process.isAlive() && !Files.exists(state)) {
                Thread.sleep(5);
            }
            Thread.sleep(40L * i);
            kills += process.isAlive() ? 1 : 0;
            process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        }
        assertTrue(kills > 0, "expected a training to be killed but was none");
        assertTrue(Files.exists(state));
        assertEquals(0, start(again).waitFor());
        assertEquals("", difference(alone, killed));
        assertFalse(Files.exists(state));
    }

    private static Object[] with(List<Object> common, Object... more) {
        List<Object> all = new ArrayList<>(common);
        all.addAll(List.of(more));
        return all.toArray();
    }

    private static Process start(Object... args) throws IOException {
        return start(List.of(), args);
    }

    private static Process start(List<String> options, Object... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path")));
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
            command.addAll(List.of("--add-modules", "jdk.incubator.vector")); // the same kernels as here: the same bits
        }
        command.addAll(options);
        command.add(Posthorn.class.getName());
        for (Object a : args) {
            command.add(a.toString());
        }
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Test
    void frozenLayersKeepTheirWeights() throws IOException, URISyntaxException {
        Path out = folder.resolve("out.h5");
        Cli trained = Cli.run(
                "train", small(), "-d", table(60), "-o", out, "--freeze", "hid*,norm", "--learning-rate", "0.1");
        assertEquals(0, trained.code(), trained.err());
        try (Model before = Model.load(small());
                Model after = Model.load(out)) {
            for (String key :
                    before.variables().list().stream().map(v -> v.key()).toList()) {
                boolean same =
                        before.variables().get(key).equals(after.variables().get(key));
                assertEquals(!key.startsWith("head/"), same || key.startsWith("drop/"), key);
            }
        }
    }

    @Test
    void whatIsWrongIsSaidInALine() throws IOException, URISyntaxException {
        Path data = table(20);
        Object[][] rows = {
            {new Object[] {"--freeze", "nothing*"}, "expected one of [hidden, drop, norm, head] but was 'nothing*'"},
            {new Object[] {"--loss", "nonsense"}, "loss: expected one of Keras's"},
            {new Object[] {"--optimizer", "Adamm()"}, "(the nearest are [Adam, "},
            {new Object[] {"--y", "z"}, "expected columns [z]"},
            {new Object[] {"--epochs", "0"}, "expected 1 or more epochs"},
            {new Object[] {"--validation-split", "1"}, "expected a validation split from 0 to below 1"},
            {new Object[] {"--validation", folder.resolve("none.csv")}, "none.csv"},
        };
        for (Object[] row : rows) {
            List<Object> args = new ArrayList<>(List.of("train", small(), "-d", data, "-o", folder.resolve("o.keras")));
            args.addAll(List.of((Object[]) row[0]));
            Cli failed = Cli.run(args.toArray());
            assertEquals(2, failed.code(), failed.out());
            assertTrue(failed.err().contains((String) row[1]), failed.err());
            assertEquals(1, failed.err().lines().count(), failed.err());
        }
    }

    @Test
    void aLossThatIsNoNumberEndsTheTraining() throws IOException, URISyntaxException {
        Path out = folder.resolve("out.keras");
        Cli failed =
                Cli.run("train", small(), "-d", table(60), "-o", out, "--optimizer", "sgd", "--learning-rate", "1e38");
        assertEquals(1, failed.code(), failed.out() + failed.err());
        assertTrue(failed.out().contains("the loss is no longer a number, at epoch 1, batch"), failed.out());
        assertFalse(Files.exists(out));
    }
}
