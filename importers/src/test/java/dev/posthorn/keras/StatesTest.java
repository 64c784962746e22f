package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.ShapeException;
import dev.posthorn.numpy.Npz;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Stateful layers keep the states of the call before, as Keras keeps them. */
class StatesTest {
    @TempDir
    static Path folder;

    @TestFactory
    List<DynamicTest> states() throws IOException {
        CaseArchive archive = new CaseArchive(folder);
        List<String> ids = archive.unpack("layers.zip", id -> id.endsWith("/stateful"));
        return ids.stream()
                .map(id -> DynamicTest.dynamicTest(id, () -> verify(archive, id)))
                .toList();
    }

    private static void verify(CaseArchive archive, String id) throws IOException {
        try (Model model = Model.load(archive.file(id, "model.keras"), "reference");
                Npz npz = Npz.open(archive.file(id, "expected.npz"))) {
            for (int batch = 0; batch < 2; batch++) {
                model.predict(List.of(npz.get("b" + batch + ".in.0")));
                for (String name : npz.names()) {
                    String prefix = "b" + batch + ".state.";
                    boolean outer = name.startsWith(prefix + "bidirectional."); // those of its layers once more
                    if (name.startsWith(prefix) && !outer) {
                        int dot = name.lastIndexOf('.');
                        String number = name.substring(dot + 1);
                        String key = name.substring(prefix.length(), dot) + "/rnn_state"
                                + (number.equals("0") ? "" : "_" + number);
                        close(npz.get(name), model.variables().get(key), id + " " + name);
                    }
                }
            }
        }
    }

    private static void close(Tensor expected, Tensor was, String what) {
        assertEquals(expected.type(), was.type(), what);
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.getDouble(i), was.getDouble(i), 1e-5, what + " element " + i);
        }
    }

    @Test
    void anotherBatchSizeIsAnError(@TempDir Path own) throws IOException {
        CaseArchive archive = new CaseArchive(own);
        String id = archive.unpack("layers.zip", s -> s.equals("layers/lstm/stateful"))
                .get(0);
        try (Model model = Model.load(archive.file(id, "model.keras"), "reference");
                Npz npz = Npz.open(archive.file(id, "expected.npz"))) {
            Tensor two = npz.get("b0.in.0");
            Tensor one = Tensor.zeros(two.type().withShape(two.shape().with(0, 1)));
            assertThrows(ShapeException.class, () -> model.predict(List.of(one)));
        }
    }
}
