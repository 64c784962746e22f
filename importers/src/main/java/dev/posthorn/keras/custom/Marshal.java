package dev.posthorn.keras.custom;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Reads Python's marshalled objects as data, as far as the code of a lambda needs it: nothing is run. Source: CPython,
 * Python/marshal.c.
 */
final class Marshal {
    private static final int DEEPEST = 50;
    private static final int LONGEST = 1 << 16;

    private final ByteBuffer in;
    private final List<Object> seen = new ArrayList<>();
    private int depth;

    /**
     * The code of a function.
     *
     * @param arguments how many it takes
     * @param bytes its instructions
     * @param names of its arguments and local variables
     * @param since11 whether a Python from 3.11 on wrote it
     */
    record Code(int arguments, byte[] bytes, List<?> constants, List<?> names, List<?> variables, boolean since11) {}

    private Marshal(byte[] bytes) {
        in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The code that is marshalled in these bytes, if it is code in a form that is known. */
    static Optional<Code> code(byte[] bytes) {
        try {
            return new Marshal(bytes).object() instanceof Code c ? Optional.of(c) : Optional.empty();
        } catch (BufferUnderflowException
                | IllegalArgumentException
                | ClassCastException
                | IndexOutOfBoundsException e) {
            return Optional.empty(); // not for us to judge: it is only looked at for a suggestion
        }
    }

    private Object object() {
        if (++depth > DEEPEST) {
            throw new IllegalArgumentException("depth");
        }
        int type = in.get() & 0xff;
        int at = -1;
        if ((type & 0x80) != 0) {
            at = seen.size();
            seen.add(null);
        }
        Object value = value((char) (type & 0x7f));
        if (at >= 0) {
            seen.set(at, value);
        }
        depth--;
        return value;
    }

    private Object value(char type) {
        return switch (type) {
            case 'N' -> null;
            case 'T' -> true;
            case 'F' -> false;
            case '.' -> Ellipsis.ELLIPSIS;
            case 'i' -> in.getInt();
            case 'g' -> in.getDouble();
            case 'r' -> seen.get(in.getInt());
            case 's' -> bytes(in.getInt());
            case 'z', 'Z' -> text(in.get() & 0xff);
            case 'a', 'A', 'u', 't' -> text(in.getInt());
            case ')' -> list(in.get() & 0xff);
            case '(', '[' -> list(in.getInt());
            case 'c' -> codeObject();
            default -> throw new IllegalArgumentException("type " + type);
        };
    }

    /** Python's {@code ...}. */
    enum Ellipsis {
        ELLIPSIS
    }

    private byte[] bytes(int n) {
        if (n < 0 || n > Math.min(LONGEST, in.remaining())) {
            throw new IllegalArgumentException("length " + n);
        }
        byte[] b = new byte[n];
        in.get(b);
        return b;
    }

    private String text(int n) {
        return new String(bytes(n), StandardCharsets.UTF_8);
    }

    private List<Object> list(int n) {
        if (n < 0 || n > in.remaining()) {
            throw new IllegalArgumentException("length " + n);
        }
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            all.add(object());
        }
        return Collections.unmodifiableList(all);
    }

    /** Five numbers or six stand before the instructions, as the version of Python has it. */
    private Code codeObject() {
        int start = in.position();
        boolean six = (in.get(start + 20) & 0x7f) != 's';
        int arguments = in.getInt();
        for (int i = 1; i < (six ? 6 : 5); i++) {
            in.getInt();
        }
        byte[] instructions = (byte[]) object();
        List<?> constants = (List<?>) object();
        List<?> names = (List<?>) object();
        List<?> variables = (List<?>) object();
        Object next = object();
        boolean since11 = next instanceof byte[];
        object();
        if (!since11) {
            object(); // free and cell variables, file
        }
        return new Code(arguments, instructions, constants, names, variables, since11);
    }
}
