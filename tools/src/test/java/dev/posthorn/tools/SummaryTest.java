package dev.posthorn.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What Keras printed ({@code summaries/make.py}), character for character. */
class SummaryTest {
    @TempDir
    private static Path dir;

    @TestFactory
    List<DynamicTest> printsWhatKerasPrints() throws IOException, URISyntaxException {
        Path folder = Path.of(SummaryTest.class.getResource("summaries").toURI());
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".txt")).sorted().toList()) {
                String id = file.getFileName().toString().replace(".txt", "").replace('.', '/');
                tests.add(DynamicTest.dynamicTest(id, () -> check(id, Files.readString(file))));
            }
        }
        assertFalse(tests.isEmpty());
        return tests;
    }

    private static void check(String id, String expected) throws IOException {
        Path model = Cli.unpack("models/" + id, dir).resolve("model.keras");
        for (String part : expected.split("(?m)^\\$ ", -1)) {
            if (!part.isEmpty()) {
                String options = part.substring(0, part.indexOf('\n')).strip();
                List<Object> args = new ArrayList<>(List.of("summary", model));
                args.addAll(options.isEmpty() ? List.of() : List.of(options.split(" ")));
                Cli cli = Cli.run(args.toArray());
                assertEquals("", cli.err());
                assertEquals(part.substring(part.indexOf('\n') + 1), cli.out(), options);
                assertEquals(0, cli.code());
            }
        }
    }
}
