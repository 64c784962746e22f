package dev.posthorn.ir.op.text;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Texts;
import dev.posthorn.model.ShapeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * The numbers that strings' bytes are: {@code x[…] → y[…×n]}. Strings are of one length; with a {@code length} they are cut
 * or filled with zeros to it, -1 for none.
 *
 * <p>(C1) one length. (C2) a multiple of the number's size. Source: TF DecodeRaw, DecodePaddedRaw.
 */
public record DecodeRaw(DType to, boolean littleEndian, int length) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        Shape x = Texts.strings(in.count(1), 0).shape();
        if (to.kind() == DType.Kind.OTHER && to != DType.BOOL || length > 0 && length % to.bytes() != 0) {
            throw new ShapeException("expected a type of numbers that divides " + length + " bytes but was " + to);
        }
        int n = length < 0 ? Shape.UNKNOWN : length / to.bytes();
        return new TensorType(to, x.isRanked() ? x.append(n) : Shape.UNRANKED);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        byte[][] x = in.get(0).byteStrings();
        int bytes = length >= 0 ? length : x.length == 0 ? 0 : x[0].length;
        int n = bytes / to.bytes();
        if (n * to.bytes() != bytes) { // (C2)
            throw new ShapeException("expected multiples of " + to.bytes() + " bytes but was " + bytes);
        }
        Tensor y = Tensor.zeros(new TensorType(to, in.get(0).shape().append(n)));
        for (int i = 0; i < x.length; i++) {
            if (length < 0 && x[i].length != bytes) { // (C1)
                throw new ShapeException(
                        "expected strings of " + bytes + " bytes but was " + x[i].length + " (element " + i + ")");
            }
            ByteBuffer s = ByteBuffer.wrap(Arrays.copyOf(x[i], bytes));
            RawBytes.read(s.order(littleEndian ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN), y, i * n);
        }
        return y;
    }
}
