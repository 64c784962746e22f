package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;
import java.util.List;

/**
 * Straight-line code over elements: {@code (y₁[i], y₂[i], …) = f(x₁[i], x₂[i], …)} for every i of a box, where operands may
 * stretch. It runs tile by tile: each instruction passes over a tile while its values are in cache, so that memory is read
 * and written once however many functions follow each other. Made by {@link ProgramMaker}; immutable.
 *
 * <p>Values are float, double or 64-bit integers while they are computed. An element's results do not depend on the tile
 * it is in.
 */
public final class Program {
    /** What a value is while it is computed. */
    public enum Register {
        FLOAT,
        DOUBLE,
        LONG
    }

    /** One pass over n elements. */
    @FunctionalInterface
    interface Instruction {
        void run(Lines lines, int n);
    }

    /** Where a value is: operand, result or register number {@code index}. */
    record Place(Kind kind, int index) {
        enum Kind {
            /** An operand that is walked element by element. */
            OPERAND,
            /** An operand whose start is what counts: a scalar, or one that is loaded by an instruction of its own. */
            START,
            RESULT,
            FLOAT,
            DOUBLE,
            LONG
        }
    }

    /** Floats that the registers of a tile may take: they stay in the first-level cache. */
    private static final int CACHED = 8192;

    /** Floats of a row that repeats, or that is summed up, at most. */
    public static final int LONGEST_ROW = 4096;
    /** Parts of which sums are made, at most. */
    private static final int PARTS = 64;

    /** Result number {@code result} is value {@code value} summed up over rows, divided by {@code by}. */
    record Sum(int value, int result, int by) {}

    private final Simd simd;
    private final int size;
    private final int row;
    private final int operands;
    private final Place[] places;
    private final Instruction[] once;
    private final Instruction[] code;
    private final Sum[] sums;
    private final int[] registers = new int[3];
    private final int tile;

    /** Tiles are whole rows of {@code row} elements; {@code once} is run for many of them, {@code code} for each. */
    Program(
            Simd simd,
            int size,
            int row,
            int operands,
            List<Place> places,
            List<Instruction> once,
            List<Instruction> code,
            List<Sum> sums) {
        this.simd = simd;
        this.size = size;
        this.row = row;
        this.operands = operands;
        this.places = places.toArray(Place[]::new);
        this.once = once.toArray(Instruction[]::new);
        this.code = code.toArray(Instruction[]::new);
        this.sums = sums.toArray(Sum[]::new);
        for (Place p : places) {
            int kind = p.kind.ordinal() - Place.Kind.FLOAT.ordinal();
            if (kind >= 0) {
                registers[kind] = Math.max(registers[kind], p.index + 1);
            }
        }
        int room = Math.max(2, registers[0] + 2 * (registers[1] + registers[2]));
        int most = Math.max(256, Math.min(4096, CACHED / room / 64 * 64));
        tile = Math.max(1, most / Math.max(1, row)) * Math.max(1, row);
    }

    /** Floats of working memory that a run needs. */
    public int room() {
        return sums.length == 0 ? 0 : parts() * sums.length * row;
    }

    private int tiles() {
        return (size + tile - 1) / tile;
    }

    /** In how many parts sums are made: it depends on sizes alone. */
    private int parts() {
        return Math.max(1, Math.min(PARTS, tiles() / 4));
    }

    /** How many passes over elements there are. */
    public int length() {
        return code.length;
    }

    /**
     * Computes all elements: operand k begins at {@code arrays[k][at[k]]}; the results follow the operands in order. A result
     * may be the same range as an operand that does not stretch. {@code part} has {@link #room} floats from {@code po} on.
     */
    public void run(Workers workers, Scratch scratch, Object[] arrays, int[] at, float[] part, int po) {
        int tiles = tiles();
        if (sums.length > 0) {
            int parts = parts();
            workers.run(parts, scratch, (t, s) -> {
                int to = po + t * sums.length * row;
                Arrays.fill(part, to, to + sums.length * row, 0);
                tiles(
                        s,
                        arrays,
                        at,
                        (int) ((long) tiles * t / parts),
                        (int) ((long) tiles * (t + 1) / parts),
                        part,
                        to);
            });
            total(parts, arrays, at, part, po);
            return;
        }
        if (tiles <= 1) {
            tiles(scratch, arrays, at, 0, tiles, null, 0);
            return;
        }
        int least = Math.max(1, (1 << 13) / (tile * Math.max(1, code.length / 4)));
        int together = Math.max(least, Math.min(16, tiles / 64));
        int jobs = (tiles + together - 1) / together;
        workers.run(
                jobs,
                scratch,
                (t, s) -> tiles(s, arrays, at, t * together, Math.min(tiles, (t + 1) * together), null, 0));
    }

    private void tiles(Scratch s, Object[] arrays, int[] at, int first, int end, float[] part, int to) {
        for (int i = first; i < end; i++) {
            int n = Math.min(tile, size - i * tile);
            Lines lines = place(s, arrays, at, i * tile);
            if (i == first) {
                for (Instruction c : once) {
                    c.run(lines, Math.min(tile, size));
                }
            }
            for (Instruction c : code) {
                c.run(lines, n);
            }
            for (int k = 0; k < sums.length; k++) {
                int v = sums[k].value;
                simd.sumRows(lines.floats(v), lines.at[v], n / row, row, part, to + k * row);
            }
        }
    }

    /** Adds the parts pairwise. */
    private void total(int parts, Object[] arrays, int[] at, float[] part, int po) {
        int wide = sums.length * row;
        for (int step = 1; step < parts; step *= 2) {
            for (int i = 0; i + step < parts; i += 2 * step) {
                int a = po + i * wide;
                simd.binary(Binary.ADD, part, a, part, a + step * wide, part, a, wide);
            }
        }
        for (int k = 0; k < sums.length; k++) {
            float[] y = (float[]) arrays[operands + sums[k].result];
            int yo = at[operands + sums[k].result];
            System.arraycopy(part, po + k * row, y, yo, row);
            if (sums[k].by != 1) {
                simd.binaryRight(Binary.DIV, y, yo, sums[k].by, y, yo, row);
            }
        }
    }

    private Lines place(Scratch scratch, Object[] arrays, int[] at, int from) {
        Lines lines = scratch.lines(places.length);
        lines.from = from;
        float[] floats = scratch.floats(registers[0] * tile);
        double[] doubles = scratch.doubles(registers[1] * tile);
        long[] longs = scratch.longs(registers[2] * tile);
        for (int v = 0; v < places.length; v++) {
            Place p = places[v];
            switch (p.kind) {
                case OPERAND, RESULT -> {
                    int k = p.kind == Place.Kind.RESULT ? operands + p.index : p.index;
                    lines.array[v] = arrays[k];
                    lines.at[v] = at[k] + from;
                }
                case START -> {
                    lines.array[v] = arrays[p.index];
                    lines.at[v] = at[p.index];
                }
                default -> {
                    lines.array[v] =
                            p.kind == Place.Kind.FLOAT ? floats : p.kind == Place.Kind.DOUBLE ? doubles : longs;
                    lines.at[v] = p.index * tile;
                }
            }
        }
        return lines;
    }
}
