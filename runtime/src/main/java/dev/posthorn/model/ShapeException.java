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
}
