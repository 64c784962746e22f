package dev.posthorn.ir.op.text;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Texts;
import dev.posthorn.model.ShapeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/**
 * What was compressed, string by string: {@code x[…] → y[…]}.
 *
 * <p>(C1) at most 1 GiB a string. Source: TF DecodeCompressed.
 */
public record Decompress(Kind kind) implements Op.Single {
    private static final int MOST = 1 << 30;

    /** How it was compressed. */
    public enum Kind {
        NONE,
        ZLIB,
        GZIP
    }

    @Override
    public TensorType type(Operands in) {
        return Texts.strings(in.count(1), 0);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        return Texts.map(in.get(0), out, this::each);
    }

    private byte[] each(byte[] s) {
        if (kind == Kind.NONE) {
            return s;
        }
        try (InputStream raw = new ByteArrayInputStream(s);
                InputStream y = kind == Kind.ZLIB ? new InflaterInputStream(raw) : new GZIPInputStream(raw)) {
            byte[] all = y.readNBytes(MOST + 1);
            if (all.length > MOST) { // (C1)
                throw new ShapeException("expected at most 1 GiB but was more");
            }
            return all;
        } catch (IOException e) {
            throw new ShapeException("expected " + kind + " but was another (" + e.getMessage() + ")", e);
        }
    }
}
