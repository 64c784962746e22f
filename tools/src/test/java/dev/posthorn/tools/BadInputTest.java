package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.numpy.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One clear line, exit code 2, nothing on standard output, no file left behind. */
class BadInputTest {
    private static final Path MODEL = Cli.DIGITS.resolve("digits.keras");

    @TempDir
    private static Path dir;

    @BeforeAll
    static void prepare() throws IOException {
        byte[] keras = Files.readAllBytes(MODEL);
        byte[] h5 = Files.readAllBytes(Cli.DIGITS.resolve("digits_keras3.h5"));
        Files.write(dir.resolve("empty.keras"), new byte[0]);
        Files.write(dir.resolve("empty.h5"), new byte[0]);
        Files.writeString(dir.resolve("text.h5"), "this is no model\n");
        Files.writeString(dir.resolve("text.keras"), "this is no model\n");
        Files.write(dir.resolve("cut.keras"), Arrays.copyOf(keras, keras.length / 2));
        Files.write(dir.resolve("cut.h5"), Arrays.copyOf(h5, h5.length / 2));
        byte[] corrupt = keras.clone();
        Arrays.fill(corrupt, 200, keras.length - 2000, (byte) 0x55);
        Files.write(dir.resolve("corrupt.keras"), corrupt);
        Files.write(dir.resolve("not_a_zip.zip"), new byte[100]);
        Files.createDirectory(dir.resolve("directory"));
        Npy.write(dir.resolve("x.npy"), Tensor.zeros(TensorType.f32(2, 28, 28, 1)));
        Npy.write(dir.resolve("narrow.npy"), Tensor.zeros(TensorType.f32(2, 28, 27, 1)));
        Npy.write(dir.resolve("flat.npy"), Tensor.zeros(TensorType.f32(28, 28)));
        Npy.write(dir.resolve("text.npy"), Tensor.of(Shape.of(1, 28, 28, 1), filled(784)));
        Npy.write(dir.resolve("no_rows.npy"), Tensor.zeros(TensorType.f32(0, 28, 28, 1)));
        Files.writeString(dir.resolve("ragged.json"), "[[1, 2], [3]]");
        Files.writeString(dir.resolve("broken.json"), "[[1, 2");
        Files.writeString(dir.resolve("null.json"), "[null]");
        Files.writeString(dir.resolve("ragged.csv"), "1,2\n3\n");
        Files.writeString(dir.resolve("words.csv"), "1,2\n3,x\n");
        Files.writeString(dir.resolve("short.csv"), "1,2\n3,4\n");
        Files.writeString(dir.resolve("text.png"), "no picture");
        Files.writeString(dir.resolve("other.xyz"), "?");
        Files.createDirectory(dir.resolve("case"));
        Files.writeString(dir.resolve("case/case.json"), "{\"files\": [");
    }

    private static String[] filled(int n) {
        String[] s = new String[n];
        Arrays.fill(s, "a");
        return s;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "inspect",
                "inspect a b",
                "inspect --unknown x",
                "nonsense",
                "inspect none.keras",
                "inspect directory",
                "inspect empty.keras",
                "inspect empty.h5",
                "inspect text.h5",
                "inspect text.keras",
                "inspect cut.keras",
                "inspect cut.h5",
                "inspect other.xyz",
                "summary none.h5",
                "summary empty.h5",
                "summary text.h5",
                "summary cut.h5",
                "summary cut.keras",
                "summary corrupt.keras",
                "summary directory",
                "summary MODEL --line-length 5",
                "summary MODEL --line-length x",
                "summary MODEL --backend none",
                "predict",
                "predict MODEL",
                "predict none.keras -i x.npy",
                "predict cut.h5 -i x.npy",
                "predict corrupt.keras -i x.npy",
                "predict MODEL -i none.npy",
                "predict MODEL -i directory",
                "predict MODEL -i other.xyz",
                "predict MODEL -i x.npy x.npy",
                "predict MODEL -i other=x.npy",
                "predict MODEL -i narrow.npy",
                "predict MODEL -i flat.npy",
                "predict MODEL -i text.npy",
                "predict MODEL -i ragged.json",
                "predict MODEL -i broken.json",
                "predict MODEL -i null.json",
                "predict MODEL -i ragged.csv",
                "predict MODEL -i words.csv",
                "predict MODEL -i short.csv",
                "predict MODEL -i text.png",
                "predict MODEL -i none.png",
                "predict MODEL -i x.npy -o none/y.npy",
                "predict MODEL -i x.npy -o directory",
                "predict MODEL -i x.npy -o y.xyz",
                "predict MODEL -i x.npy --signature none",
                "predict MODEL -i x.npy --backend none",
                "predict MODEL -i x.npy --batch-size -1",
                "predict MODEL -i x.npy --batch-size many",
                "predict MODEL -i x.npy --scale 1/0",
                "predict MODEL -i x.npy --scale a",
                "predict MODEL -i x.npy --resize=cubic",
                "predict MODEL -i x.npy --labels none.txt",
                "verify",
                "verify none",
                "verify directory",
                "verify other.xyz",
                "verify not_a_zip.zip",
                "verify case",
                "verify --model MODEL",
                "verify --model MODEL --expected none.npz",
                "verify --model MODEL --expected x.npy",
                "verify DIGITS --rtol -1",
                "verify DIGITS --backend none",
                "verify DIGITS --format none"
            })
    void isOneClearLine(String words) {
        List<Object> args = new ArrayList<>();
        for (String w : words.split(" ")) {
            Path file = dir.resolve(w.replaceAll("^\\w+=", ""));
            args.add(
                    w.equals("MODEL")
                            ? MODEL
                            : w.equals("DIGITS")
                                    ? Cli.DIGITS
                                    : Files.exists(file) || w.startsWith("none") && w.length() > 4 || w.endsWith(".xyz")
                                            ? w.substring(0, w.indexOf('=') + 1) + file
                                            : w);
        }
        Cli cli = Cli.run(args.toArray());
        assertEquals(2, cli.code(), cli.out() + cli.err());
        assertEquals("", cli.out());
        assertEquals(1, cli.err().lines().count(), cli.err());
        assertTrue(cli.err().startsWith("posthorn"), cli.err());
        assertFalse(cli.err().contains("internal error") || cli.err().contains("null,"), cli.err());
        assertTrue(cli.err().length() < 500, cli.err());
        String[] hidden = dir.toFile().list((d, name) -> name.startsWith(".") || name.startsWith("y."));
        assertEquals(0, hidden.length, () -> Arrays.toString(hidden));
    }

    @Test
    void debugShowsWhere() {
        assertTrue(Cli.run("inspect", dir.resolve("text.h5"), "--debug").err().contains("\tat dev.posthorn."));
        assertTrue(Cli.run("inspect", "--unknown", "--debug").err().contains("\tat "));
    }

    @Test
    void helpAndVersionAreNoErrors() {
        for (String command : List.of("inspect", "summary", "predict", "verify")) {
            Cli cli = Cli.run(command, "--help");
            assertEquals(0, cli.code());
            assertTrue(cli.out().contains("Usage: posthorn " + command), cli.out());
        }
        assertEquals(0, Cli.run("--help").code());
        assertTrue(Cli.run("--version").out().startsWith("posthorn "));
        assertEquals(2, Cli.run().code());
    }

    @Test
    void noRowsGiveNoRows() throws IOException {
        Cli cli = Cli.run("predict", MODEL, "-i", dir.resolve("no_rows.npy"), "-o", dir.resolve("none_out.npy"));
        assertEquals(2, cli.code());
        assertTrue(cli.err().contains("expected at least one row"), cli.err());
    }
}
