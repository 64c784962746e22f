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
import java.util.List;

/**
 * The sound in a WAV file of 16-bit samples: {@code file[] → samples[n×channels], rate[]}, samples in [-1, 1). A number of
 * samples or channels other than -1 is what comes out: the rest is cut off, or 0 for samples and the last channel again for
 * channels. Source: TF DecodeWav.
 */
public record DecodeWav(int channels, int samples) implements Op.Primitive {
    @Override
    public List<TensorType> infer(Operands in) {
        if (in.count(1).dtype(0) != DType.STRING || !Shape.SCALAR.accepts(in.shape(0))) {
            throw new ShapeException("expected a string but was " + in.type(0));
        }
        return List.of(TensorType.f32(Math.max(samples, -1), Math.max(channels, -1)), TensorType.of(DType.INT32));
    }

    @Override
    public List<Tensor> eval(List<Tensor> in, List<TensorType> out) {
        ByteBuffer file = ByteBuffer.wrap(in.get(0).byteStrings()[0]).order(ByteOrder.LITTLE_ENDIAN);
        if (file.remaining() < 12
                || !word(file).equals("RIFF")
                || file.getInt() < 0
                || !word(file).equals("WAVE")) {
            throw new ShapeException("expected a WAV file but was another");
        }
        int own = 0;
        int rate = 0;
        ByteBuffer data = null;
        while (data == null) {
            if (file.remaining() < 8) {
                throw new ShapeException("expected samples in a WAV file but was none");
            }
            String chunk = word(file);
            long size = file.getInt() & 0xffffffffL;
            if (chunk.equals("data")) {
                data = file.slice(file.position(), (int) Math.min(size, file.remaining()));
            } else if (size > file.remaining()) {
                throw new ShapeException("expected a chunk of " + size + " bytes but was " + file.remaining());
            } else if (chunk.equals("fmt ")) {
                own = size < 16 ? 0 : file.getShort(file.position() + 2);
                rate = size < 16 ? 0 : file.getInt(file.position() + 4);
                int format = size < 16 ? 0 : file.getShort(file.position());
                int bits = size < 16 ? 0 : file.getShort(file.position() + 14);
                if (format != 1 || bits != 16 || own < 1) {
                    throw new ShapeException("expected 16-bit samples but was format " + format + " of " + bits
                            + " bits in " + own + " channels");
                }
            }
            file.position(file.position() + (chunk.equals("data") ? 0 : (int) (size + (size & 1))));
        }
        if (own < 1) {
            throw new ShapeException("expected the samples' format before the samples but was none");
        }
        data.order(ByteOrder.LITTLE_ENDIAN);
        int there = data.remaining() / (2 * own);
        int n = samples < 0 ? there : samples;
        int c = channels < 0 ? own : channels;
        Tensor y = Tensor.zeros(TensorType.f32(n, c));
        for (int i = 0; i < Math.min(n, there); i++) {
            for (int k = 0; k < c; k++) {
                y.floats()[i * c + k] = data.getShort(2 * (i * own + Math.min(k, own - 1))) / 32768f;
            }
        }
        return List.of(y, Tensor.scalar(DType.INT32, rate));
    }

    private static String word(ByteBuffer file) {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            s.append((char) file.get());
        }
        return s.toString();
    }
}
