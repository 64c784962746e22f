package dev.posthorn.ir.op.image;

import dev.posthorn.model.ShapeException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Reads PNG, of every colour type and depth, interlaced or not, into as many channels as asked. Source: RFC 2083. */
final class Png {
    static final long SIGNATURE = 0x89504e470d0a1a0aL;

    private static final int GREY = 0;
    private static final int COLOUR = 2;
    private static final int PALETTE = 3;
    private static final int ALPHA = 4;

    /** Where the passes of interlaced pictures begin, and their steps: row, column, row step, column step. */
    private static final int[][] PASSES = {
        {0, 0, 8, 8}, {0, 4, 8, 8}, {4, 0, 8, 4}, {0, 2, 4, 4}, {2, 0, 4, 2}, {0, 1, 2, 2}, {1, 0, 2, 1}
    };

    private int width;
    private int height;
    private int depth;
    private int type;
    private boolean interlaced;
    private byte[] palette = new byte[0];
    private byte[] transparent;
    private final List<byte[]> data = new ArrayList<>();

    private Png() {}

    /** The picture in 1 to 4 channels, 0 for those it has, of 16 bits if {@code wide}. */
    static Picture read(byte[] file, int channels, boolean wide) {
        Png png = new Png();
        png.chunks(ByteBuffer.wrap(file));
        return png.picture(channels, wide);
    }

    private void chunks(ByteBuffer in) {
        in.position(8);
        while (true) {
            if (in.remaining() < 12) {
                throw Picture.broken("PNG", "it ends before its end chunk");
            }
            int length = in.getInt();
            int name = in.getInt();
            if (length < 0 || length > in.remaining() - 4) {
                throw Picture.broken("PNG", "a chunk of " + length + " bytes, of " + in.remaining());
            }
            ByteBuffer chunk = in.slice(in.position(), length);
            CRC32 crc = new CRC32();
            crc.update(in.slice(in.position() - 4, length + 4));
            in.position(in.position() + length);
            boolean critical = (name & 0x20000000) == 0;
            if (in.getInt() != (int) crc.getValue() && critical) {
                throw Picture.broken("PNG", "the checksum of a chunk");
            }
            byte[] bytes = new byte[length];
            chunk.duplicate().get(bytes);
            switch (name) {
                case 0x49484452 -> header(chunk); // IHDR
                case 0x504c5445 -> palette = bytes; // PLTE
                case 0x74524e53 -> transparent = bytes; // tRNS
                case 0x49444154 -> data.add(bytes); // IDAT
                case 0x49454e44 -> { // IEND
                    return;
                }
                default -> {
                    if (critical) {
                        throw Picture.broken("PNG", "an unknown chunk");
                    }
                }
            }
        }
    }

    private void header(ByteBuffer in) {
        if (in.remaining() < 13) {
            throw Picture.broken("PNG", "a short header");
        }
        width = in.getInt();
        height = in.getInt();
        depth = in.get();
        type = in.get();
        int compression = in.get();
        int filter = in.get();
        int interlace = in.get();
        boolean depthFits = switch (type) {
            case GREY -> Integer.bitCount(depth) == 1 && depth > 0 && depth <= 16;
            case PALETTE -> Integer.bitCount(depth) == 1 && depth > 0 && depth <= 8;
            case COLOUR, ALPHA, COLOUR | ALPHA -> depth == 8 || depth == 16;
            default -> false;
        };
        if (!depthFits || compression != 0 || filter != 0 || interlace < 0 || interlace > 1) {
            throw Picture.broken("PNG", "colour type " + type + " of " + depth + " bits, interlace " + interlace);
        }
        interlaced = interlace == 1;
    }

    private int samples() {
        return type == PALETTE ? 1 : ((type & COLOUR) != 0 ? 3 : 1) + ((type & ALPHA) != 0 ? 1 : 0);
    }

    private Picture picture(int asked, boolean wide) {
        int own = type == PALETTE ? transparent == null ? 3 : 4 : samples();
        int channels = asked == 0 ? own : asked;
        Picture y = Picture.of(1, height, width, channels, wide);
        try (Rows rows = new Rows()) {
            for (int[] pass : interlaced ? PASSES : new int[][] {{0, 0, 1, 1}}) {
                int columns = (width - pass[1] + pass[3] - 1) / pass[3];
                rows.begin(columns);
                for (int i = pass[0]; i < height && columns > 0; i += pass[2]) {
                    rows.next();
                    for (int j = 0; j < columns; j++) {
                        pixel(rows, j, y, (i * width + pass[1] + j * pass[3]) * channels);
                    }
                }
            }
        }
        return y;
    }

    private void pixel(Rows rows, int j, Picture y, int at) {
        int n = samples();
        int most = (1 << depth) - 1;
        int red = rows.sample(j * n);
        int green = n > 2 ? rows.sample(j * n + 1) : red;
        int blue = n > 2 ? rows.sample(j * n + 2) : red;
        int alpha = (type & ALPHA) != 0 && type != PALETTE ? rows.sample(j * n + n - 1) : most;
        if (type == PALETTE) {
            if (red * 3 + 2 >= palette.length) {
                throw Picture.broken("PNG", "a colour that is not in the palette");
            }
            alpha = transparent != null && red < transparent.length ? transparent[red] & 0xff : 255;
            green = palette[red * 3 + 1] & 0xff;
            blue = palette[red * 3 + 2] & 0xff;
            red = palette[red * 3] & 0xff;
            most = 255;
        } else if (transparent != null && (type & ALPHA) == 0 && isTransparent(red, green, blue)) {
            alpha = 0;
        }
        boolean grey = y.channels() < 3;
        boolean isGrey = (type & COLOUR) == 0;
        int shift = most > 255 && !y.wide() ? 8 : 0;
        int first = grey && !isGrey ? grey(red >> shift, green >> shift, blue >> shift, most >> shift) << shift : red;
        put(y, at, first, most);
        if (!grey) {
            put(y, at + 1, green, most);
            put(y, at + 2, blue, most);
        }
        if (y.channels() % 2 == 0) {
            boolean none = (type & ALPHA) == 0 && transparent == null;
            // What libpng adds of few bits TensorFlow does not spread: of one bit, opaque is 1 of 255.
            boolean few = none && depth < 8;
            put(y, at + y.channels() - 1, few ? (1 << depth) - 1 : alpha, few ? 255 : most);
        }
    }

    private boolean isTransparent(int red, int green, int blue) {
        ByteBuffer t = ByteBuffer.wrap(transparent);
        boolean colour = (type & COLOUR) != 0;
        if (t.remaining() < (colour ? 6 : 2)) {
            throw Picture.broken("PNG", "a short chunk of the transparent colour");
        }
        return colour
                ? t.getShort(0) == (short) red && t.getShort(2) == (short) green && t.getShort(4) == (short) blue
                : t.getShort(0) == (short) red;
    }

    /** As libpng: 0.299 of red, 0.587 of green, and the rest of blue. */
    private static int grey(int red, int green, int blue, int most) {
        if (red == green && red == blue) {
            return red;
        }
        int r = 9797;
        int g = 19234;
        return (r * red + g * green + (32768 - r - g) * blue + (most > 255 ? 16384 : 0)) >>> 15;
    }

    private static void put(Picture y, int at, int value, int most) {
        int v = most == 65535 ? y.wide() ? value : value >>> 8 : value * (255 / most) * (y.wide() ? 257 : 1);
        y.values()[at] = (short) v;
    }

    /** The rows of a pass, inflated and unfiltered one after the other. */
    private final class Rows implements AutoCloseable {
        private final Inflater inflater = new Inflater();
        private int chunk;
        private byte[] row = new byte[0];
        private byte[] before = row;

        void begin(int columns) {
            int bytes = Math.toIntExact(((long) columns * samples() * depth + 7) / 8);
            row = new byte[bytes];
            before = new byte[bytes];
        }

        void next() {
            byte[] swap = before;
            before = row;
            row = swap;
            byte[] filter = new byte[1];
            fill(filter);
            fill(row);
            int each = Math.max(1, samples() * depth / 8);
            for (int i = 0; i < row.length; i++) {
                int left = i < each ? 0 : row[i - each] & 0xff;
                int up = before[i] & 0xff;
                int corner = i < each ? 0 : before[i - each] & 0xff;
                row[i] += (byte)
                        switch (filter[0]) {
                            case 0 -> 0;
                            case 1 -> left;
                            case 2 -> up;
                            case 3 -> (left + up) / 2;
                            case 4 -> nearest(left, up, corner);
                            default -> throw Picture.broken("PNG", "filter " + filter[0]);
                        };
            }
        }

        private static int nearest(int left, int up, int corner) {
            int p = left + up - corner;
            int a = Math.abs(p - left);
            int b = Math.abs(p - up);
            int c = Math.abs(p - corner);
            return a <= b && a <= c ? left : b <= c ? up : corner;
        }

        private void fill(byte[] to) {
            int n = 0;
            try {
                while (n < to.length) {
                    int got = inflater.inflate(to, n, to.length - n);
                    n += got;
                    if (got == 0 && inflater.needsInput() && chunk < data.size()) {
                        inflater.setInput(data.get(chunk++));
                    } else if (got == 0) {
                        throw Picture.broken("PNG", "too few rows");
                    }
                }
            } catch (DataFormatException e) {
                throw new ShapeException("expected a PNG file but was broken (" + e.getMessage() + ")", e);
            }
        }

        int sample(int i) {
            return switch (depth) {
                case 8 -> row[i] & 0xff;
                case 16 -> (row[2 * i] & 0xff) << 8 | row[2 * i + 1] & 0xff;
                default -> (row[i * depth / 8] & 0xff) >>> 8 - depth - i * depth % 8 & (1 << depth) - 1;
            };
        }

        @Override
        public void close() {
            inflater.end();
        }
    }
}
