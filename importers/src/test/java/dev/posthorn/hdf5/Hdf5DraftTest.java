package dev.posthorn.hdf5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import io.jhdf.HdfFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What is written is read again: by our own reader, and by jHDF. Real h5py reads it in testdata/interop.sh. */
class Hdf5DraftTest {
    private static final List<DType> TYPES = List.of(
            DType.FLOAT16,
            DType.BFLOAT16,
            DType.FLOAT32,
            DType.FLOAT64,
            DType.INT8,
            DType.INT16,
            DType.INT32,
            DType.INT64,
            DType.UINT8,
            DType.UINT16,
            DType.UINT32,
            DType.UINT64,
            DType.BOOL);

    private static byte[] written(Consumer<DraftGroup> make) {
        Hdf5Draft draft = new Hdf5Draft();
        make.accept(draft.root());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            draft.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertEquals(draft.size(), out.size(), "the layout says the size");
        return out.toByteArray();
    }

    private static Hdf5File read(byte[] bytes) {
        return Hdf5File.open("draft", ByteBuffer.wrap(bytes));
    }

    private static Tensor sample(DType dtype, int... dims) {
        Tensor t = Tensor.zeros(TensorType.of(dtype, dims));
        for (int i = 0; i < t.size(); i++) {
            t.setDouble(i, dtype == DType.BOOL ? i % 3 % 2 : dtype.isFloating() ? (i - 3) / 4.0 : i % 100);
        }
        return t;
    }

    private static void assertSame(Tensor expected, Tensor was, String what) {
        assertEquals(expected.type(), was.type(), what);
        for (int i = 0; i < Array.getLength(expected.data()); i++) {
            assertEquals(Array.get(expected.data(), i), Array.get(was.data(), i), what + "[" + i + "]");
        }
    }

    @Test
    void everyTypeInEveryShape() {
        List<int[]> shapes =
                List.of(new int[0], new int[] {0}, new int[] {7}, new int[] {3, 0, 2}, new int[] {5, 3, 41});
        byte[] file = written(root -> {
            for (DType t : TYPES) {
                for (int i = 0; i < shapes.size(); i++) {
                    DraftDataset d = root.dataset("numbers/" + t.keras() + "/" + i, sample(t, shapes.get(i)));
                    d.attribute("dtype", t.keras());
                    if (shapes.get(i).length < 2) {
                        d.attribute("value", sample(t == DType.BFLOAT16 ? DType.FLOAT32 : t, shapes.get(i)));
                    }
                }
            }
        });
        Hdf5File read = read(file);
        for (DType t : TYPES) {
            for (int i = 0; i < shapes.size(); i++) {
                Hdf5Dataset d = read.root().dataset("numbers/" + t.keras() + "/" + i);
                assertSame(sample(t, shapes.get(i)), d.read(), d.path());
                if (shapes.get(i).length < 2 && t != DType.BFLOAT16) {
                    assertSame(
                            sample(t, shapes.get(i)), d.attribute("value").get().read(), d.path() + "@value");
                }
            }
        }
    }

    @Test
    void piecesOfLargeDatasetsAreInOrder() {
        Tensor large = Tensor.zeros(TensorType.of(DType.INT32, 700, 1001));
        for (int i = 0; i < large.size(); i++) {
            large.ints()[i] = i;
        }
        byte[] first = written(root -> root.dataset("a/b", large));
        assertArrayEquals(large.ints(), read(first).root().dataset("a/b").ints());
        byte[] copied = written(root -> root.dataset("a/b", read(first).root().dataset("a/b")));
        assertArrayEquals(first, copied, "a dataset copied from another file");
    }

    @Test
    void stringsOfEveryKind() {
        String longText = "ü".repeat(150_000);
        List<String> few = List.of("dense", "", "größe/1", "層");
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            many.add("a_layer_with_a_long_name_" + i);
        }
        byte[] file = written(root -> {
            root.attribute("model_config", longText);
            root.attribute("empty", "");
            root.attribute("layer_names", few);
            root.attribute("none", List.of());
            root.group("many").attribute("layer_names", many);
            root.dataset("texts", Tensor.of(Shape.of(4), few.toArray(String[]::new)));
        });
        Hdf5Group root = read(file).root();
        assertEquals(longText, root.string("model_config").get());
        assertEquals("", root.string("empty").get());
        assertEquals(few, root.strings("layer_names").get());
        assertEquals(List.of(), root.strings("none").get());
        assertEquals(DType.FLOAT64, root.attribute("none").get().dtype(), "as h5py writes an empty list");
        assertEquals(many, root.group("many").strings("layer_names").get());
        assertTrue(root.group("many").attributes().containsKey("layer_names2"), "split as Keras splits");
        assertEquals("層", root.dataset("texts").read().getString(3));
        byte[] copied = written(g -> root.attributes().values().forEach(g::attribute));
        assertEquals(few, read(copied).root().strings("layer_names").get());
        assertEquals(longText, read(copied).root().string("model_config").get());
    }

    @Test
    void tenThousandGroups() {
        byte[] file = written(root -> {
            for (int i = 0; i < 10_000; i++) {
                DraftGroup vars = root.group("layers/dense_" + i + "/vars");
                vars.attribute("name", "dense_" + i);
                vars.dataset("0", Tensor.of(Shape.of(1), new int[] {i}));
            }
        });
        Hdf5Group layers = read(file).root().group("layers");
        assertEquals(10_000, layers.names().size());
        assertEquals(9_876, layers.dataset("dense_9876/vars/0").ints()[0]);
    }

    @Test
    void jhdfReadsTheSame() throws IOException {
        Tensor kernel = sample(DType.FLOAT32, 5, 7);
        byte[] file = written(root -> {
            root.attribute("keras_version", "3.15.1");
            root.group("model_weights").attribute("layer_names", List.of("dense", "größe"));
            root.dataset("model_weights/dense/kernel", kernel);
            root.dataset("model_weights/dense/step", Tensor.of(Shape.SCALAR, new long[] {41}));
            root.group("model_weights/empty");
        });
        try (HdfFile hdf = HdfFile.fromBytes(file)) {
            assertEquals("3.15.1", hdf.getAttribute("keras_version").getData());
            assertArrayEquals(new String[] {"dense", "größe"}, (String[])
                    hdf.getByPath("model_weights").getAttribute("layer_names").getData());
            assertArrayEquals(kernel.floats(), (float[])
                    hdf.getDatasetByPath("model_weights/dense/kernel").getDataFlat());
            assertEquals(41L, hdf.getDatasetByPath("model_weights/dense/step").getData());
            assertTrue(hdf.getByPath("model_weights/empty").isGroup());
        }
    }

    /** Types that this room does not read, and where addresses lie in elements. */
    @Test
    void whatIsNotUnderstoodIsCopied() {
        List<String> names = List.of("float8", "float24", "opaque", "compound", "complex", "sequence", "array");
        try (Hdf5File file = Fixture.open("refused")) {
            byte[] once = written(root -> {
                names.forEach(name -> root.dataset(name, file.root().dataset(name)));
                root.attribute(file.root().attribute("compound").orElseThrow());
                root.link("again", "/float8");
            });
            try (Hdf5File copy = read(once)) {
                for (String name : names) {
                    Hdf5Dataset was = file.root().dataset(name);
                    Hdf5Dataset is = copy.root().dataset(name);
                    assertEquals(was.typeName(), is.typeName());
                    assertArrayEquals(was.shape(), is.shape());
                }
                assertEquals("/float8", copy.root().target("again").orElseThrow());
                assertEquals(
                        file.root()
                                .attribute("compound")
                                .orElseThrow()
                                .toString()
                                .replaceAll(".*@", ""),
                        copy.root()
                                .attribute("compound")
                                .orElseThrow()
                                .toString()
                                .replaceAll(".*@", ""));
                assertArrayEquals(once, written(root -> {
                    names.forEach(name -> root.dataset(name, copy.root().dataset(name)));
                    root.attribute(copy.root().attribute("compound").orElseThrow());
                    root.link("again", "/float8");
                }));
            }
            ModelFormatException e = assertThrows(
                    ModelFormatException.class,
                    () -> written(root -> root.dataset("r", file.root().dataset("reference"))));
            assertTrue(e.getMessage().contains("without addresses of others"), e.getMessage());
        }
    }

    @Test
    void whatCannotStandTogetherIsRefused() {
        DraftGroup root = new Hdf5Draft().root();
        root.dataset("a", Tensor.of(Shape.of(1), 1f));
        root.attribute("x", "y");
        assertThrows(IllegalArgumentException.class, () -> root.group("a/b"));
        assertThrows(IllegalArgumentException.class, () -> root.dataset("a", Tensor.of(Shape.of(1), 1f)));
        assertThrows(IllegalArgumentException.class, () -> root.attribute("x", "z"));
        assertThrows(
                IllegalArgumentException.class,
                () -> root.attribute("wide", sample(DType.FLOAT64, 9000)),
                "over 64 KB");
        assertThrows(IllegalArgumentException.class, () -> root.attribute("names", List.of("n".repeat(70_000))));
    }
}
