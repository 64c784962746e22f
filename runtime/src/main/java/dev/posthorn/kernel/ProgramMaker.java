package dev.posthorn.kernel;

import dev.posthorn.kernel.simd.Simd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** Writes a {@link Program}: first the operands, then one value after the other, then what is a result. */
public final class ProgramMaker {
    /** What an instruction reads and writes; a move of an operand into a register reads none. */
    private record Written(int value, List<Integer> reads, Program.Instruction run, Binary of) {}

    private final Simd simd;
    private final int[] dims;
    private final int size;
    private final List<Program.Register> registers = new ArrayList<>();
    private final Map<Integer, Program.Place> fixed = new HashMap<>();
    private final List<Boolean> scalar = new ArrayList<>();
    private final List<Written> code = new ArrayList<>();
    /** Rows that repeat: written once for many tiles. */
    private final List<Written> once = new ArrayList<>();

    private final List<Program.Sum> sums = new ArrayList<>();
    private int operands;
    private int results;

    /** A program for every element of a box. */
    public ProgramMaker(Simd simd, int... dims) {
        this.simd = simd;
        this.dims = dims.clone();
        int n = 1;
        for (int d : dims) {
            n = Math.multiplyExact(n, d);
        }
        size = n;
    }

    /** The next operand, walked with these steps axis by axis; 0 where it repeats. */
    public int operand(Storage storage, int... steps) {
        int[][] box = Expansion.box(dims, steps);
        boolean whole = size == 1 || box[0].length == 1 && box[1][0] == 1;
        boolean one = !whole && box[0].length == 1 && box[1][0] == 0;
        int index = operands++;
        if (storage.isRegister() && (whole || one && storage == Storage.FLOAT32)) {
            int v = value(storage.register);
            scalar.set(v, one);
            fixed.put(v, new Program.Place(whole ? Program.Place.Kind.OPERAND : Program.Place.Kind.START, index));
            return v;
        }
        int start = value(storage.register);
        fixed.put(start, new Program.Place(Program.Place.Kind.START, index));
        int v = value(storage.register);
        Expansion expansion = new Expansion(storage, box[0], box[1]);
        write(v, (l, n) -> expansion.run(l.array[start], l.at[start], l.from, n, l.array[v], l.at[v]));
        boolean row = box[0].length == 2 && box[1][0] == 0 && box[1][1] == 1 && box[0][1] == dims[dims.length - 1];
        if (row && storage == Storage.FLOAT32 && box[0][1] <= Program.LONGEST_ROW) {
            once.add(code.remove(code.size() - 1));
        }
        return v;
    }

    private int value(Program.Register register) {
        registers.add(register);
        scalar.add(false);
        return registers.size() - 1;
    }

    private void write(int v, Program.Instruction run, int... reads) {
        List<Integer> all = new ArrayList<>();
        for (int r : reads) {
            all.add(r);
        }
        code.add(new Written(v, all, run, null));
    }

    public Program.Register register(int v) {
        return registers.get(v);
    }

    /** The value with an element of its own at every place, where it was a scalar. */
    private int spread(int x) {
        if (!scalar.get(x)) {
            return x;
        }
        int v = value(Program.Register.FLOAT);
        write(v, (l, n) -> Arrays.fill(l.floats(v), l.at[v], l.at[v] + n, l.floats(x)[l.at[x]]), x);
        return v;
    }

    /** {@code f(x)} in float. */
    public int unary(Unary f, float alpha, float beta, int x) {
        int a = spread(x);
        int v = value(Program.Register.FLOAT);
        write(v, (l, n) -> simd.unary(f, alpha, beta, l.floats(a), l.at[a], l.floats(v), l.at[v], n), a);
        return v;
    }

    /** {@code f(x, y)} in float. */
    public int binary(Binary f, int x, int y) {
        boolean both = scalar.get(x) && scalar.get(y);
        int a = both ? spread(x) : x;
        int b = y;
        int v = value(Program.Register.FLOAT);
        if (scalar.get(a)) {
            write(
                    v,
                    (l, n) -> simd.binaryLeft(f, l.floats(a)[l.at[a]], l.floats(b), l.at[b], l.floats(v), l.at[v], n),
                    a,
                    b);
        } else if (scalar.get(b)) {
            write(
                    v,
                    (l, n) -> simd.binaryRight(f, l.floats(a), l.at[a], l.floats(b)[l.at[b]], l.floats(v), l.at[v], n),
                    a,
                    b);
        } else {
            code.add(new Written(
                    v,
                    List.of(a, b),
                    (l, n) -> simd.binary(f, l.floats(a), l.at[a], l.floats(b), l.at[b], l.floats(v), l.at[v], n),
                    f));
        }
        return v;
    }

    /** {@code f(x)} in double. */
    public int real(DoubleUnaryOperator f, int x) {
        int v = value(Program.Register.DOUBLE);
        write(
                v,
                (l, n) -> {
                    double[] from = l.doubles(x);
                    double[] to = l.doubles(v);
                    for (int i = 0; i < n; i++) {
                        to[l.at[v] + i] = f.applyAsDouble(from[l.at[x] + i]);
                    }
                },
                x);
        return v;
    }

    /** {@code f(x, y)} in double. */
    public int real(DoubleBinaryOperator f, int x, int y) {
        int v = value(Program.Register.DOUBLE);
        write(
                v,
                (l, n) -> {
                    double[] a = l.doubles(x);
                    double[] b = l.doubles(y);
                    double[] to = l.doubles(v);
                    for (int i = 0; i < n; i++) {
                        to[l.at[v] + i] = f.applyAsDouble(a[l.at[x] + i], b[l.at[y] + i]);
                    }
                },
                x,
                y);
        return v;
    }

    /** {@code f(x)} of integers, as one of {@code type}. */
    public int integer(LongUnaryOperator f, Storage type, int x) {
        int v = value(Program.Register.LONG);
        write(
                v,
                (l, n) -> {
                    long[] from = l.longs(x);
                    long[] to = l.longs(v);
                    for (int i = 0; i < n; i++) {
                        to[l.at[v] + i] = f.applyAsLong(from[l.at[x] + i]);
                    }
                    type.wrap(to, l.at[v], n);
                },
                x);
        return v;
    }

    /** {@code f(x, y)} of integers, as one of {@code type}. */
    public int integer(LongBinaryOperator f, Storage type, int x, int y) {
        int v = value(Program.Register.LONG);
        write(
                v,
                (l, n) -> {
                    long[] a = l.longs(x);
                    long[] b = l.longs(y);
                    long[] to = l.longs(v);
                    for (int i = 0; i < n; i++) {
                        to[l.at[v] + i] = f.applyAsLong(a[l.at[x] + i], b[l.at[y] + i]);
                    }
                    type.wrap(to, l.at[v], n);
                },
                x,
                y);
        return v;
    }

    /** {@code x f y ? 1 : 0}. */
    public int compare(Comparison f, int x, int y) {
        int v = value(Program.Register.FLOAT);
        if (registers.get(x) == Program.Register.FLOAT) {
            int a = spread(x);
            int b = y;
            int step = scalar.get(b) ? 0 : 1;
            write(
                    v,
                    (l, n) ->
                            simd.compare(f, l.floats(a), l.at[a], l.floats(b), l.at[b], step, l.floats(v), l.at[v], n),
                    a,
                    b);
        } else if (registers.get(x) == Program.Register.DOUBLE) {
            write(v, (l, n) -> f.run(l.doubles(x), l.at[x], l.doubles(y), l.at[y], l.floats(v), l.at[v], n), x, y);
        } else {
            write(v, (l, n) -> f.run(l.longs(x), l.at[x], l.longs(y), l.at[y], l.floats(v), l.at[v], n), x, y);
        }
        return v;
    }

    /** {@code c ≠ 0 ? x : y}, x and y of one type. */
    public int select(int c, int x, int y) {
        int which = spread(c);
        int v = value(registers.get(x));
        switch (registers.get(x)) {
            case FLOAT -> {
                int xStep = scalar.get(x) ? 0 : 1;
                int yStep = scalar.get(y) ? 0 : 1;
                write(
                        v,
                        (l, n) -> simd.select(
                                l.floats(which),
                                l.at[which],
                                l.floats(x),
                                l.at[x],
                                xStep,
                                l.floats(y),
                                l.at[y],
                                yStep,
                                l.floats(v),
                                l.at[v],
                                n),
                        which,
                        x,
                        y);
            }
            case DOUBLE ->
                write(
                        v,
                        (l, n) -> {
                            float[] w = l.floats(which);
                            double[] a = l.doubles(x);
                            double[] b = l.doubles(y);
                            for (int i = 0; i < n; i++) {
                                l.doubles(v)[l.at[v] + i] = w[l.at[which] + i] != 0 ? a[l.at[x] + i] : b[l.at[y] + i];
                            }
                        },
                        which,
                        x,
                        y);
            default ->
                write(
                        v,
                        (l, n) -> {
                            float[] w = l.floats(which);
                            long[] a = l.longs(x);
                            long[] b = l.longs(y);
                            for (int i = 0; i < n; i++) {
                                l.longs(v)[l.at[v] + i] = w[l.at[which] + i] != 0 ? a[l.at[x] + i] : b[l.at[y] + i];
                            }
                        },
                        which,
                        x,
                        y);
        }
        return v;
    }

    /** x as a value of {@code type}: to integers toward zero and wrapped, to bool {@code x ≠ 0}. */
    public int cast(int from, Storage type) {
        int x = spread(from);
        if (type == Storage.BOOL) {
            int zero = zero(registers.get(x));
            return compare(Comparison.NE, x, zero);
        }
        int v = value(type.register);
        Program.Register source = registers.get(x);
        write(v, (l, n) -> Casts.run(source, l.array[x], l.at[x], type, l.array[v], l.at[v], n), x);
        return v;
    }

    private int zero(Program.Register register) {
        int v = value(register);
        write(v, (l, n) -> {
            switch (register) {
                case FLOAT -> Arrays.fill(l.floats(v), l.at[v], l.at[v] + n, 0);
                case DOUBLE -> Arrays.fill(l.doubles(v), l.at[v], l.at[v] + n, 0);
                default -> Arrays.fill(l.longs(v), l.at[v], l.at[v] + n, 0);
            }
        });
        return v;
    }

    /** Makes x the next result. */
    public void result(Storage storage, int x) {
        int index = results++;
        boolean written = code.stream().anyMatch(w -> w.value == x);
        if (written && storage.isRegister() && !fixed.containsKey(x)) {
            fixed.put(x, new Program.Place(Program.Place.Kind.RESULT, index));
            return;
        }
        int a = spread(x);
        int v = value(storage.register);
        fixed.put(v, new Program.Place(Program.Place.Kind.RESULT, index));
        write(v, (l, n) -> storage.store(l.array[a], l.at[a], l.array[v], l.at[v], n), a);
    }

    /** Makes the sums of x over all axes but the last the next result, or their mean; x in float. */
    public void sum(int x, boolean mean) {
        sums.add(new Program.Sum(spread(x), results++, mean ? size / dims[dims.length - 1] : 1));
    }

    /** Leaves out what nothing needs, and makes one instruction of a product and a sum that alone reads it. */
    private void improve() {
        int[] uses = new int[registers.size()];
        fixed.forEach((v, p) -> uses[v] += p.kind() == Program.Place.Kind.RESULT ? 2 : 0);
        sums.forEach(s -> uses[s.value()] += 2);
        for (int i = code.size() - 1; i >= 0; i--) {
            Written w = code.get(i);
            if (uses[w.value] == 0) {
                code.remove(i);
            } else {
                w.reads.forEach(r -> uses[r]++);
            }
        }
        once.removeIf(w -> uses[w.value] == 0);
        Map<Integer, Written> products = new HashMap<>();
        for (int i = 0; i < code.size(); i++) {
            Written w = code.get(i);
            if (w.of == Binary.MUL && uses[w.value] == 1) {
                products.put(w.value, w);
            }
            int k = w.of == Binary.ADD && products.containsKey(w.reads.get(1)) ? 1 : 0;
            if (w.of == Binary.ADD && products.containsKey(w.reads.get(k))) {
                Written product = products.remove(w.reads.get(k));
                code.set(i, multiplyAdd(w.value, product.reads.get(0), product.reads.get(1), w.reads.get(1 - k)));
                code.remove(product);
                i--;
            }
        }
    }

    private Written multiplyAdd(int v, int a, int b, int c) {
        return new Written(
                v,
                List.of(a, b, c),
                (l, n) -> simd.multiplyAdd(
                        l.floats(a), l.at[a], l.floats(b), l.at[b], l.floats(c), l.at[c], l.floats(v), l.at[v], n),
                null);
    }

    /** The program; every other value has a register from where it is written to where it is read last. */
    public Program make() {
        improve();
        Map<Integer, Integer> last = new HashMap<>();
        for (int i = 0; i < code.size(); i++) {
            for (int r : code.get(i).reads) {
                last.put(r, i);
            }
            last.putIfAbsent(code.get(i).value, i);
        }
        sums.forEach(s -> last.put(s.value(), code.size()));
        once.forEach(w -> last.put(w.value, code.size()));
        Program.Place[] places = new Program.Place[registers.size()];
        fixed.forEach((v, p) -> places[v] = p);
        List<List<Integer>> free = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        int[] used = new int[3];
        for (Written w : once) {
            places[w.value] = new Program.Place(Program.Place.Kind.FLOAT, used[0]++);
        }
        for (int i = 0; i < code.size(); i++) {
            int v = code.get(i).value;
            if (places[v] == null) {
                int kind = registers.get(v).ordinal();
                List<Integer> idle = free.get(kind);
                int register = idle.isEmpty() ? used[kind]++ : idle.remove(idle.size() - 1);
                places[v] = new Program.Place(
                        Program.Place.Kind.values()[Program.Place.Kind.FLOAT.ordinal() + kind], register);
            }
            for (int u = 0; u < places.length; u++) {
                boolean register =
                        places[u] != null && places[u].kind().ordinal() >= Program.Place.Kind.FLOAT.ordinal();
                if (register && last.getOrDefault(u, -1) == i) {
                    free.get(registers.get(u).ordinal()).add(places[u].index());
                }
            }
        }
        for (int v = 0; v < places.length; v++) {
            if (places[v] == null) { // read by nobody
                places[v] = new Program.Place(Program.Place.Kind.FLOAT, 0);
            }
        }
        boolean rows = !once.isEmpty() || !sums.isEmpty();
        return new Program(
                simd,
                size,
                rows ? dims[dims.length - 1] : 1,
                operands,
                List.of(places),
                once.stream().map(Written::run).toList(),
                code.stream().map(Written::run).toList(),
                sums);
    }
}
