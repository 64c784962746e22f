package dev.posthorn.ir.op;

import dev.posthorn.ir.Adjoint;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The bytes of x, lower ones first, under another type: {@code x[…] → y[…]} where elements are as large, {@code y[…×k]} where
 * one becomes k, {@code x[…×k] → y[…]} where k become one. Source: TF Bitcast.
 */
public record Bitcast(DType to) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        DType from = in.count(1).dtype(0);
        Shape x = in.shape(0);
        if (!fixed(from) || !fixed(to)) {
            throw new ShapeException("expected numbers but was " + from + " and " + to);
        }
        if (!x.isRanked() || from.bytes() == to.bytes()) {
            return new TensorType(to, x);
        }
        if (from.bytes() > to.bytes()) {
            return new TensorType(to, x.append(from.bytes() / to.bytes()));
        }
        int k = to.bytes() / from.bytes();
        if (x.rank() == 0 || x.dim(-1) != k && x.dim(-1) != Shape.UNKNOWN) {
            throw new ShapeException("expected a last dimension of " + k + " but was " + x);
        }
        return new TensorType(to, x.remove(x.rank() - 1));
    }

    private static boolean fixed(DType t) {
        return t.isFloating() || t.isInteger();
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        ByteBuffer bytes = ByteBuffer.allocate(x.size() * x.dtype().bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < x.size(); i++) {
            put(bytes, x, i);
        }
        bytes.flip();
        Tensor y = Tensor.zeros(out);
        for (int i = 0; i < y.size(); i++) {
            get(bytes, y, i);
        }
        return y;
    }

    private static void put(ByteBuffer bytes, Tensor x, int i) {
        if (x.data() instanceof float[] f) {
            bytes.putFloat(f[i]);
        } else if (x.data() instanceof double[] d) {
            bytes.putDouble(d[i]);
        } else if (x.data() instanceof long[] l) {
            bytes.putLong(l[i]);
        } else if (x.data() instanceof int[] n) {
            bytes.putInt(n[i]);
        } else if (x.data() instanceof short[] s) {
            bytes.putShort(s[i]);
        } else {
            bytes.put(x.bytes()[i]);
        }
    }

    private static void get(ByteBuffer bytes, Tensor y, int i) {
        if (y.data() instanceof float[] f) {
            f[i] = bytes.getFloat();
        } else if (y.data() instanceof double[] d) {
            d[i] = bytes.getDouble();
        } else if (y.data() instanceof long[] l) {
            l[i] = bytes.getLong();
        } else if (y.data() instanceof int[] n) {
            n[i] = bytes.getInt();
        } else if (y.data() instanceof short[] s) {
            s[i] = bytes.getShort();
        } else {
            y.bytes()[i] = bytes.get();
        }
    }

    @Override
    public void gradient(Adjoint g) {
        g.none();
    }
}
