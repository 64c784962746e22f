package dev.posthorn.tools;

/** Something the user gave cannot be used: {@code <who>: expected <what> but was <value>, at <where>}. */
public final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public InputException(String message) {
        super(message);
    }

    public InputException(String message, Throwable cause) {
        super(message, cause);
    }
}
