package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.Arrays;

/**
 * The loop of a recurrent layer over p[b×t×g·u], the inputs' share of the gates: y[b×t×u] and the last states. p is x·kernel +
 * bias, one matrix product outside, or a product of each step where there are {@linkplain #inside enough rows}: it is then
 * still in cache when it is wanted. Gates in Keras' order; φ is the activation, σ the recurrent one.
 *
 * <ul>
 *   <li>{@link #simple}: h' = φ(p + h·U).
 *   <li>{@link #lstm}: i f g o = p + h·U; c' = σ(f)·c + σ(i)·φ(g); h' = σ(o)·φ(c').
 *   <li>{@link #gru}: z = σ(pz + h·Uz + bz), r = σ(pr + h·Ur + br), h' = z·h + (1 − z)·φ(ph + q), where q = r·(h·Uh + bh)
 *       if the reset gate comes after the product, else (r·h)·Uh.
 * </ul>
 *
 * <p>A step is one product with the packed U for the rows of a tile and one pass over their gates. Tiles are rows of the
 * batch, each through all steps by itself, so threads never wait for each other. Prepared once; immutable.
 */
public final class Recurrent {
    /** A function with its parameters. */
    public record Fn(Unary f, float alpha, float beta) {
        /** A function without parameters. */
        public static Fn of(Unary f) {
            return new Fn(f, 0, 0);
        }
    }

    /**
     * What a call does besides the loop.
     *
     * @param reverse from the last step to the first; outputs stand at their step all the same
     * @param mask b×t values at {@code maskAt}, or null: where one is 0 the states stay, and the output is that of the step
     *     before (zeros before the first)
     * @param zeroMasked the output of a masked step is zero instead
     */
    public record Mode(boolean reverse, byte[] mask, int maskAt, boolean zeroMasked) {
        /** Forwards, no mask. */
        public static final Mode FORWARD = new Mode(false, null, 0, false);
    }

    private enum Cell {
        SIMPLE,
        LSTM,
        GRU_AFTER,
        GRU_BEFORE
    }

    /** Rows of a tile: several groups of the micro-kernel's four share the weights in cache. */
    private static final int ROWS = 32;
    /** Fewest rows of a batch for which the inputs' products are made step by step. */
    private static final int INSIDE = 16;

    /** The inputs' product, x[b×t×in]·kernel + bias. */
    public record Input(PackedB kernel, Epilogue bias) {}

    private final Simd simd;
    private final Cell cell;
    private final int u;
    /** Columns of p. */
    private final int gates;

    private final PackedB recurrent;
    /** The candidate's part of a GRU that resets before the product. */
    private final PackedB candidate;

    private final float[] bias;
    private final Fn activation;
    private final Fn gate;
    /** Whether it is an LSTM of the usual functions: one kernel makes the states of all rows, and adds p. */
    private final boolean together;

    private Recurrent(
            Simd simd, Cell cell, int units, int gates, float[] w, int wo, float[] bias, Fn activation, Fn gate) {
        this.simd = simd;
        this.cell = cell;
        this.u = units;
        this.gates = gates * units;
        boolean split = cell == Cell.GRU_BEFORE;
        recurrent = PackedB.of(simd, u, split ? 2 * u : this.gates, w, wo, this.gates);
        candidate = split ? PackedB.of(simd, u, u, w, wo + 2 * u, this.gates) : null;
        this.bias = bias;
        this.activation = activation;
        this.gate = gate;
        together = cell == Cell.LSTM && activation.f == Unary.TANH && gate.f == Unary.SIGMOID;
    }

    /** A simple recurrent layer; U[u×u] at {@code wo}. */
    public static Recurrent simple(Simd simd, int units, float[] recurrent, int wo, Fn activation) {
        return new Recurrent(simd, Cell.SIMPLE, units, 1, recurrent, wo, null, activation, activation);
    }

    /** A long short-term memory; U[u×4u] at {@code wo}, columns i f g o. */
    public static Recurrent lstm(Simd simd, int units, float[] recurrent, int wo, Fn activation, Fn gate) {
        return new Recurrent(simd, Cell.LSTM, units, 4, recurrent, wo, null, activation, gate);
    }

    /** A gated recurrent unit; U[u×3u] at {@code wo}, columns z r h; bias[3u] or null, used if {@code resetAfter}. */
    public static Recurrent gru(
            Simd simd, int units, float[] recurrent, int wo, float[] bias, boolean resetAfter, Fn activation, Fn gate) {
        float[] b = bias == null ? new float[3 * units] : bias;
        return new Recurrent(
                simd, resetAfter ? Cell.GRU_AFTER : Cell.GRU_BEFORE, units, 3, recurrent, wo, b, activation, gate);
    }

    /** Whether a batch has enough rows for an {@link Input} in {@link #run}. */
    public static boolean inside(int batch) {
        return batch >= INSIDE;
    }

    /**
     * Runs all steps. With an {@code input}, which may be null, p is x. {@code c} and {@code lastC} are the LSTM's second state,
     * else ignored; the last states may be the arrays of the first. {@code y} may be null if only the last states are wanted.
     */
    public void run(
            Workers workers,
            Scratch scratch,
            Mode mode,
            Input input,
            int batch,
            int steps,
            float[] p,
            int po,
            float[] h,
            int ho,
            float[] c,
            int co,
            float[] y,
            int yo,
            float[] lastH,
            int lho,
            float[] lastC,
            int lco) {
        if (batch == 0 || u == 0) {
            return;
        }
        int rows = Math.min(ROWS, Math.max(4, (batch + workers.size() - 1) / workers.size() + 3 & -4));
        workers.run((batch + rows - 1) / rows, scratch, (t, s) -> {
            int from = t * rows;
            int n = Math.min(rows, batch - from);
            int values = n * (3 * u + (input == null ? 1 : 2) * gates);
            Loop loop = new Loop(n, s.floats(Gemm.edge(simd) + values), input);
            System.arraycopy(h, ho + from * u, loop.room, loop.h, n * u);
            if (cell == Cell.LSTM) {
                System.arraycopy(c, co + from * u, loop.room, loop.c, n * u);
            }
            for (int i = 0; i < steps; i++) {
                int step = mode.reverse ? steps - 1 - i : i;
                loop.step(mode, steps, step, i == 0 ? -1 : mode.reverse ? step + 1 : step - 1, from, p, po, y, yo);
            }
            System.arraycopy(loop.room, loop.h, lastH, lho + from * u, n * u);
            if (cell == Cell.LSTM) {
                System.arraycopy(loop.room, loop.c, lastC, lco + from * u, n * u);
            }
        });
    }

    /** The working memory of one tile: states, one more value a unit, gates and their inputs' part, each rows after rows. */
    private final class Loop {
        final int rows;
        final float[] room;
        /** What products need comes first. */
        final int h = Gemm.edge(simd);

        final int c;
        final int spare;
        final int z;
        final int projected;
        final Input input;

        Loop(int rows, float[] room, Input input) {
            this.rows = rows;
            this.room = room;
            this.input = input;
            c = h + rows * u;
            spare = c + rows * u;
            z = spare + rows * u;
            projected = z + rows * gates;
        }

        void step(Mode mode, int steps, int step, int previous, int from, float[] x, int xo, float[] y, int yo) {
            float[] p = x;
            int po = xo + (from * steps + step) * gates;
            int pStep = steps * gates;
            if (input != null) {
                int in = input.kernel.k;
                int at = xo + (from * steps + step) * in;
                Gemm.tile(
                        room,
                        rows,
                        x,
                        at,
                        steps * in,
                        input.kernel,
                        0,
                        input.kernel.panels,
                        room,
                        projected,
                        gates,
                        input.bias,
                        null,
                        0);
                p = room;
                po = projected;
                pStep = gates;
            }
            gates(p, po, pStep);
            boolean all = together && mode.mask == null;
            if (all) {
                simd.lstm(rows, u, room, z, p, po, pStep, room, c, room, h);
            }
            for (int r = 0; r < rows; r++) {
                int at = ((from + r) * steps + step) * u;
                boolean skip = mode.mask != null && mode.mask[mode.maskAt + (from + r) * steps + step] == 0;
                if (!skip && !all) {
                    row(r, p, po + r * pStep);
                }
                if (y != null) {
                    if (!skip) {
                        System.arraycopy(room, h + r * u, y, yo + at, u);
                    } else if (mode.zeroMasked || previous < 0) {
                        Arrays.fill(y, yo + at, yo + at + u, 0);
                    } else {
                        System.arraycopy(y, yo + ((from + r) * steps + previous) * u, y, yo + at, u);
                    }
                }
            }
        }

        /** The gates of all rows, as far as they wait for nothing. */
        private void gates(float[] p, int po, int pStep) {
            for (int r = 0; r < rows && !together; r++) {
                int at = po + r * pStep;
                switch (cell) {
                    case SIMPLE, LSTM -> System.arraycopy(p, at, room, z + r * gates, gates);
                    case GRU_AFTER -> System.arraycopy(bias, 0, room, z + r * gates, gates);
                    default -> System.arraycopy(p, at, room, z + r * gates, 2 * u);
                }
            }
            product(h, recurrent, z, together);
            if (cell == Cell.GRU_BEFORE) {
                reset(p, po, pStep);
            }
        }

        /** The candidate of a GRU that resets before the product: ph + (r·h)·Uh, beside z and r. */
        private void reset(float[] p, int po, int pStep) {
            for (int r = 0; r < rows; r++) {
                int g = z + r * gates;
                apply(gate, g, 2 * u);
                simd.binary(Binary.MUL, room, g + u, room, h + r * u, room, spare + r * u, u);
                System.arraycopy(p, po + r * pStep + 2 * u, room, g + 2 * u, u);
            }
            product(spare, candidate, z + 2 * u, false);
        }

        /** to = from[rows×u] · b, or that added to it; rows of the result a row of gates apart. */
        private void product(int from, PackedB b, int to, boolean first) {
            for (int i = 0, k0 = 0, blocks = Gemm.blocks(u); i < blocks; i++) {
                int k1 = Gemm.end(u, blocks, i);
                Gemm.block(
                        rows,
                        room,
                        from + k0,
                        u,
                        b,
                        0,
                        b.panels,
                        k0,
                        k1 - k0,
                        room,
                        to,
                        gates,
                        first && i == 0,
                        room,
                        CacheLine.FIRST,
                        null,
                        null,
                        0);
                k0 = k1;
            }
        }

        private void apply(Fn f, int at, int n) {
            simd.unary(f.f, f.alpha, f.beta, room, at, room, at, n);
        }

        /** From the gates of row r to its next state. */
        private void row(int r, float[] p, int at) {
            int g = z + r * gates;
            int state = h + r * u;
            int mine = spare + r * u;
            switch (cell) {
                case SIMPLE -> simd.unary(activation.f, activation.alpha, activation.beta, room, g, room, state, u);
                case LSTM -> {
                    int memory = c + r * u;
                    if (together) {
                        simd.lstm(1, u, room, g, p, at, 0, room, memory, room, state);
                        return;
                    }
                    apply(gate, g, 2 * u);
                    apply(activation, g + 2 * u, u);
                    apply(gate, g + 3 * u, u);
                    simd.binary(Binary.MUL, room, g, room, g + 2 * u, room, g, u);
                    simd.multiplyAdd(room, g + u, room, memory, room, g, room, memory, u);
                    simd.unary(activation.f, activation.alpha, activation.beta, room, memory, room, mine, u);
                    simd.binary(Binary.MUL, room, g + 3 * u, room, mine, room, state, u);
                }
                default -> {
                    if (cell == Cell.GRU_AFTER) {
                        simd.binary(Binary.ADD, room, g, p, at, room, g, 2 * u);
                        apply(gate, g, 2 * u);
                        simd.multiplyAdd(room, g + u, room, g + 2 * u, p, at + 2 * u, room, g + 2 * u, u);
                    }
                    apply(activation, g + 2 * u, u);
                    // z·h + (1 − z)·candidate
                    simd.binary(Binary.SUB, room, state, room, g + 2 * u, room, mine, u);
                    simd.multiplyAdd(room, g, room, mine, room, g + 2 * u, room, state, u);
                }
            }
        }
    }
}
