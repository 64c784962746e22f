package dev.posthorn.hdf5;

import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The steps each chunk went through when written, undone here in reverse. */
final class Filters {
    private static final int DEFLATE = 1;
    private static final int SHUFFLE = 2;
    private static final int FLETCHER32 = 3;
    private static final int LZF = 32000;
    /** No stream of Deflate or LZF expands more. */
    private static final int STEEPEST = 1040;

    private record Filter(int id, int[] parameters) {}

    private final List<Filter> filters;

    private Filters(List<Filter> filters) {
        this.filters = filters;
    }

    static Filters read(ObjectHeader header) {
        List<Filter> filters = new ArrayList<>();
        header.one(ObjectHeader.FILTERS).ifPresent(in -> {
            int version = in.version("filter pipeline", 1, 2);
            int count = in.u8();
            in.skip(version == 1 ? 6 : 0);
            for (int i = 0; i < count; i++) {
                filters.add(filter(in, version));
            }
        });
        return new Filters(filters);
    }

    private static Filter filter(In in, int version) {
        int id = in.u16();
        int name = version == 1 || id >= 256 ? in.u16() : 0;
        in.skip(2);
        int[] parameters = new int[in.u16()];
        in.skip(version == 1 ? name + 7 & ~7 : name);
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = (int) in.u32();
        }
        in.skip(version == 1 && parameters.length % 2 == 1 ? 4 : 0);
        return new Filter(id, parameters);
    }

    boolean isEmpty() {
        return filters.isEmpty();
    }

    /** The {@code whole} bytes of a chunk from what is stored. */
    byte[] decode(byte[] stored, int mask, int whole, int elementSize) {
        byte[] b = stored;
        for (int i = filters.size() - 1; i >= 0; i--) {
            if ((mask >>> i & 1) != 0) {
                continue;
            }
            Filter f = filters.get(i);
            int[] p = f.parameters;
            b = switch (f.id) {
                case DEFLATE -> inflate(b, room(b, whole, i));
                case SHUFFLE -> unshuffle(b, p.length > 0 && p[0] > 0 ? p[0] : elementSize);
                case FLETCHER32 -> fletcher32(b);
                case LZF -> lzf(b, room(b, whole, i));
                default -> throw new Malformed("filters gzip, shuffle, fletcher32 or lzf", name(f.id));
            };
        }
        if (b.length != whole) {
            throw new Malformed("a chunk of " + whole + " bytes", b.length);
        }
        return b;
    }

    /** The most bytes that step {@code i} may yield: the chunk, and the checksums that steps before it appended. */
    private int room(byte[] in, int whole, int i) {
        if (whole / STEEPEST > in.length) {
            throw new Malformed("a chunk of at most " + STEEPEST + " times its stored " + in.length + " bytes", whole);
        }
        return whole
                + 4
                        * (int) filters.subList(0, i).stream()
                                .filter(f -> f.id == FLETCHER32)
                                .count();
    }

    private static String name(int id) {
        return switch (id) {
            case 4 -> "szip";
            case 5 -> "n-bit";
            case 6 -> "scale-offset";
            case 32001 -> "blosc";
            case 32004 -> "lz4";
            case 32008 -> "bitshuffle";
            case 32015 -> "zstandard";
            default -> "filter " + id;
        };
    }

    private static byte[] inflate(byte[] in, int room) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(in);
            byte[] out = new byte[room];
            int n = 0;
            while (n < room && !inflater.finished()) {
                int more = inflater.inflate(out, n, room - n);
                if (more == 0 && !inflater.finished()) {
                    break;
                }
                n += more;
            }
            if (!inflater.finished() && inflater.inflate(new byte[1]) != 0) {
                throw new Malformed("a gzip chunk of " + room + " bytes", "more");
            }
            if (!inflater.finished()) {
                throw new Malformed("a complete gzip chunk", n + " bytes of it");
            }
            return n == room ? out : java.util.Arrays.copyOf(out, n);
        } catch (DataFormatException e) {
            throw new Malformed("a gzip chunk", e.getMessage());
        } finally {
            inflater.end();
        }
    }

    private static byte[] unshuffle(byte[] in, int size) {
        int n = in.length / size;
        byte[] out = new byte[in.length];
        for (int b = 0; b < size; b++) {
            for (int i = 0, from = b * n, to = b; i < n; i++, to += size) {
                out[to] = in[from + i];
            }
        }
        System.arraycopy(in, n * size, out, n * size, in.length - n * size);
        return out;
    }

    /** Checks and drops the checksum at the end. */
    private static byte[] fletcher32(byte[] in) {
        int n = in.length - 4;
        if (n < 0) {
            throw new Malformed("a chunk with a checksum", in.length + " bytes");
        }
        long low = 0;
        long high = 0;
        for (int i = 0; i < n; i += 2) {
            low = (low + ((in[i] & 0xff) << 8 | (i + 1 < n ? in[i + 1] & 0xff : 0))) % 65535;
            high = (high + low) % 65535;
        }
        long was = (in[n] & 0xffL) | (in[n + 1] & 0xffL) << 8 | (in[n + 2] & 0xffL) << 16 | (in[n + 3] & 0xffL) << 24;
        if ((was & 0xffff) % 65535 != low || (was >> 16) % 65535 != high) {
            throw new Malformed("chunk checksum " + Long.toHexString(high << 16 | low), Long.toHexString(was));
        }
        return java.util.Arrays.copyOf(in, n);
    }

    /** Source: {@code lzf_decompress} of liblzf, format without header. */
    private static byte[] lzf(byte[] in, int room) {
        byte[] out = new byte[room];
        int i = 0;
        int o = 0;
        while (i < in.length) {
            int control = in[i++] & 0xff;
            if (control < 32) {
                System.arraycopy(in, i, out, o, control + 1);
                i += control + 1;
                o += control + 1;
            } else {
                int length = (control >> 5) + 2;
                if (length == 9) {
                    length += in[i++] & 0xff;
                }
                int from = o - ((control & 31) << 8) - (in[i++] & 0xff) - 1;
                for (int k = 0; k < length; k++) {
                    out[o++] = out[from++];
                }
            }
        }
        return o == room ? out : java.util.Arrays.copyOf(out, o);
    }
}
