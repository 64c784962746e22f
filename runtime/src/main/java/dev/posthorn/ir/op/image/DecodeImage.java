package dev.posthorn.ir.op.image;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.op.Texts;
import dev.posthorn.model.ShapeException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The picture in a file: {@code file[] → y[h×w×c]}, or {@code y[frames×h×w×c]} of animations. JPEG, PNG, GIF and BMP are told
 * by their first bytes. Values are as the file has them for uint8; times 256 (257 of PNG) for uint16; between 0 and 1 for
 * float32.
 *
 * @param channels of the result; 0 for those of the file
 * @param frames whether there is an axis of frames: always, of animations alone, or never, the first one being taken
 * @param only the only format that is read; null for all
 * @param jpeg how JPEG is read
 *     <p>(C1) a known format, whole. (C2) at most 2^29 values. Source: TF DecodeImage and kin.
 */
public record DecodeImage(int channels, DType to, Frames frames, Format only, Jpegs jpeg) implements Op.Single {
    /** Whether there is an axis of frames. */
    public enum Frames {
        ALWAYS,
        ANIMATIONS,
        NEVER
    }

    /** What is read. */
    public enum Format {
        JPEG,
        PNG,
        GIF,
        BMP
    }

    /** How JPEG is read: a part of its size, interpolated colours or not, by fast transforms or not. */
    public record Jpegs(int ratio, boolean fancy, boolean fast) {
        public Jpegs {
            if (ratio != 1 && ratio != 2 && ratio != 4 && ratio != 8) {
                throw new ShapeException("DecodeImage: expected a ratio of 1, 2, 4 or 8 but was " + ratio);
            }
        }
    }

    public DecodeImage {
        if (channels < 0
                || channels > 4
                || channels == 2
                || to != DType.UINT8 && to != DType.UINT16 && to != DType.FLOAT32) {
            throw new ShapeException("DecodeImage: expected 0, 1, 3 or 4 channels of uint8, uint16 or float32 but was "
                    + channels + " of " + to);
        }
    }

    @Override
    public TensorType type(Operands in) {
        if (!Shape.SCALAR.accepts(Texts.strings(in.count(1), 0).shape())) {
            throw new ShapeException("expected one file but was " + in.type(0));
        }
        int c = channels == 0 ? Shape.UNKNOWN : channels;
        Shape one = Shape.of(Shape.UNKNOWN, Shape.UNKNOWN, c);
        return new TensorType(
                to,
                switch (frames) {
                    case ALWAYS -> one.insert(0, Shape.UNKNOWN);
                    case NEVER -> one;
                    case ANIMATIONS -> Shape.UNRANKED;
                });
    }

    private static Format format(byte[] file) {
        ByteBuffer b = ByteBuffer.wrap(file);
        if (file.length >= 8 && b.getLong(0) == Png.SIGNATURE) {
            return Format.PNG;
        }
        if (file.length >= 3 && (b.getShort(0) & 0xffff) == 0xffd8 && file[2] == (byte) 0xff) {
            return Format.JPEG;
        }
        if (file.length >= 4 && b.getInt(0) == 0x47494638) {
            return Format.GIF;
        }
        if (file.length >= 2 && b.getShort(0) == 0x424d) {
            return Format.BMP;
        }
        throw new ShapeException("expected a JPEG, PNG, GIF or BMP file but was another of " + file.length + " bytes");
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        byte[] file = in.get(0).byteStrings()[0];
        Format format = format(file);
        if (only != null && format != only) {
            throw new ShapeException("expected a " + only + " file but was " + format);
        }
        Picture p;
        try {
            p = switch (format) {
                case PNG -> Png.read(file, channels, to != DType.UINT8);
                case JPEG -> new JpegPicture(channels, jpeg.ratio, jpeg.fancy, jpeg.fast).read(file);
                case BMP -> Bmp.read(file, channels);
                case GIF -> Gif.read(file);
            };
        } catch (IndexOutOfBoundsException e) { // (C1) of a format's own arithmetic on what is broken
            throw new ShapeException("expected a " + format + " file but was broken", e);
        }
        if (format == Format.GIF && channels != 0 && channels != 3) {
            throw new ShapeException("expected 0 or 3 channels of a GIF file but was " + channels);
        }
        boolean axis = frames == Frames.ALWAYS || frames == Frames.ANIMATIONS && format == Format.GIF;
        Shape one = Shape.of(p.height(), p.width(), p.channels());
        Tensor y = Tensor.zeros(new TensorType(to, axis ? one.insert(0, p.frames()) : one));
        for (int i = 0; i < y.size(); i++) {
            int v = p.values()[i] & 0xffff;
            switch (to) {
                case UINT8 -> y.bytes()[i] = (byte) v;
                case UINT16 -> y.shorts()[i] = (short) (p.wide() ? v : v * 256);
                default -> y.floats()[i] = v * (p.wide() ? 1f / 65535 : 1f / 255);
            }
        }
        return y;
    }

    /** Height, width and channels of a JPEG file, from its header. */
    static int[] jpegShape(byte[] file) {
        if (format(file) != Format.JPEG) {
            throw new ShapeException("expected a JPEG file but was another");
        }
        Jpeg j = Jpeg.read(file, true);
        return new int[] {j.height, j.width, j.components.size()};
    }
}
