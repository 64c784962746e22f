package dev.posthorn.train.optimizer;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Regular expressions that come with a model: as they are not to be trusted, what they may take is limited. */
final class Patterns {
    private static final int STEPS = 1_000_000;

    private Patterns() {}

    /** Whether the pattern is found anywhere in the text. */
    static boolean found(String pattern, String text) {
        return compile(pattern).matcher(new Limited(text, new int[1])).find();
    }

    /** Whether the pattern is the whole text. */
    static boolean matches(String pattern, String text) {
        return compile(pattern).matcher(new Limited(text, new int[1])).matches();
    }

    private static Pattern compile(String pattern) {
        try {
            return Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("pattern: expected a regular expression but was " + pattern, e);
        }
    }

    private record Limited(String text, int[] steps) implements CharSequence {
        @Override
        public char charAt(int index) {
            if (++steps[0] > STEPS) {
                throw new IllegalArgumentException("pattern: expected at most " + STEPS + " steps but was more");
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Limited(text.substring(start, end), steps);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
