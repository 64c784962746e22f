package dev.posthorn.ir.op.image;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads GIF, all frames of the size of the screen: pixels that a frame leaves out, or that are transparent, are those of the
 * frame before. Source: GIF89a; tensorflow/core/lib/gif/gif_io.cc.
 */
final class Gif {
    private final byte[] file;
    private int at;

    private Gif(byte[] file) {
        this.file = file;
    }

    private record Frame(int left, int top, int width, int height, int clear, byte[] colours, byte[] pixels) {}

    /** All frames in three channels. */
    static Picture read(byte[] file) {
        return new Gif(file).picture();
    }

    private int next() {
        if (at >= file.length) {
            throw Picture.broken("GIF", "it ends too early");
        }
        return file[at++] & 0xff;
    }

    private int word() {
        return next() | next() << 8;
    }

    private byte[] bytes(int n) {
        if (n > file.length - at) {
            throw Picture.broken("GIF", "it ends too early");
        }
        at += n;
        return java.util.Arrays.copyOfRange(file, at - n, at);
    }

    private Picture picture() {
        at = 6;
        int width = word();
        int height = word();
        int flags = next();
        at += 2;
        byte[] colours = (flags & 0x80) != 0 ? bytes(3 << (flags & 7) + 1) : new byte[0];
        List<Frame> frames = new ArrayList<>();
        int clear = -1;
        long pixels = 0;
        for (int block = next(); block != 0x3b; block = next()) {
            if (block == 0x21) {
                int label = next();
                byte[] data = blocks();
                clear = label == 0xf9 && data.length >= 4 ? (data[0] & 1) != 0 ? data[3] & 0xff : -1 : clear;
            } else if (block == 0x2c) {
                pixels += (long) width * height * 3;
                if (pixels > 1 << 29) {
                    throw Picture.broken("GIF", "more than 2^29 values");
                }
                frames.add(frame(colours, clear));
                clear = -1;
            } else {
                throw Picture.broken("GIF", "a block of kind " + block);
            }
        }
        if (frames.isEmpty()) {
            throw Picture.broken("GIF", "no frame");
        }
        Picture y = Picture.of(frames.size(), height, width, 3, false);
        for (int f = 0; f < frames.size(); f++) {
            draw(frames.get(f), f, y);
        }
        return y;
    }

    private static void draw(Frame f, int number, Picture y) {
        int size = y.height() * y.width() * 3;
        if (number > 0) {
            System.arraycopy(y.values(), (number - 1) * size, y.values(), number * size, size);
        }
        for (int i = 0; i < f.height; i++) {
            for (int j = 0; j < f.width; j++) {
                int colour = f.pixels[i * f.width + j] & 0xff;
                boolean inside = f.top + i < y.height() && f.left + j < y.width();
                if (colour != f.clear && inside) {
                    if (colour * 3 + 2 >= f.colours.length) {
                        throw Picture.broken("GIF", "a colour that is not in its table");
                    }
                    int to = number * size + ((f.top + i) * y.width() + f.left + j) * 3;
                    for (int k = 0; k < 3; k++) {
                        y.values()[to + k] = (short) (f.colours[colour * 3 + k] & 0xff);
                    }
                }
            }
        }
    }

    private byte[] blocks() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int n = next(); n > 0; n = next()) {
            all.writeBytes(bytes(n));
        }
        return all.toByteArray();
    }

    private Frame frame(byte[] global, int clear) {
        int left = word();
        int top = word();
        int width = word();
        int height = word();
        int flags = next();
        byte[] colours = (flags & 0x80) != 0 ? bytes(3 << (flags & 7) + 1) : global;
        int bits = next();
        Picture.of(1, height, width, 1, false);
        byte[] pixels = new byte[width * height];
        byte[] order = new byte[width * height];
        expand(blocks(), bits, order);
        int from = 0;
        for (int[] pass : (flags & 0x40) != 0 ? new int[][] {{0, 8}, {4, 8}, {2, 4}, {1, 2}} : new int[][] {{0, 1}}) {
            for (int i = pass[0]; i < height; i += pass[1], from += width) {
                System.arraycopy(order, from, pixels, i * width, width);
            }
        }
        return new Frame(left, top, width, height, clear, colours, pixels);
    }

    /** LZW with codes that grow. */
    private static void expand(byte[] data, int bits, byte[] to) {
        if (bits < 1 || bits > 8) {
            throw Picture.broken("GIF", "codes of " + bits + " bits");
        }
        int clear = 1 << bits;
        short[] prefix = new short[4096];
        byte[] last = new byte[4096];
        byte[] stack = new byte[4097];
        int width = bits + 1;
        int free = clear + 2;
        int before = -1;
        int first = 0;
        int n = 0;
        int buffer = 0;
        int have = 0;
        for (int i = 0; n < to.length; ) {
            while (have < width && i < data.length) {
                buffer |= (data[i++] & 0xff) << have;
                have += 8;
            }
            int code = buffer & (1 << width) - 1;
            if (have < width || code == clear + 1) {
                throw Picture.broken("GIF", "too few pixels");
            }
            buffer >>>= width;
            have -= width;
            if (code == clear) {
                width = bits + 1;
                free = clear + 2;
                before = -1;
                continue;
            }
            if (code > free || before < 0 && code >= clear || code == free && before < 0) {
                throw Picture.broken("GIF", "an unknown code");
            }
            int depth = 0;
            int c = code;
            if (code == free) {
                stack[depth++] = (byte) first;
                c = before;
            }
            for (; c >= clear; c = prefix[c]) {
                stack[depth++] = last[c];
            }
            first = c;
            stack[depth++] = (byte) c;
            while (depth > 0 && n < to.length) {
                to[n++] = stack[--depth];
            }
            if (before >= 0 && free < 4096) {
                prefix[free] = (short) before;
                last[free++] = (byte) first;
                width += free == 1 << width && width < 12 ? 1 : 0;
            }
            before = code;
        }
    }
}
