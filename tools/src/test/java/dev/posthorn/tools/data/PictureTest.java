package dev.posthorn.tools.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.posthorn.data.Picture;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Port;
import dev.posthorn.numpy.Npz;
import dev.posthorn.tools.InputException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Pictures of every kind against {@code keras.utils.load_img} ({@code make.py}). */
class PictureTest {
    private static Path file(String name) throws URISyntaxException {
        return Path.of(PictureTest.class.getResource(name).toURI());
    }

    @Test
    void loadsWhatKerasLoads() throws IOException, URISyntaxException {
        Map<String, Tensor> all = Npz.read(file("loaded.npz"));
        assertEquals(66, all.size());
        for (Map.Entry<String, Tensor> e : all.entrySet()) {
            String[] key = e.getKey().split("/");
            int channels = Map.of("grayscale", 1, "rgb", 3, "rgba", 4).get(key[1]);
            Picture p = Picture.read(file(key[0]), channels);
            if (key.length == 4) {
                int h = Integer.parseInt(key[3].split("x")[0]);
                int w = Integer.parseInt(key[3].split("x")[1]);
                p = key[2].equals("nearest") ? p.nearest(h, w) : p.bilinear(h, w);
            }
            assertEquals(e.getValue().shape(), Shape.of(p.height(), p.width(), p.channels()), e.getKey());
            int allowed = key[0].endsWith(".jpg") ? 2 : 0; // decoders may round differently
            for (int i = 0; i < p.values().length; i++) {
                assertEquals(e.getValue().getLong(i), p.values()[i], allowed, e.getKey() + " at " + i);
            }
        }
    }

    @Test
    void becomesABatchOfTheInputsAxes() throws IOException, URISyntaxException {
        List<Path> two = List.of(file("rgb.png"), file("grey.png"));
        Pictures as = new Pictures(Pictures.Resize.REFUSE, 1 / 255.0, -1);
        Tensor last = as.batch(two, new Port("x", TensorType.f32(-1, 5, 7, 3)));
        Tensor first = as.batch(two, new Port("x", TensorType.f32(-1, 3, -1, -1)));
        Tensor grey = as.batch(two, new Port("x", TensorType.f32(-1, 5, 7)));
        assertEquals(Shape.of(2, 5, 7, 3), last.shape());
        assertEquals(Shape.of(2, 3, 5, 7), first.shape());
        assertEquals(Shape.of(2, 5, 7), grey.shape());
        Tensor values = Npz.read(file("loaded.npz")).get("rgb.png/rgb");
        for (int i = 0; i < values.size(); i++) {
            float expected = (float) (values.getLong(i) / 255.0 - 1);
            assertEquals(expected, last.floats()[i], 1e-6);
            assertEquals(expected, first.floats()[i % 3 * 35 + i / 3], 1e-6);
        }
    }

    @Test
    void saysBothSizes() throws URISyntaxException {
        List<Path> one = List.of(file("rgb.png"));
        Pictures strict = new Pictures(Pictures.Resize.REFUSE, 1, 0);
        Port port = new Port("x", TensorType.f32(-1, 28, 20, 3));
        String message = assertThrows(InputException.class, () -> strict.batch(one, port))
                .getMessage();
        assertTrue(message.contains("20×28") && message.contains("7×5") && message.contains("--resize"), message);
        Port two = new Port("x", TensorType.f32(-1, 5, 7, 2));
        assertThrows(InputException.class, () -> strict.batch(one, two));
        Port vector = new Port("x", TensorType.f32(-1, 5));
        assertThrows(InputException.class, () -> strict.batch(one, vector));
        Path deep = file("grey16.png");
        assertThrows(ModelFormatException.class, () -> Picture.read(deep, 1));
    }
}
