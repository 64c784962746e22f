package dev.posthorn.hdf5;

/** The extent of a dataset or attribute: its dimensions, none for a scalar; a null extent has no elements at all. */
record Dataspace(long[] dims, long[] max, boolean isNull) {
    private static final int LARGEST_RANK = 32;

    static Dataspace read(In in) {
        int version = in.version("dataspace", 1, 2);
        int rank = in.u8();
        int flags = in.u8();
        int kind = in.u8();
        if (rank > LARGEST_RANK) {
            throw new Malformed("at most " + LARGEST_RANK + " dimensions", rank);
        }
        in.skip(version == 1 ? 4 : 0);
        long[] dims = lengths(in, rank, false);
        long[] max = (flags & 1) == 0 ? dims : lengths(in, rank, true);
        for (int i = 0; i < rank; i++) {
            if (max[i] != Bytes.UNDEFINED && max[i] < dims[i]) {
                throw new Malformed("dimension " + i + " of at most " + max[i], dims[i]);
            }
        }
        Dataspace space = new Dataspace(dims, max, version == 2 && kind == 2);
        space.size();
        return space;
    }

    private static long[] lengths(In in, int rank, boolean unlimited) {
        long[] out = new long[rank];
        for (int i = 0; i < rank; i++) {
            out[i] = in.length();
            if (out[i] < 0 && !(unlimited && out[i] == Bytes.UNDEFINED)) {
                throw new Malformed("a dimension below 2^63", Long.toUnsignedString(out[i]));
            }
        }
        return out;
    }

    /** The number of elements. */
    long size() {
        if (isNull) {
            return 0;
        }
        long n = 1;
        for (long d : dims) {
            if (d == 0) {
                return 0;
            }
            if (n > Long.MAX_VALUE / d) {
                throw new Malformed("fewer than 2^63 elements", java.util.Arrays.toString(dims));
            }
            n *= d;
        }
        return n;
    }
}
