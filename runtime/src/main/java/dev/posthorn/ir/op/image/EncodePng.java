package dev.posthorn.ir.op.image;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * PNG files of pictures: {@code x[…×h×w×c] → y[…]}, c from 1 to 4, uint8 or uint16; {@code level} is that of the compression,
 * -1 for the usual one. The bytes are not those of libpng, the picture in them is. Source: TF EncodePng.
 */
public record EncodePng(int level) implements Op.Single {
    public EncodePng {
        if (level < -1 || level > 9) {
            throw new ShapeException("EncodePng: expected a level in [-1, 9] but was " + level);
        }
    }

    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(1).type(0);
        boolean fits = x.dtype() == DType.UINT8 || x.dtype() == DType.UINT16;
        if (!fits || x.shape().isRanked() && x.shape().rank() < 3) {
            throw new ShapeException("expected pictures of uint8 or uint16 but was " + x);
        }
        return new TensorType(
                DType.STRING,
                x.shape().isRanked() ? x.shape().slice(0, x.shape().rank() - 3) : Shape.UNRANKED);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        Shape s = x.shape();
        int c = s.dim(-1);
        if (c < 1 || c > 4 || s.dim(-2) == 0 || s.dim(-3) == 0) {
            throw new ShapeException("expected pictures of 1 to 4 channels but was " + x.type());
        }
        Tensor y = Tensor.zeros(new TensorType(DType.STRING, s.slice(0, s.rank() - 3)));
        for (int i = 0; i < y.size(); i++) {
            y.byteStrings()[i] = file(x, i * s.dim(-3), s.dim(-3), s.dim(-2), c);
        }
        return y;
    }

    private byte[] file(Tensor x, int from, int height, int width, int c) {
        boolean wide = x.dtype() == DType.UINT16;
        ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
        header.put((byte) (wide ? 16 : 8)).put((byte) new int[] {0, 4, 2, 6}[c - 1]);
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(level);
        try (DeflaterOutputStream to = new DeflaterOutputStream(rows, deflater)) {
            for (int i = 0; i < height; i++) {
                to.write(0);
                for (int k = 0; k < width * c; k++) {
                    long v = x.getLong((from + i) * width * c + k);
                    if (wide) {
                        to.write((int) v >> 8);
                    }
                    to.write((int) v);
                }
            }
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e); // not of memory
        } finally {
            deflater.end();
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(ByteBuffer.allocate(8).putLong(Png.SIGNATURE).array());
        chunk(file, "IHDR", header.array());
        chunk(file, "IDAT", rows.toByteArray());
        chunk(file, "IEND", new byte[0]);
        return file.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream to, String name, byte[] data) {
        byte[] words = name.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(words);
        crc.update(data);
        to.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        to.writeBytes(words);
        to.writeBytes(data);
        to.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }
}
