package dev.posthorn.junit;

import dev.posthorn.golden.Case;
import dev.posthorn.golden.ModelFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/** Where golden values and models are: files, or resources, of which those in a jar are unpacked until {@link #close}. */
final class Places implements AutoCloseable {
    /** What a folder of golden values or a model that is a folder holds. */
    private static final List<String> INSIDE = List.of("", "/case.json", "/saved_model.pb", "/config.json");

    private final List<Path> unpacked = new ArrayList<>();

    /** The file or folder of a name. */
    Path find(Class<?> test, String name) throws IOException {
        Path file = Path.of(name);
        if (Files.exists(file)) {
            return file;
        }
        for (String inside : INSIDE) { // archives need not say that they hold folders
            URL resource = test.getClassLoader().getResource(name + inside);
            resource = resource == null ? test.getResource(name + inside) : resource;
            if (resource != null) {
                return path(resource, inside);
            }
        }
        throw new ExtensionConfigurationException("golden: expected a file or a resource but was nothing, at '" + name
                + "', of " + test.getName() + " (files are searched below "
                + Path.of("").toAbsolutePath() + ")");
    }

    private Path path(URL resource, String inside) throws IOException {
        String all = resource.toString();
        URI uri = URI.create(all.substring(0, all.length() - inside.length()));
        return "jar".equals(uri.getScheme()) ? unpack(uri) : Path.of(uri);
    }

    private Path unpack(URI uri) throws IOException {
        String text = uri.toString();
        int at = text.indexOf("!/");
        Path folder = Files.createTempDirectory("golden");
        unpacked.add(folder);
        try (FileSystem jar = FileSystems.newFileSystem(Path.of(URI.create(text.substring(4, at))), Map.of())) {
            Path from = jar.getPath(text.substring(at + 1));
            Path to = folder.resolve(from.getFileName().toString());
            try (Stream<Path> all = Files.walk(from)) {
                for (Path p : all.toList()) {
                    Path copy = to.resolve(from.relativize(p).toString());
                    if (Files.isDirectory(p)) {
                        Files.createDirectories(copy);
                    } else {
                        Files.copy(p, copy);
                    }
                }
            }
            return to;
        }
    }

    /** The only model beside golden values. */
    Path modelIn(Path golden) throws IOException {
        List<Path> models =
                Case.read(golden).models().stream().map(ModelFile::path).toList();
        if (models.size() != 1) {
            throw new ExtensionConfigurationException(
                    "golden: expected one model beside the values, or model = \"...\", but was " + models + ", at "
                            + golden);
        }
        return models.get(0);
    }

    @Override
    public void close() {
        for (Path folder : unpacked) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(p);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        unpacked.clear();
    }
}
