package dev.posthorn.ir.op.sparse;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Hashes;
import dev.posthorn.model.ShapeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * All combinations of one feature of each column, row by row: {@code (splits[b+1], x[k])… → splits[b+1], y[m]}; the last
 * column goes round fastest. A combination is its features joined by {@code separator}, or their hash. Source: TF
 * SparseCrossV2, SparseCrossHashed, RaggedCross.
 *
 * @param separator between features; null where they are hashed
 * @param buckets hashes are less than this; 0 for any
 * @param key what hashes begin with; null where they begin with the first feature's
 * @param salt two numbers by which strings are hashed; empty for FarmHash's fingerprint
 */
public record Cross(String separator, long buckets, Long key, List<Long> salt) implements Op.Primitive {
    public Cross {
        salt = List.copyOf(salt);
        if (buckets < 0 || salt.size() != 0 && salt.size() != 2) {
            throw new ShapeException(
                    "Cross: expected buckets and a salt of 0 or 2 numbers but was " + buckets + ", " + salt);
        }
    }

    @Override
    public List<TensorType> infer(Operands in) {
        if (in.size() < 2 || in.size() % 2 != 0) {
            throw new ShapeException("expected columns of splits and features but was " + in.types());
        }
        for (int i = 0; i < in.size(); i += 2) {
            Places.vector(in, i);
            if (in.dtype(i + 1) != DType.STRING && in.dtype(i + 1) != DType.INT64) {
                throw new ShapeException("expected strings or int64 but was " + in.type(i + 1));
            }
        }
        DType out = separator == null ? DType.INT64 : DType.STRING;
        return List.of(Places.vector(in, 0), TensorType.of(out, Shape.UNKNOWN));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        int n = in.size() / 2;
        int rows = in.get(0).size() - 1;
        long[][] splits = new long[n][];
        for (int c = 0; c < n; c++) {
            splits[c] = Places.splits(in.get(2 * c), in.get(2 * c + 1).size());
            if (splits[c].length != rows + 1) {
                throw new ShapeException("expected " + rows + " rows but was " + (splits[c].length - 1));
            }
        }
        long[] ends = new long[rows + 1];
        for (int r = 0; r < rows; r++) {
            long all = 1;
            for (int c = 0; c < n; c++) {
                all = Math.multiplyExact(all, splits[c][r + 1] - splits[c][r]);
            }
            ends[r + 1] = Math.addExact(ends[r], all);
        }
        Tensor y = Tensor.zeros(TensorType.of(out.get(1).dtype(), Math.toIntExact(ends[rows])));
        for (int r = 0; r < rows; r++) {
            for (long i = ends[r]; i < ends[r + 1]; i++) {
                int[] picked = new int[n];
                long rest = i - ends[r];
                for (int c = n - 1; c >= 0; c--) {
                    long size = splits[c][r + 1] - splits[c][r];
                    picked[c] = (int) (splits[c][r] + rest % size);
                    rest /= size;
                }
                if (separator == null) {
                    y.longs()[(int) i] = hash(in, picked);
                } else {
                    y.byteStrings()[(int) i] = joined(in, picked);
                }
            }
        }
        return List.of(Places.vector(ends), y);
    }

    private byte[] joined(List<Tensor> in, int[] picked) {
        List<String> parts = new ArrayList<>();
        for (int c = 0; c < picked.length; c++) {
            Tensor x = in.get(2 * c + 1);
            parts.add(
                    x.dtype() == DType.STRING
                            ? new String(x.byteStrings()[picked[c]], StandardCharsets.ISO_8859_1)
                            : Long.toString(x.getLong(picked[c])));
        }
        String between = new String(separator.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return String.join(between, parts).getBytes(StandardCharsets.ISO_8859_1);
    }

    private long hash(List<Tensor> in, int[] picked) {
        long hash = key == null ? 0 : key;
        for (int c = 0; c < picked.length; c++) {
            Tensor x = in.get(2 * c + 1);
            long own = x.dtype() != DType.STRING || salt.isEmpty()
                    ? Hashes.feature(x, picked[c])
                    : Hashes.sip(x.byteStrings()[picked[c]], salt.get(0), salt.get(1));
            hash = c == 0 && key == null ? own : Hashes.concatenated(hash, own);
        }
        return Hashes.bucket(hash, buckets);
    }
}
