package dev.posthorn.model;

/** The file is malformed: not what its name says, truncated, or contradicting itself. Names the file and the place in it. */
public final class ModelFormatException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ModelFormatException(String message) {
        super(message);
    }

    public ModelFormatException(String message, Throwable cause) {
        super(message, cause);
    }

    /** This error, with a place where its message has none. */
    public ModelFormatException at(Object where) {
        return getMessage().contains(", at ") ? this : new ModelFormatException(getMessage() + ", at " + where, this);
    }
}
