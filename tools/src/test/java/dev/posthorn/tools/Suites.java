package dev.posthorn.tools;

import dev.posthorn.golden.Case;
import dev.posthorn.golden.ModelFile;
import dev.posthorn.golden.Verdict;
import dev.posthorn.tools.verify.Cases;
import dev.posthorn.tools.verify.Component;
import dev.posthorn.tools.verify.Verification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The committed cases, and what becomes of their model files on a backend. */
final class Suites {
    static final Path CASES = Path.of("..", "testdata", "cases");
    static final Path UNPACKED = Path.of("target", "cases");

    private Suites() {}

    /** The folders of the cases of an archive, which is unpacked where it is newer. */
    static List<Path> cases(Path archive) throws IOException {
        try (Cases cases = new Cases()) {
            return cases.find(folder(archive));
        }
    }

    private static Path folder(Path archive) throws IOException {
        Path folder = UNPACKED.resolve(archive.getFileName().toString().replace(".zip", ""));
        Path complete = folder.resolve("complete");
        if (!Files.exists(complete)
                || Files.getLastModifiedTime(complete).compareTo(Files.getLastModifiedTime(archive)) < 0) {
            Cases.unpack(archive, folder.toAbsolutePath());
            Files.writeString(complete, "");
        }
        return folder;
    }

    /** The verdicts on the model files of an archive's cases that are chosen, by their paths; several cases at once or not. */
    static Map<String, Verdict> verify(Path archive, String backend, Predicate<Path> chosen, boolean parallel)
            throws IOException {
        Path folder = folder(archive);
        Map<String, Verdict> verdicts = new ConcurrentSkipListMap<>();
        Stream<Path> cases = cases(archive).stream().filter(chosen);
        (parallel ? cases.parallel() : cases).forEach(f -> verify(folder, f, backend, verdicts));
        return verdicts;
    }

    private static void verify(Path folder, Path of, String backend, Map<String, Verdict> verdicts) {
        try {
            Case c = Case.read(of);
            Verification verification = new Verification(backend, CustomCases.of(c.id()));
            List<ModelFile> all = Component.isOne(of) ? List.of(new ModelFile(of, "component")) : c.models();
            for (ModelFile file : all) {
                String path = folder.relativize(file.path()).toString().replace('\\', '/');
                for (Verdict v : verification.verify(c, file)) {
                    verdicts.put(path + (v.what().equals(Verdict.OUTPUTS) ? "" : " " + v.what()), v);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
