package dev.posthorn.ir.op.image;

/** The blocks of one scan of a JPEG file, one after the other. */
final class JpegBlocks {
    private final JpegBits in;
    private final JpegBits.Huffman[] dc;
    private final JpegBits.Huffman[] ac;
    private final boolean progressive;
    /** The first and the last coefficient, the bits that are known already, and those that are not there. */
    private final int[] scan;
    /** How many blocks more hold nothing. */
    private int run;

    JpegBlocks(JpegBits in, JpegBits.Huffman[] dc, JpegBits.Huffman[] ac, boolean progressive, int[] scan) {
        this.in = in;
        this.dc = dc;
        this.ac = ac;
        this.progressive = progressive;
        this.scan = scan.clone();
    }

    void restart() {
        run = 0;
    }

    /** The next block, whose coefficients go to those of the component from a place on. */
    void read(Jpeg.Component c, int codes, int at0) {
        JpegBits.Huffman h = ac[codes & 3];
        short[] x = c.coefficients;
        if (!progressive) {
            first(c, codes, at0, 0);
            for (int k = 1; k < 64; k++) {
                int s = in.symbol(h);
                k += s >> 4;
                if ((s & 15) == 0) {
                    if (s != 0xf0) {
                        return;
                    }
                } else {
                    put(x, at0, k, in.number(s & 15));
                }
            }
        } else if (scan[0] == 0) {
            if (scan[2] == 0) {
                first(c, codes, at0, scan[3]);
            } else {
                x[at0] |= (short) (in.bit() << scan[3]);
            }
        } else if (scan[2] == 0) {
            band(h, x, at0);
        } else {
            refine(h, x, at0);
        }
    }

    private static void put(short[] x, int at0, int k, int value) {
        if (k > 63) {
            throw Picture.broken("JPEG", "more than 64 coefficients");
        }
        x[at0 + Jpeg.ZIGZAG[k]] = (short) value;
    }

    private void first(Jpeg.Component c, int codes, int at0, int shift) {
        c.before += in.number(in.symbol(dc[codes >> 4 & 3]) & 15);
        c.coefficients[at0] = (short) (c.before << shift);
    }

    private void band(JpegBits.Huffman h, short[] x, int at0) {
        if (run > 0) {
            run--;
            return;
        }
        for (int k = scan[0]; k <= scan[1]; k++) {
            int s = in.symbol(h);
            int zeros = s >> 4;
            if ((s & 15) == 0 && zeros < 15) {
                run = (1 << zeros) - 1 + in.bits(zeros);
                return;
            }
            k += zeros;
            if ((s & 15) != 0) {
                put(x, at0, k, in.number(s & 15) << scan[3]);
            }
        }
    }

    private void refine(JpegBits.Huffman h, short[] x, int at0) {
        int bit = 1 << scan[3];
        int k = scan[0];
        while (run == 0 && k <= scan[1]) {
            int s = in.symbol(h);
            int zeros = s >> 4;
            int value = 0;
            if ((s & 15) != 0) {
                value = in.bit() == 1 ? bit : -bit;
            } else if (zeros < 15) {
                run = (1 << zeros) + in.bits(zeros);
                break;
            }
            for (; k <= scan[1]; k++) {
                if (x[at0 + Jpeg.ZIGZAG[k]] != 0) {
                    correct(x, at0 + Jpeg.ZIGZAG[k], bit);
                } else if (zeros-- == 0) {
                    x[at0 + Jpeg.ZIGZAG[k]] = (short) value;
                    k++;
                    break;
                }
            }
        }
        if (run > 0) {
            for (; k <= scan[1]; k++) {
                if (x[at0 + Jpeg.ZIGZAG[k]] != 0) {
                    correct(x, at0 + Jpeg.ZIGZAG[k], bit);
                }
            }
            run--;
        }
    }

    private void correct(short[] x, int at, int bit) {
        if (in.bit() == 1 && (x[at] & bit) == 0) {
            x[at] += (short) (x[at] > 0 ? bit : -bit);
        }
    }
}
