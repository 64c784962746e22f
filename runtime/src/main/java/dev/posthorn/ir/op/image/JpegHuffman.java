package dev.posthorn.ir.op.image;

/** A Huffman code: how many symbols have codes of each length from 1 to 16, and the symbols in their order. */
final class JpegHuffman {
    private final int[] counts;
    private final int[] symbols;
    private final int[] codes = new int[256];
    private final int[] lengths = new int[256];

    JpegHuffman(int[] counts, int[] symbols) {
        this.counts = counts;
        this.symbols = symbols;
        int code = 0;
        int at = 0;
        for (int length = 1; length <= 16; length++) {
            for (int i = 0; i < counts[length - 1]; i++) {
                codes[symbols[at]] = code++;
                lengths[symbols[at++]] = length;
            }
            code <<= 1;
        }
    }

    int code(int symbol) {
        return codes[symbol];
    }

    int length(int symbol) {
        return lengths[symbol];
    }

    /** The table as a file has it, under this number. */
    int[] segment(int number) {
        int[] all = new int[17 + symbols.length];
        all[0] = number;
        System.arraycopy(counts, 0, all, 1, 16);
        System.arraycopy(symbols, 0, all, 17, symbols.length);
        return all;
    }
}
