package dev.posthorn.model;

import java.util.List;

/** The file is fine, but something in it is not supported. Lists everything unsupported at once, each with its place. */
public final class UnsupportedModelException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient List<String> reasons;

    public UnsupportedModelException(String message) {
        this(message, List.of(message));
    }

    public UnsupportedModelException(String message, List<String> reasons) {
        super(message);
        this.reasons = List.copyOf(reasons);
    }

    /** One line for each unsupported thing: what it is, where it is, the nearest thing that works. */
    public List<String> reasons() {
        return reasons;
    }
}
