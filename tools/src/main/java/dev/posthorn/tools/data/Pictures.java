package dev.posthorn.tools.data;

import dev.posthorn.data.Picture;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.Port;
import dev.posthorn.tools.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * How pictures become a batch.
 *
 * @param resize what to do with a picture of another size than the input's
 * @param scale what a pixel value (0 to 255) is multiplied by
 * @param offset what is added then
 */
public record Pictures(Resize resize, double scale, double offset) {
    /** What to do with a picture of another size. */
    public enum Resize {
        REFUSE,
        NEAREST,
        BILINEAR
    }

    static boolean isPicture(Path file) {
        return Picture.isOne(file);
    }

    /** The batch {@code [n×h×w×c]}, or as the input has its axes: {@code [n×c×h×w]}, {@code [n×h×w]}. */
    Tensor batch(List<Path> files, Port port) throws IOException {
        Shape shape = port.type().shape();
        if (!shape.isRanked() || shape.rank() < 3 || shape.rank() > 4) {
            throw new InputException("picture: expected an input of pictures [n×height×width×channels] but was "
                    + port.type() + ", at input '" + port.name() + "'");
        }
        boolean grey = shape.rank() == 3;
        boolean first = !grey && !isChannels(shape.dim(3)) && isChannels(shape.dim(1));
        int channels = grey ? 1 : shape.dim(first ? 1 : 3) < 0 ? 3 : shape.dim(first ? 1 : 3);
        if (!isChannels(channels)) {
            throw new InputException("picture: expected an input of 1, 3 or 4 channels but was " + channels
                    + ", at input '" + port.name() + "' " + shape);
        }
        int h = shape.dim(first ? 2 : 1);
        int w = shape.dim(first ? 3 : 2);
        Tensor out = null;
        for (int i = 0; i < files.size(); i++) {
            Picture p = sized(Picture.read(files.get(i), channels), h, w, files.get(i));
            h = p.height();
            w = p.width();
            if (out == null) {
                int n = files.size();
                out = Tensor.zeros(new TensorType(
                        port.type().dtype(),
                        grey ? Shape.of(n, h, w) : first ? Shape.of(n, channels, h, w) : Shape.of(n, h, w, channels)));
            }
            store(p, first, i, out);
        }
        return out;
    }

    private static boolean isChannels(int dim) {
        return dim == 1 || dim == 3 || dim == 4;
    }

    private Picture sized(Picture p, int h, int w, Path file) {
        int toH = h < 0 ? p.height() : h;
        int toW = w < 0 ? p.width() : w;
        if (p.height() == toH && p.width() == toW) {
            return p;
        }
        return switch (resize) {
            case REFUSE ->
                throw new InputException("picture: expected " + toW + "×" + toH + " pixels (width×height) but was "
                        + p.width() + "×" + p.height() + ", at " + file + " (--resize scales it)");
            case NEAREST -> p.nearest(toH, toW);
            case BILINEAR -> p.bilinear(toH, toW);
        };
    }

    private void store(Picture p, boolean channelsFirst, int index, Tensor out) {
        int[] v = p.values();
        int c = p.channels();
        int plane = p.height() * p.width();
        for (int i = 0; i < v.length; i++) {
            int at = channelsFirst ? i % c * plane + i / c : i;
            out.setDouble(index * v.length + at, v[i] * scale + offset);
        }
    }
}
