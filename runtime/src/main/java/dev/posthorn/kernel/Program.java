package dev.posthorn.kernel;

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

    private final int size;
    private final int operands;
    private final Place[] places;
    private final Instruction[] code;
    private final int[] registers = new int[3];
    private final int tile;

    Program(int size, int operands, List<Place> places, List<Instruction> code) {
        this.size = size;
        this.operands = operands;
        this.places = places.toArray(Place[]::new);
        this.code = code.toArray(Instruction[]::new);
        for (Place p : places) {
            int kind = p.kind.ordinal() - Place.Kind.FLOAT.ordinal();
            if (kind >= 0) {
                registers[kind] = Math.max(registers[kind], p.index + 1);
            }
        }
        int room = Math.max(2, registers[0] + 2 * (registers[1] + registers[2]));
        tile = Math.max(256, Math.min(4096, CACHED / room / 64 * 64));
    }

    /** How many passes over elements there are. */
    public int length() {
        return code.length;
    }

    /**
     * Computes all elements: operand k begins at {@code arrays[k][at[k]]}; the results follow the operands in order. A result
     * may be the same range as an operand that does not stretch.
     */
    public void run(Workers workers, Scratch scratch, Object[] arrays, int[] at) {
        int tiles = (size + tile - 1) / tile;
        if (tiles <= 1) {
            if (size > 0) {
                tile(scratch, arrays, at, 0, size);
            }
            return;
        }
        int together = Math.max(1, (1 << 13) / (tile * Math.max(1, code.length / 4)));
        int jobs = (tiles + together - 1) / together;
        workers.run(jobs, scratch, (t, s) -> {
            for (int i = t * together; i < Math.min(tiles, (t + 1) * together); i++) {
                tile(s, arrays, at, i * tile, Math.min(tile, size - i * tile));
            }
        });
    }

    private void tile(Scratch scratch, Object[] arrays, int[] at, int from, int n) {
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
        for (Instruction i : code) {
            i.run(lines, n);
        }
    }
}
