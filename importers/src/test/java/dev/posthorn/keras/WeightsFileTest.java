package dev.posthorn.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.hdf5.Hdf5Draft;
import dev.posthorn.hdf5.Hdf5File;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.weights.StoredWeight;
import dev.posthorn.weights.WeightEdit;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights beside what is none: {@code foreign.h5} of {@code hdf5/make.py}. */
class WeightsFileTest {
    private static final String KERNEL = "layers/dense/vars/0";

    @TempDir
    private Path folder;

    private Path foreign() throws IOException {
        Path file = folder.resolve("foreign.weights.h5");
        try (InputStream in = new GZIPInputStream(getClass().getResourceAsStream("/hdf5/foreign.h5.gz"))) {
            Files.copy(in, file);
        }
        return file;
    }

    /** Every floating-point weight of these names as another type. */
    private static WeightEdit cast(DType to, String... names) {
        return new WeightEdit() {
            @Override
            public Optional<Tensor> value(StoredWeight w) throws IOException {
                return List.of(names).contains(w.name()) ? Optional.of(w.read().cast(to)) : Optional.empty();
            }
        };
    }

    @Test
    void recordsAreListedAndHaveNoElementType() throws IOException {
        try (WeightsFile file = WeightsFile.open(foreign())) {
            assertEquals(
                    List.of(
                            "alias/vars/0 float32 [2, 3] Optional[float32]",
                            "complex compound 8 [1] Optional.empty",
                            KERNEL + " float32 [2, 3] Optional[float32]",
                            "records compound 16 [2] Optional.empty",
                            "sequences variable-length sequence 16 [2] Optional.empty"),
                    file.weights().stream()
                            .map(w -> w.name() + " " + w.type() + " " + w.shape() + " " + w.dtype())
                            .toList());
        }
    }

    @Test
    void whatIsNoWeightStaysAsItIs() throws IOException {
        Path once = folder.resolve("once.weights.h5");
        Path twice = folder.resolve("twice.weights.h5");
        try (WeightsFile file = WeightsFile.open(foreign())) {
            file.save(once, cast(DType.FLOAT16, KERNEL));
        }
        try (WeightsFile file = WeightsFile.open(once)) {
            file.save(twice, cast(DType.FLOAT32, KERNEL));
        }
        try (Hdf5File file = Hdf5File.open(twice)) {
            assertEquals(Optional.of("/layers/dense/vars/0"), file.root().target("soft"));
            assertEquals(Optional.of("/nothing"), file.root().target("dangling"));
            assertEquals(Optional.empty(), file.root().target("alias"));
            Hdf5Dataset records = file.root().dataset("records");
            assertEquals("compound 16", records.typeName());
            assertEquals(32, records.bytesInFile());
            assertTrue(records.attribute("unit").isPresent());
            assertArrayEquals(
                    new float[] {0, 1, 2, 3, 4, 5}, file.root().dataset(KERNEL).floats());
        }
        byte[] bytes = Files.readAllBytes(twice);
        byte[] record = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 64, 'a', 'b', 0, 0, 3, 0, 0, 0};
        assertTrue(contains(bytes, record), "a record's bytes");
    }

    private static boolean contains(byte[] all, byte[] part) {
        for (int i = 0; i <= all.length - part.length; i++) {
            if (java.util.Arrays.equals(all, i, i + part.length, part, 0, part.length)) {
                return true;
            }
        }
        return false;
    }

    /** Keras 3.15's reader of .h5 has no way to take them: "setting an array element with a sequence". */
    @Test
    void h5HoldsNoBfloat16ThatKerasReads() throws IOException {
        Path h5 = folder.resolve("named.h5");
        Hdf5Draft draft = new Hdf5Draft();
        draft.root().dataset("model_weights/dense/kernel", Tensor.of(Shape.of(2), new float[] {1, 2}));
        try (OutputStream out = Files.newOutputStream(h5)) {
            draft.write(out);
        }
        byte[] before = Files.readAllBytes(h5);
        try (WeightsFile file = WeightsFile.open(h5)) {
            WeightEdit edit = cast(DType.BFLOAT16, "model_weights/dense/kernel");
            String message = assertThrows(UnsupportedModelException.class, () -> file.save(h5, edit))
                    .getMessage();
            assertTrue(message.contains("that Keras reads from .h5 but was bfloat16"), message);
        }
        assertArrayEquals(before, Files.readAllBytes(h5));
    }
}
