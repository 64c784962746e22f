package dev.posthorn.ir.op.image;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.util.List;

/**
 * The JPEG file of a picture: {@code x[h×w×c], quality[] → y[]}, c 1 or 3, uint8; quality from 0 to 100. Baseline, in
 * the integers of libjpeg, whose bytes these are. Source: TF EncodeJpegVariableQuality.
 *
 * @param halved whether colours have half the rows and columns
 * @param unit of the densities: 0 for none, 1 for inches, 2 for centimetres
 */
public record EncodeJpeg(boolean halved, int unit, int xDensity, int yDensity, String xmp) implements Op.Single {
    @Override
    public TensorType type(Operands in) {
        TensorType x = in.count(2).type(0);
        boolean picture =
                x.dtype() == DType.UINT8 && (!x.shape().isRanked() || x.shape().rank() == 3);
        if (!picture || in.dtype(1) != DType.INT32 || !Shape.SCALAR.accepts(in.shape(1))) {
            throw new ShapeException("expected a picture of uint8 and a quality but was " + in.types());
        }
        return TensorType.of(DType.STRING);
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        Tensor x = in.get(0);
        int quality = in.get(1).ints()[0];
        int c = x.shape().dim(2);
        if (c != 1 && c != 3 || x.shape().dim(0) < 1 || x.shape().dim(1) < 1) {
            throw new ShapeException("expected a picture of 1 or 3 channels but was " + x.type());
        }
        if (quality < 0 || quality > 100) {
            throw new ShapeException("expected a quality in [0, 100] but was " + quality);
        }
        Tensor y = Tensor.zeros(out);
        y.byteStrings()[0] = new JpegFile(this, quality)
                .of(x.bytes(), x.shape().dim(0), x.shape().dim(1), c);
        return y;
    }
}
