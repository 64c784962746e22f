package dev.posthorn.data;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.train.data.Batch;
import dev.posthorn.train.data.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Pictures in folders, a folder a class: {@code x[rows×height×width×channels]} with values 0 to 255, {@code y[rows]} the number
 * of the folder in the order of names. Pictures are read when their rows are taken: memory holds no more than batches. Source:
 * keras/src/utils/image_dataset_utils.py, tensorflow/core/kernels/image/resize_bilinear_op.cc.
 */
public final class ImageFolder implements Table {
    private final List<String> classes;
    private final List<Path> files;
    private final List<Integer> labels;
    private final int height;
    private final int width;
    private final int channels;
    private final Resize resize;

    /** How pictures of another size are scaled. */
    public enum Resize {
        BILINEAR,
        NEAREST
    }

    private ImageFolder(
            List<String> classes,
            List<Path> files,
            List<Integer> labels,
            int height,
            int width,
            int channels,
            Resize resize) {
        this.classes = List.copyOf(classes);
        this.files = List.copyOf(files);
        this.labels = List.copyOf(labels);
        this.height = height;
        this.width = width;
        this.channels = channels;
        this.resize = resize;
    }

    /** The pictures below the folders of a directory, scaled to one size, as {@code image_dataset_from_directory} does. */
    public static ImageFolder open(Path directory, int height, int width, int channels, Resize resize)
            throws IOException {
        if (height <= 0 || width <= 0 || channels != 1 && channels != 3 && channels != 4) {
            throw new IllegalArgumentException("pictures: expected a size and 1, 3 or 4 channels but was " + height
                    + "×" + width + "×" + channels);
        }
        List<Path> folders = sorted(directory, Files::isDirectory);
        List<Path> files = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        for (Path folder : folders) {
            try (Stream<Path> below = Files.walk(folder)) {
                for (Path file : below.filter(Files::isRegularFile)
                        .filter(Picture::isOne)
                        .sorted(Comparator.comparing((Path p) -> p.getParent().toString())
                                .thenComparing(p -> p.getFileName().toString()))
                        .toList()) {
                    files.add(file);
                    labels.add(folders.indexOf(folder));
                }
            }
        }
        if (files.isEmpty()) {
            throw new ModelFormatException(
                    "pictures: expected folders of PNG, JPEG, GIF or BMP but was none, at " + directory);
        }
        List<String> classes =
                folders.stream().map(f -> f.getFileName().toString()).toList();
        return new ImageFolder(classes, files, labels, height, width, channels, resize);
    }

    private interface Kind {
        boolean is(Path path);
    }

    private static List<Path> sorted(Path directory, Kind kind) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(kind::is)
                    .sorted(Comparator.comparing(p -> p.getFileName().toString()))
                    .toList();
        }
    }

    /** The names of the classes; a label is a place in this list. */
    public List<String> classes() {
        return classes;
    }

    @Override
    public int size() {
        return files.size();
    }

    @Override
    public Batch take(int[] rows) {
        float[] x = new float[Math.multiplyExact(rows.length, height * width * channels)];
        int[] y = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            y[i] = labels.get(rows[i]);
            try {
                store(Picture.read(files.get(rows[i]), channels), x, i * height * width * channels);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return Batch.of(
                Tensor.of(Shape.of(rows.length, height, width, channels), x), Tensor.of(Shape.of(rows.length), y));
    }

    private void store(Picture p, float[] x, int at) {
        if (p.height() == height && p.width() == width) {
            for (int i = 0; i < p.values().length; i++) {
                x[at + i] = p.values()[i];
            }
            return;
        }
        Grid rows = new Grid(p.height(), height, resize);
        Grid columns = new Grid(p.width(), width, resize);
        for (int r = 0; r < height; r++) {
            for (int c = 0; c < width; c++) {
                for (int k = 0; k < channels; k++) {
                    float top = between(p, rows.lower[r], columns, c, k);
                    float bottom = between(p, rows.upper[r], columns, c, k);
                    x[at + (r * width + c) * channels + k] = top + (bottom - top) * rows.part[r];
                }
            }
        }
    }

    private static float between(Picture p, int row, Grid columns, int c, int k) {
        float left = p.values()[(row * p.width() + columns.lower[c]) * p.channels() + k];
        float right = p.values()[(row * p.width() + columns.upper[c]) * p.channels() + k];
        return left + (right - left) * columns.part[c];
    }

    /** Where the places of a scaled axis are among those of the original: between two neighbours. */
    private static final class Grid {
        private final int[] lower;
        private final int[] upper;
        private final float[] part;

        Grid(int from, int to, Resize resize) {
            lower = new int[to];
            upper = new int[to];
            part = new float[to];
            float scale = (float) from / to;
            for (int i = 0; i < to; i++) {
                float place = (i + 0.5f) * scale - 0.5f;
                float floor = (float) Math.floor(place);
                lower[i] = Math.max((int) floor, 0);
                upper[i] = Math.min((int) Math.ceil(place), from - 1);
                part[i] = place - floor;
                if (resize == Resize.NEAREST) {
                    lower[i] = Math.min((int) Math.floor((i + 0.5f) * scale), from - 1);
                    upper[i] = lower[i];
                    part[i] = 0;
                }
            }
        }
    }
}
