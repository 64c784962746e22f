package dev.posthorn.model;

/** A tensor's shape or dtype does not fit: {@code <who>: expected <what> but was <value>, at <where>}. */
public final class ShapeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ShapeException(String message) {
        super(message);
    }

    public ShapeException(String message, Throwable cause) {
        super(message, cause);
    }

    /** This error, with a place where its message has none. */
    public ShapeException at(Object where) {
        return getMessage().contains(", at ") ? this : new ShapeException(getMessage() + ", at " + where, this);
    }
}
