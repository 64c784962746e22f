package dev.posthorn.hdf5;

/** What a decoder found wrong, before the frame that knows file and path makes it a ModelFormatException. */
final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Malformed(String expected, Object was) {
        super("expected " + expected + " but was " + was);
    }
}
