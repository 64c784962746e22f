package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Comparison;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Tolerance;
import dev.posthorn.model.Model;
import dev.posthorn.numpy.Npz;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of Keras 2 beside the archives, see keras2.py: layers on cuDNN, and TensorFlow functions as layers. */
class Keras2FilesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"cudnn, reference", "cudnn, java", "functions, reference", "functions, java"})
    void outputsAreThoseOfKeras2(String name, String backend) throws IOException {
        try (Model model = Model.load(unpacked(name + ".h5"), backend);
                Npz npz = Npz.open(unpacked(name + ".npz"))) {
            List<Tensor> inputs = new ArrayList<>();
            while (npz.names().contains("in." + inputs.size())) {
                inputs.add(npz.get("in." + inputs.size()));
            }
            List<Tensor> was = model.predict(inputs);
            for (int i = 0; i < was.size(); i++) {
                verify(npz.get("out." + i), was.get(i), name + " output " + i);
            }
        }
    }

    private static void verify(Tensor expected, Tensor was, String what) {
        Comparison c = Comparison.of(expected, was, Tolerance.DEFAULT);
        assertTrue(c.passed(), () -> what + ": " + c);
    }

    private Path unpacked(String resource) throws IOException {
        try (InputStream in = Keras2FilesTest.class.getResourceAsStream(resource)) {
            Path file = folder.resolve(resource);
            Files.copy(in, file);
            return file;
        }
    }
}
