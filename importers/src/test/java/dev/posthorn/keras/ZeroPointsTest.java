package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Model;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.weights.StoredWeight;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Zero points of GPTQ, which Keras leaves out of its archives and holds in its {@code .h5}. */
class ZeroPointsTest {
    private static final String ID = "models/formats/quantized_gptq_8";
    private static final String ZERO = "dense/kernel_zero";

    @TempDir
    private Path folder;

    @Test
    void anArchiveIsSavedWithoutThemAsItWas() throws IOException {
        Path archive = unpacked().file(ID, "model.keras");
        Path copy = folder.resolve("copy.keras");
        try (Model m = Model.load(archive)) {
            assertArrayEquals(new double[] {128}, some(m));
            m.save(copy);
        }
        assertEquals(names(archive), names(copy));
    }

    @Test
    void theyAreSavedWhereTheFileHeldThemOrTheyAreOthersSince() throws IOException {
        CaseArchive cases = unpacked();
        Path copy = folder.resolve("copy.keras");
        try (Model m = Model.load(cases.file(ID, "model.h5"))) {
            m.save(copy);
        }
        assertFalse(names(cases.file(ID, "model.keras")).containsAll(names(copy)));
        Path changed = folder.resolve("changed.keras");
        try (Model m = Model.load(cases.file(ID, "model.keras"))) {
            Tensor zero = Tensor.zeros(m.variables().get(ZERO).type());
            zero.setLong(0, 127);
            m.variables().set(Map.of(ZERO, zero));
            m.save(changed);
        }
        assertTrue(names(changed).size() > names(cases.file(ID, "model.keras")).size());
        try (Model m = Model.load(changed)) {
            assertEquals(127, m.variables().get(ZERO).getLong(0));
        }
    }

    @Test
    void whereTheyCannotBeKnownTheFileIsRefused() throws IOException {
        String id = "models/formats/quantized_awq";
        CaseArchive cases = new CaseArchive(folder);
        cases.unpack("models.zip", id::equals);
        String message = assertThrows(ModelFormatException.class, () -> Model.load(cases.file(id, "model.keras")))
                .getMessage();
        assertTrue(message.contains("dense/kernel_zero [7×1] but was absent (Keras 3.15 leaves"), message);
    }

    private CaseArchive unpacked() throws IOException {
        CaseArchive cases = new CaseArchive(folder);
        cases.unpack("models.zip", ID::equals);
        return cases;
    }

    private static double[] some(Model m) {
        return new double[] {m.variables().get(ZERO).getDouble(0)};
    }

    private static Set<String> names(Path file) throws IOException {
        try (WeightsFile weights = WeightsFile.open(file)) {
            return weights.weights().stream().map(StoredWeight::name).collect(Collectors.toSet());
        }
    }
}
