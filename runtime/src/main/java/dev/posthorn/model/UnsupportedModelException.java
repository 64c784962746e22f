package dev.posthorn.model;

import java.util.List;
import java.util.stream.Stream;

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

    /** Both, with the reasons of both. */
    public UnsupportedModelException and(UnsupportedModelException other) {
        List<String> all =
                Stream.concat(reasons.stream(), other.reasons.stream()).toList();
        return new UnsupportedModelException(head() + ", and " + other.head() + ": " + String.join("; ", all), all);
    }

    /** The message without the reasons, which are listed after it. */
    private String head() {
        return getMessage().replace(": " + String.join("; ", reasons), "");
    }

    /** One line for each unsupported thing: what it is, where it is, the nearest thing that works. */
    public List<String> reasons() {
        return reasons;
    }
}
