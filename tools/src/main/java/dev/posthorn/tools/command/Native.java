package dev.posthorn.tools.command;

import dev.posthorn.session.TensorFlowBackend;
import dev.posthorn.tools.InputException;
import dev.posthorn.tools.Posthorn;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code posthorn native}: TensorFlow's library for {@code --backend tensorflow}. */
@Command(
        name = "native",
        header = "Fetches TensorFlow's own library, for --backend tensorflow.",
        description = {
            "Copies org.tensorflow:tensorflow-core-native, through Maven, beside posthorn.jar, where the launcher finds it: 160 MB"
                    + " for a CPU; with --gpu 530 MB, which needs an NVIDIA driver, CUDA 12.5 and cuDNN 9.3.",
            "Nothing else of Posthorn needs it. Exit code 0: it is there; 2: it is not."
        })
public final class Native implements Callable<Integer> {
    private static final String ARTIFACT = TensorFlowBackend.LIBRARY + ":jar:";

    @Spec
    private CommandSpec spec;

    @Option(names = "--gpu", description = "The library that computes on GPUs of NVIDIA too (Linux, x86-64).")
    private boolean gpu;

    @Option(
            names = "--platform",
            paramLabel = "NAME",
            description = "Another platform than this one: linux-x86_64, linux-arm64 or macosx-arm64.")
    private String platform;

    @Override
    public Integer call() throws IOException {
        String classifier = (platform == null ? platform() : platform) + (gpu ? "-gpu" : "");
        if (!List.of("linux-x86_64", "linux-x86_64-gpu", "linux-arm64", "macosx-arm64")
                .contains(classifier)) {
            throw new InputException("native: expected a platform that TensorFlow's library for Java exists for"
                    + " (linux-x86_64, also with --gpu; linux-arm64; macosx-arm64) but was " + classifier);
        }
        Path to = folder();
        PrintWriter out = spec.commandLine().getOut();
        out.println("fetching " + ARTIFACT + classifier);
        out.flush();
        boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows");
        List<String> command = List.of(
                windows ? "mvn.cmd" : "mvn",
                "-B",
                "-ntp",
                "-q",
                "dependency:copy",
                "-Dartifact=" + ARTIFACT + classifier,
                "-DoutputDirectory=" + to);
        run(command);
        out.println("TensorFlow's library is in " + to + "; --backend tensorflow uses it");
        return Posthorn.RIGHT;
    }

    /** Beside the jar that this class is in. */
    private static Path folder() throws IOException {
        try {
            Path jar = Path.of(Native.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return Files.createDirectories(jar.resolveSibling("native"));
        } catch (URISyntaxException e) {
            throw new IOException("native: expected the folder of Posthorn but was an address that is none", e);
        }
    }

    private static void run(List<String> command) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new InputException("native: expected Maven (mvn) on the PATH but was none: " + e.getMessage());
        }
        try {
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new InputException("native: expected that Maven fetches the library but was: "
                        + said.lines()
                                .filter(l -> l.contains("ERROR"))
                                .findFirst()
                                .orElse(said.strip()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InputException("native: expected to end but was interrupted");
        } finally {
            process.destroy();
        }
    }

    /** As TensorFlow's artifacts name it. */
    private static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch");
        String system = os.contains("linux") ? "linux" : os.contains("mac") ? "macosx" : "windows";
        return system + "-" + (arch.equals("aarch64") ? "arm64" : arch.equals("amd64") ? "x86_64" : arch);
    }
}
