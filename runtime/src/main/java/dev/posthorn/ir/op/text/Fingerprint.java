package dev.posthorn.ir.op.text;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Hashes;
import dev.posthorn.model.ShapeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * FarmHash's fingerprint of every row's bytes: {@code x[n×…] → y[n×8]} of uint8, the lowest byte first; of rows of several
 * strings, that of their fingerprints. Source: TF Fingerprint.
 */
public record Fingerprint() implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(1).type(0);
        if (x.shape().isRanked() && x.shape().rank() == 0
                || x.dtype() == DType.VARIANT
                || x.dtype() == DType.RESOURCE) {
            throw new ShapeException("expected rows but was " + x);
        }
        return TensorType.of(DType.UINT8, x.shape().isRanked() ? x.shape().dim(0) : Shape.UNKNOWN, 8);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        int n = x.shape().dim(0);
        int row = x.shape().size(1, x.shape().rank());
        ByteBuffer y = ByteBuffer.allocate(8 * n).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < n; i++) {
            boolean one = x.dtype() == DType.STRING && x.shape().rank() == 1;
            y.putLong(Hashes.fingerprint(one ? x.byteStrings()[i] : bytes(x, i * row, row)));
        }
        return Tensor.of(DType.UINT8, Shape.of(n, 8), y.array());
    }

    private static byte[] bytes(Tensor x, int from, int n) {
        if (x.dtype() == DType.STRING) {
            ByteBuffer all = ByteBuffer.allocate(8 * n).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < n; i++) {
                all.putLong(Hashes.fingerprint(x.byteStrings()[from + i]));
            }
            return all.array();
        }
        return RawBytes.of(x, from, n);
    }
}
