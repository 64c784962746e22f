package dev.posthorn.tools.markup;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/**
 * Elements of HTML, SVG or XML. Texts and values of attributes come from files that are not trusted: all are escaped; characters that
 * no document may hold, and those that turn the direction of reading, become U+FFFD.
 */
public final class Markup {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9:-]*");

    private final StringBuilder out = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();

    /** Begins an element; attributes are names and values in turn, those whose value is null or empty are left out. */
    public Markup open(String tag, Object... attributes) {
        start(tag, attributes);
        out.append('>');
        open.push(tag);
        return this;
    }

    /** Ends the element that was begun last. */
    public Markup close() {
        out.append("</").append(open.pop()).append('>');
        return this;
    }

    /** Text inside of an element. */
    public Markup text(String text) {
        out.append(escaped(text));
        return this;
    }

    /** A whole element of text. */
    public Markup element(String tag, String text, Object... attributes) {
        return open(tag, attributes).text(text).close();
    }

    /** An element without content, as {@code input} of HTML or {@code path} of SVG. */
    public Markup empty(String tag, Object... attributes) {
        start(tag, attributes);
        out.append("/>");
        return this;
    }

    /** Markup that is Posthorn's own: a style sheet, a script, the beginning of a document. */
    public Markup trusted(String own) {
        out.append(own);
        return this;
    }

    private void start(String tag, Object... attributes) {
        out.append('<').append(name(tag));
        for (int i = 0; i < attributes.length; i += 2) {
            String value = attributes[i + 1] == null ? "" : String.valueOf(attributes[i + 1]);
            if (!value.isEmpty()) {
                out.append(' ').append(name((String) attributes[i])).append("=\"");
                out.append(escaped(value)).append('"');
            }
        }
    }

    private static String name(String given) {
        if (!NAME.matcher(given).matches()) {
            throw new IllegalArgumentException("markup: expected a name but was '" + given + "'");
        }
        return given;
    }

    static String escaped(String text) {
        StringBuilder s = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> s.append("&lt;");
                case '>' -> s.append("&gt;");
                case '&' -> s.append("&amp;");
                case '"' -> s.append("&quot;");
                case '\'' -> s.append("&#39;");
                default -> s.appendCodePoint(allowed(c) ? c : 0xFFFD);
            }
        });
        return s.toString();
    }

    private static boolean allowed(int c) {
        boolean control = c < 0x20 && c != '\n' && c != '\t' || c >= 0x7F && c < 0xA0;
        boolean turns = c >= 0x202A && c <= 0x202E || c >= 0x2066 && c <= 0x2069;
        boolean none = c >= 0xD800 && c <= 0xDFFF || c == 0xFFFE || c == 0xFFFF;
        return !control && !turns && !none;
    }

    /** What was written; every element must have been ended. */
    @Override
    public String toString() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("markup: expected every element to be ended but was open " + open);
        }
        return out.toString();
    }
}
