package dev.posthorn.ir.op.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads uncompressed BMP of 8 (grey), 24 and 32 bits. Source: tensorflow/core/kernels/image/decode_image_op.cc. */
final class Bmp {
    private Bmp() {}

    /** The picture in as many channels as it must have, 0 for those it has. */
    static Picture read(byte[] file, int channels) {
        if (file.length < 32) {
            throw Picture.broken("BMP", file.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int from = in.getInt(10);
        int width = in.getInt(18);
        int signed = in.getInt(22);
        int bits = in.getShort(28) & 0xffff;
        boolean down = signed < 0;
        long height = Math.abs((long) signed);
        int own = bits / 8;
        if (bits != 8 && bits != 24 && bits != 32 || channels != 0 && channels != own) {
            throw Picture.broken("BMP", bits + " bits a pixel for " + channels + " channels");
        }
        Picture y = Picture.of(1, height, width, own, false);
        long row = ((long) own * width + 3) / 4 * 4;
        if (from < 0 || from + row * (height - 1) + (long) own * width > file.length) {
            throw Picture.broken("BMP", file.length + " bytes for " + height + " rows of " + row);
        }
        for (int i = 0; i < height; i++) {
            int start = (int) (from + row * (down ? i : height - 1 - i));
            for (int j = 0; j < width; j++) {
                for (int k = 0; k < own; k++) {
                    int place = k < 3 && own > 1 ? 2 - k : k; // blue comes first
                    y.values()[(i * width + j) * own + k] = (short) (file[start + j * own + place] & 0xff);
                }
            }
        }
        return y;
    }
}
