package dev.posthorn.tools.command;

import dev.posthorn.golden.Golden;
import dev.posthorn.tools.Posthorn;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code posthorn capture-script}: what Python needs to record golden values. */
@Command(
        name = "capture-script",
        header = "Prints posthorn_capture.py, which records in Python what a model computes.",
        description = {
            "posthorn capture-script > posthorn_capture.py; then, in Python: from posthorn_capture import capture;"
                    + " capture(model, inputs, 'golden/'). It needs NumPy and the model's Keras or TensorFlow.",
            "posthorn verify --model MODEL --golden golden/ repeats it."
        })
public final class CaptureScript implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        try (InputStream in = Golden.class.getResourceAsStream("posthorn_capture.py")) {
            spec.commandLine().getOut().print(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        return Posthorn.RIGHT;
    }
}
