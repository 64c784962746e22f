package dev.posthorn.data;

import dev.posthorn.model.ModelFormatException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * A picture as {@code keras.utils.load_img} gives it: grey, RGB or RGBA, 0 to 255, {@code values[height × width × channels]}
 * row-major. Stored sample values are taken as they are, whatever colour profile goes with them.
 *
 * <p>Source: PIL/Image.py (convert), libImaging/Convert.c (grey from RGB), libImaging/Resample.c, Geometry.c (nearest).
 */
public record Picture(int height, int width, int channels, int[] values) {
    private static final long MOST_PIXELS = 1L << 28;
    private static final int PRECISION = 22;
    private static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg", ".gif", ".bmp");

    /** Whether a file's name says that it is a picture. */
    public static boolean isOne(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return ENDINGS.stream().anyMatch(name::endsWith);
    }

    /** Reads a file with 1, 3 or 4 channels. */
    public static Picture read(Path file, int channels) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        BufferedImage image = decode(file);
        int h = image.getHeight();
        int w = image.getWidth();
        int[] values = new int[h * w * channels];
        Raster raster = image.getRaster();
        boolean palette = image.getColorModel() instanceof IndexColorModel;
        int colours = image.getColorModel().getNumColorComponents();
        boolean alpha = image.getColorModel().hasAlpha();
        int shift = Math.max(0, raster.getSampleModel().getSampleSize(0) - 8);
        if (!palette && (colours == 1 ? shift > 0 : colours != 3)) {
            throw new ModelFormatException("picture: expected grey or RGB of 8 bits but was "
                    + (colours == 1 ? "grey of 16 bits" : colours + " colours") + ", at " + file);
        }
        int[] sample = new int[raster.getNumBands()];
        for (int y = 0, i = 0; y < h; y++) {
            for (int x = 0; x < w; x++, i += channels) {
                int argb = palette ? image.getRGB(x, y) : argb(raster.getPixel(x, y, sample), colours, alpha, shift);
                put(argb, values, i, channels);
            }
        }
        return new Picture(h, w, channels, values);
    }

    private static int argb(int[] sample, int colours, boolean alpha, int shift) {
        int a = alpha ? sample[colours] >> shift : 255;
        int r = sample[0] >> shift;
        return colours == 1
                ? a << 24 | r << 16 | r << 8 | r
                : a << 24 | r << 16 | sample[1] >> shift << 8 | sample[2] >> shift;
    }

    private static void put(int argb, int[] values, int i, int channels) {
        int r = argb >> 16 & 255;
        int g = argb >> 8 & 255;
        int b = argb & 255;
        if (channels == 1) {
            // (C1) as in PIL: ITU-R 601-2 in 16 bits, rounded
            values[i] = r == g && g == b ? r : r * 19595 + g * 38470 + b * 7471 + 0x8000 >> 16;
            return;
        }
        values[i] = r;
        values[i + 1] = g;
        values[i + 2] = b;
        if (channels == 4) {
            values[i + 3] = argb >>> 24;
        }
    }

    private static BufferedImage decode(Path file) throws IOException {
        ImageIO.setUseCache(false);
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            if (in == null) {
                throw new ModelFormatException("picture: expected a readable file but was none, at " + file);
            }
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new ModelFormatException(
                        "picture: expected PNG, JPEG, GIF or BMP but was something else, at " + file);
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
                if (pixels > MOST_PIXELS) {
                    throw new ModelFormatException(
                            "picture: expected at most " + MOST_PIXELS + " pixels but was " + pixels + ", at " + file);
                }
                return reader.read(0);
            } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException e) {
                throw new ModelFormatException(
                        "picture: expected a picture that can be decoded but was one that cannot (" + e.getMessage()
                                + "), at " + file,
                        e);
            } finally {
                reader.dispose();
            }
        }
    }

    /** The nearest pixel of each place. */
    public Picture nearest(int toHeight, int toWidth) {
        int[] out = new int[toHeight * toWidth * channels];
        for (int y = 0, i = 0; y < toHeight; y++) {
            int fromY = Math.min(height - 1, (int) ((y + 0.5) * ((double) height / toHeight)));
            for (int x = 0; x < toWidth; x++) {
                int fromX = Math.min(width - 1, (int) ((x + 0.5) * ((double) width / toWidth)));
                for (int c = 0; c < channels; c++) {
                    out[i++] = values[(fromY * width + fromX) * channels + c];
                }
            }
        }
        return new Picture(toHeight, toWidth, channels, out);
    }

    /** Linear interpolation; where the picture shrinks, over all pixels that a new one covers, as PIL does. */
    public Picture bilinear(int toHeight, int toWidth) {
        Picture wide = toWidth == width ? this : transposed().filtered(toWidth).transposed();
        return toHeight == height ? wide : wide.filtered(toHeight);
    }

    private Picture transposed() {
        int[] out = new int[values.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                System.arraycopy(values, (y * width + x) * channels, out, (x * height + y) * channels, channels);
            }
        }
        return new Picture(width, height, channels, out);
    }

    /** Resamples the height with a triangle filter in fixed point. */
    private Picture filtered(int toHeight) {
        double scale = (double) height / toHeight;
        double support = Math.max(scale, 1);
        int[] out = new int[toHeight * width * channels];
        int row = width * channels;
        for (int y = 0; y < toHeight; y++) {
            double centre = (y + 0.5) * scale;
            int from = Math.max(0, (int) (centre - support + 0.5));
            int to = Math.min(height, (int) (centre + support + 0.5));
            double[] weight = new double[to - from];
            double sum = 0;
            for (int i = 0; i < weight.length; i++) {
                weight[i] = Math.max(0, 1 - Math.abs((i + from - centre + 0.5) / support));
                sum += weight[i];
            }
            for (int x = 0; x < row; x++) {
                int v = 1 << PRECISION - 1;
                for (int i = 0; i < weight.length; i++) {
                    v += values[(from + i) * row + x] * (int) (0.5 + weight[i] / sum * (1 << PRECISION));
                }
                out[y * row + x] = Math.max(0, Math.min(255, v >> PRECISION));
            }
        }
        return new Picture(toHeight, width, channels, out);
    }
}
