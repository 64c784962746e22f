package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The WAV file of a sound: {@code x[samples×channels], rate[] → y[]}, samples of 16 bits, numbers beyond [-1, 1) cut
 * off. Source: TF EncodeWav.
 */
public record EncodeWav() implements Op.Single {
    private static final int HEADER = 44;

    @Override
    public TensorType type(Operands in) {
        boolean fits = in.count(2).dtype(0) == DType.FLOAT32
                && in.dtype(1) == DType.INT32
                && Shape.SCALAR.accepts(in.shape(1))
                && (!in.shape(0).isRanked() || in.shape(0).rank() == 2);
        if (!fits) {
            throw new ShapeException("expected samples[n×channels] of float32 and a rate but was " + in.types());
        }
        return TensorType.of(DType.STRING);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        float[] x = in.get(0).floats();
        int channels = in.get(0).shape().dim(1);
        int rate = in.get(1).ints()[0];
        if (channels < 1 || channels > 0xffff || rate < 1) {
            throw new ShapeException("expected channels and a rate but was " + channels + " and " + rate);
        }
        ByteBuffer file = ByteBuffer.allocate(HEADER + 2 * x.length).order(ByteOrder.LITTLE_ENDIAN);
        text(file, "RIFF").putInt(file.capacity() - 8);
        text(file, "WAVE");
        text(file, "fmt ")
                .putInt(16)
                .putShort((short) 1)
                .putShort((short) channels)
                .putInt(rate);
        file.putInt(rate * 2 * channels).putShort((short) (2 * channels)).putShort((short) 16);
        text(file, "data").putInt(2 * x.length);
        for (float v : x) {
            float wide = v * 32768f;
            float whole = Math.copySign((float) Math.floor(Math.abs(wide) + 0.5f), wide);
            file.putShort((short) Math.max(Short.MIN_VALUE, Math.min(Short.MAX_VALUE, whole)));
        }
        Tensor y = Tensor.zeros(out);
        y.byteStrings()[0] = file.array();
        return y;
    }

    private static ByteBuffer text(ByteBuffer file, String word) {
        return file.put(word.getBytes(StandardCharsets.US_ASCII));
    }
}
