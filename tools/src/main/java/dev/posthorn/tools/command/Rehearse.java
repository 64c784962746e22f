package dev.posthorn.tools.command;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.numpy.NpyWriter;
import dev.posthorn.tools.Posthorn;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the launcher runs once, for an archive of the classes that commands need: everyday calls, whose output nobody sees. */
@Command(name = "rehearse", hidden = true, header = "Runs everyday commands on a model of pictures, in each format.")
public final class Rehearse implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", description = "Models of pictures of 28×28 grey values.")
    private List<Path> models = List.of();

    @Option(names = "--picture", required = true, paramLabel = "FILE", description = "A picture for them.")
    private Path picture;

    @Override
    public Integer call() throws IOException {
        Path folder = Files.createTempDirectory("posthorn");
        try {
            Path array = folder.resolve("x.npy");
            try (NpyWriter out = new NpyWriter(array)) {
                out.append(Tensor.of(Shape.of(1, 28, 28, 1), new float[28 * 28]));
                out.finish();
            }
            for (Path model : models) {
                run("predict", model.toString(), "--input", picture.toString(), "--scale", "1/255");
                for (String name : List.of(".h5", ".keras", "")) {
                    String file = folder.resolve(model.getFileName() + name).toString();
                    String result = folder.resolve("y.npy").toString();
                    run("convert", model.toString(), file);
                    run("inspect", file);
                    run("predict", file, "--input", array.toString(), "-o", result);
                    run("predict", file, "--input", array.toString());
                }
                run("bench", model.toString(), "--seconds", "0.001");
            }
        } finally {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(p);
                }
            }
        }
        return Posthorn.RIGHT;
    }

    private static void run(String... args) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Posthorn.run(args, nowhere, nowhere);
    }
}
