package dev.posthorn.ir.op.text;

import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Texts;
import dev.posthorn.model.ShapeException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Strings of one segment joined: {@code x[s…×r…], segment[s…], n[] → y[n×r…]}; no separator
 * comes after nothing.
 *
 * <p>(C1) segments in [0, n). Source: TF UnsortedSegmentJoin.
 */
public record SegmentJoin(String separator) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        TensorType x = Texts.strings(in.count(3), 0);
        if (!in.dtype(1).isInteger() || !in.dtype(2).isInteger()) {
            throw new ShapeException("expected integer segments but was " + in.types());
        }
        if (!x.shape().isRanked() || !in.shape(1).isRanked()) {
            return x.withShape(Shape.UNRANKED);
        }
        int n = in.constant(2).map(t -> Math.toIntExact(t.getLong(0))).orElse(Shape.UNKNOWN);
        return x.withShape(x.shape().slice(in.shape(1).rank(), x.shape().rank()).insert(0, n));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Shape x = in.get(0).shape();
        Tensor segments = in.get(1);
        long n = in.get(2).getLong(0);
        Shape inner = x.slice(segments.shape().rank(), x.rank());
        int row = inner.size();
        if (n < 0 || n * row > Integer.MAX_VALUE - 8) {
            throw new ShapeException("expected at most 2^31 - 9 strings but was " + n + " segments of " + row);
        }
        ByteArrayOutputStream[] all = new ByteArrayOutputStream[(int) n * row];
        for (int i = 0; i < segments.size(); i++) {
            long to = segments.getLong(i);
            if (to < 0 || to >= n) { // (C1)
                throw new ShapeException("expected segments in [0, " + n + ") but was " + to + " (element " + i + ")");
            }
            for (int k = 0; k < row; k++) {
                int place = (int) to * row + k;
                if (all[place] == null) {
                    all[place] = new ByteArrayOutputStream();
                } else if (all[place].size() > 0) {
                    all[place].writeBytes(separator.getBytes(StandardCharsets.UTF_8));
                }
                all[place].writeBytes(in.get(0).byteStrings()[i * row + k]);
            }
        }
        Tensor y = Tensor.zeros(new TensorType(out.dtype(), inner.insert(0, (int) n)));
        for (int i = 0; i < all.length; i++) {
            y.byteStrings()[i] = all[i] == null ? new byte[0] : all[i].toByteArray();
        }
        return y;
    }
}
