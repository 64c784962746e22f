package dev.posthorn.hdf5;

/**
 * One walk over linked metadata, with a budget: intact structures do not overlap, so a walk that reads several times
 * the bytes of the file is going in circles. Every allocation for metadata is drawn from this budget.
 */
final class Walk {
    private static final int LONGEST = 1 << 28;

    private final Bytes bytes;
    private long budget;

    Walk(Bytes bytes) {
        this.bytes = bytes;
        this.budget = 4 * bytes.size() + (1 << 16);
    }

    Bytes bytes() {
        return bytes;
    }

    /** A reader of {@code length} bytes at {@code address}. */
    In at(long address, long length) {
        bytes.check(address, length);
        if (length > LONGEST) {
            throw new Malformed("a metadata block of at most " + LONGEST + " bytes", length);
        }
        spend(length);
        return new In(bytes.metadata(address, (int) length), bytes.offsetSize(), bytes.lengthSize());
    }

    /** A reader of up to {@code length} bytes at {@code address}, fewer at the end of the file. */
    In upTo(long address, long length) {
        bytes.check(address, 0);
        return at(address, Math.min(length, bytes.size() - address));
    }

    /** Draws from the budget for something that is copied out of a block. */
    void spend(long length) {
        budget -= length;
        if (budget < 0) {
            throw new Malformed("structures that do not overlap", "a cycle or overlap");
        }
    }
}
