package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Model;
import dev.posthorn.numpy.Npz;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code posthorn verify --baseline}: a retrained model against the old one. */
class DriftTest {
    private static final Path OLD = Cli.DIGITS.resolve("digits.keras");
    private static final int ROWS = 70;

    @TempDir
    static Path folder;

    static Path changed;
    static Path data;
    static Tensor before;
    static Tensor after;
    static Tensor labels;

    @BeforeAll
    static void change() throws Exception {
        changed = folder.resolve("changed.keras");
        data = folder.resolve("rows.npz");
        Random random = new Random(1);
        Tensor x = Tensor.zeros(TensorType.f32(ROWS, 28, 28, 1));
        int[] y = new int[ROWS];
        Tensor digits = Npz.read(Cli.DIGITS.resolve("handwriting.npz")).get("x");
        for (int i = 0; i < x.size(); i++) {
            x.setDouble(i, digits.getDouble(i) / 255);
        }
        for (int i = 0; i < ROWS; i++) {
            y[i] = random.nextInt(10);
        }
        labels = Tensor.of(Shape.of(ROWS), y);
        Npz.write(data, Map.of("x", x, "y", labels));
        try (Model m = Model.load(OLD)) {
            before = m.predict(x);
            String key = m.variables().list().get(0).key();
            Tensor w = m.variables().get(key);
            Tensor other = Tensor.zeros(w.type());
            for (int i = 0; i < w.size(); i++) {
                other.setDouble(i, w.getDouble(i) + 1.5 * random.nextGaussian());
            }
            m.variables().set(Map.of(key, other));
            after = m.predict(x);
            m.save(changed);
        }
    }

    private static int label(Tensor t, int row) {
        int best = 0;
        for (int i = 1; i < 10; i++) {
            best = t.getDouble(row * 10 + i) > t.getDouble(row * 10 + best) ? i : best;
        }
        return best;
    }

    /** Counted anew, by hand. */
    @Test
    void countsAreRight() throws Exception {
        double agreed = 0;
        double right = 0;
        double sum = 0;
        double most = 0;
        for (int r = 0; r < ROWS; r++) {
            agreed += label(before, r) == label(after, r) ? 1 : 0;
            right += label(after, r) == labels.getLong(r) ? 1 : 0;
        }
        for (int i = 0; i < before.size(); i++) {
            double d = Math.abs(before.getDouble(i) - after.getDouble(i));
            sum += d;
            most = Math.max(most, d);
        }
        assertTrue(agreed < ROWS);
        Cli r = Cli.run("verify", "--baseline", OLD, "--model", changed, "--data", data, "--json");
        assertEquals(Posthorn.RIGHT, r.code(), r::err);
        JsonNode json = new ObjectMapper().readTree(r.out());
        JsonNode o = json.get("outputs").get(0);
        assertEquals(ROWS, json.get("rows").asInt());
        assertEquals(agreed / ROWS, o.get("agreement").asDouble(), 1e-12);
        assertEquals(right / ROWS, o.get("accuracy_new").asDouble(), 1e-12);
        assertEquals(sum / before.size(), o.get("mean_difference").asDouble(), 1e-6);
        assertEquals(most, o.get("largest_difference").asDouble(), 1e-5);
        long moved = 0;
        for (JsonNode m : o.get("classes")) {
            moved += m.get("rows").asLong();
        }
        assertEquals(ROWS, moved);
        double last = Double.POSITIVE_INFINITY;
        for (JsonNode w : json.get("worst")) {
            assertTrue(w.get("difference").asDouble() <= last);
            last = w.get("difference").asDouble();
        }
    }

    @Test
    void limitsDecide() throws Exception {
        List<String> broken = List.of("--min-agreement", "1", "--max-mean-difference", "0.5");
        Object[] args = {
            "verify",
            "--baseline",
            OLD,
            "--model",
            changed,
            "--data",
            data,
            broken.get(0),
            broken.get(1),
            broken.get(2),
            broken.get(3),
            "--markdown",
            folder.resolve("d.md"),
            "--junit-xml",
            folder.resolve("d.xml"),
            "--report",
            folder.resolve("d.html")
        };
        Cli r = Cli.run(args);
        assertEquals(Posthorn.FAILED, r.code(), r::err);
        assertTrue(r.out().contains("FAIL agreement of ") && r.out().contains("PASS mean difference of "), r::out);
        assertTrue(Files.readString(folder.resolve("d.xml")).contains("tests=\"2\" failures=\"1\""));
        assertTrue(Files.readString(folder.resolve("d.md")).contains("**✕ 1 of 2 limits exceeded**"));
        assertTrue(Files.readString(folder.resolve("d.html")).contains("Rows that differ most"));
        r = Cli.run(
                "verify",
                "--baseline",
                OLD,
                "--model",
                OLD,
                "--data",
                data,
                "--min-agreement",
                "1",
                "--max-difference",
                "0",
                "--max-accuracy-drop",
                "0");
        assertEquals(Posthorn.RIGHT, r.code(), r::out);
    }

    @Test
    void numbersHaveErrors() {
        Cli r = Cli.run("verify", "--baseline", OLD, "--model", changed, "--data", data, "--task", "numbers");
        assertEquals(Posthorn.RIGHT, r.code(), r::err);
        assertTrue(r.out().contains("correlation") && r.out().contains("rms difference"), r::out);
    }

    @Test
    void whatCannotBeComparedIsRefused() {
        Cli r = Cli.run("verify", "--baseline", OLD, "--model", changed);
        assertEquals(Posthorn.UNUSABLE, r.code());
        assertTrue(r.err().contains("expected rows but was none, at --data"), r::err);
        r = Cli.run("verify", "--baseline", OLD, "--model", changed, "--data", data, "--max-error-growth", "0.1");
        assertEquals(Posthorn.UNUSABLE, r.code(), r::out);
        assertTrue(r.err().contains("at --max-error-growth"), r::err);
        r = Cli.run("verify", "--baseline", OLD, "--data", data);
        assertEquals(Posthorn.UNUSABLE, r.code(), r::out);
        assertTrue(r.err().contains("expected --baseline with --model and --data"), r::err);
    }
}
