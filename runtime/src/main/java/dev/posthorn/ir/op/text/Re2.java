package dev.posthorn.ir.op.text;

import dev.posthorn.ir.op.text.Re2Parser.Part;
import dev.posthorn.ir.op.text.Re2Parser.Place;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A regular expression that takes time linear in the text, whatever it is: all ways to match go on side by side, the one
 * that the expression prefers wins. Source: Pike's machine; RE2's semantics of leftmost, first matches.
 */
public final class Re2 {
    private static final int MOST = 1 << 16;

    /** One step of the machine. */
    private sealed interface Step {
        record Chars(IntPredicate set) implements Step {}

        record Jump(int first, int second) implements Step {}

        record Save(int slot) implements Step {}

        record Check(Place place) implements Step {}

        record Match() implements Step {}
    }

    private record Thread(int at, int[] groups) {}

    private final List<Step> program = new ArrayList<>();
    private final int groups;
    /** What a match may begin with; null where it may be empty, or begin with an assertion. */
    private final IntPredicate first;

    private final Re2Parser parser;

    /** The expression; fails where RE2 does not take it. */
    public Re2(String pattern) {
        parser = new Re2Parser(pattern);
        Part all = parser.parse();
        groups = parser.groups;
        first = first(all);
        write(new Part.Group(all, 0));
        program.add(new Step.Match());
    }

    /** The number of groups in it. */
    public int groups() {
        return groups - 1;
    }

    static boolean isWord(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
    }

    private static IntPredicate first(Part p) {
        if (p instanceof Part.Chars c) {
            return c.set();
        }
        if (p instanceof Part.Group g) {
            return first(g.part());
        }
        if (p instanceof Part.Repeat r) {
            return r.least() == 0 ? null : first(r.part());
        }
        if (p instanceof Part.All a) {
            return a.parts().isEmpty() ? null : first(a.parts().get(0));
        }
        if (p instanceof Part.Either e) {
            List<IntPredicate> any = new ArrayList<>();
            for (Part part : e.parts()) {
                IntPredicate own = first(part);
                if (own == null) {
                    return null;
                }
                any.add(own);
            }
            return Re2Sets.any(any);
        }
        return null;
    }

    private int add(Step s) {
        if (program.size() >= MOST) {
            throw parser.wrong("more than " + MOST + " steps");
        }
        program.add(s);
        return program.size() - 1;
    }

    private void write(Part p) {
        if (p instanceof Part.Chars c) {
            add(new Step.Chars(c.set()));
        } else if (p instanceof Part.Assert a) {
            add(new Step.Check(a.place()));
        } else if (p instanceof Part.All a) {
            a.parts().forEach(this::write);
        } else if (p instanceof Part.Group g) {
            add(new Step.Save(2 * g.number()));
            write(g.part());
            add(new Step.Save(2 * g.number() + 1));
        } else if (p instanceof Part.Either e) {
            either(e.parts());
        } else if (p instanceof Part.Repeat r) {
            repeat(r);
        }
    }

    private void either(List<Part> parts) {
        List<Integer> ends = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            boolean last = i == parts.size() - 1;
            int split = last ? -1 : add(null);
            write(parts.get(i));
            if (!last) {
                ends.add(add(null));
                program.set(split, new Step.Jump(split + 1, program.size()));
            }
        }
        ends.forEach(end -> program.set(end, new Step.Jump(program.size(), -1)));
    }

    private void repeat(Part.Repeat r) {
        for (int i = 0; i < r.least(); i++) {
            write(r.part());
        }
        if (r.most() < 0) {
            int split = add(null);
            write(r.part());
            add(new Step.Jump(split, -1));
            program.set(split, jump(split + 1, program.size(), r.lazy()));
            return;
        }
        List<Integer> splits = new ArrayList<>();
        for (int i = r.least(); i < r.most(); i++) {
            splits.add(add(null));
            write(r.part());
        }
        splits.forEach(split -> program.set(split, jump(split + 1, program.size(), r.lazy())));
    }

    private static Step jump(int in, int past, boolean lazy) {
        return lazy ? new Step.Jump(past, in) : new Step.Jump(in, past);
    }

    /** Whether all of the text matches. */
    public boolean matches(String s) {
        int[] points = s.codePoints().toArray();
        return run(points, 0, true) != null;
    }

    /**
     * The first match from a place on: where it and its groups begin and end, -1 for those that are not in it; null where there
     * is none. Text and places are in code points.
     */
    public int[] find(int[] s, int from) {
        return run(s, from, false);
    }

    private int[] run(int[] s, int from, boolean whole) {
        List<Thread> now = new ArrayList<>();
        List<Thread> then = new ArrayList<>();
        int[] seen = new int[program.size()];
        Arrays.fill(seen, -1);
        int[] best = null;
        for (int i = from; i <= s.length; i++) {
            boolean begins = best == null && (!whole || i == from);
            if (begins && (first == null || i < s.length && first.test(s[i]))) {
                follow(now, seen, i, s, new Thread(0, none()));
            }
            if (now.isEmpty() && (best != null || whole)) {
                break;
            }
            for (Thread t : now) {
                Step step = program.get(t.at);
                if (step instanceof Step.Match) {
                    if (!whole || i == s.length) {
                        best = t.groups;
                        break; // what comes after is preferred less
                    }
                } else if (i < s.length && ((Step.Chars) step).set.test(s[i])) {
                    follow(then, seen, i + 1, s, new Thread(t.at + 1, t.groups));
                }
            }
            List<Thread> swap = now;
            now = then;
            then = swap;
            then.clear();
        }
        return best;
    }

    private int[] none() {
        int[] g = new int[2 * groups];
        Arrays.fill(g, -1);
        return g;
    }

    /** Adds where a thread comes to without taking a character, in order of preference; each step once a place. */
    private void follow(List<Thread> to, int[] seen, int place, int[] s, Thread start) {
        Deque<Thread> work = new ArrayDeque<>(List.of(start));
        while (!work.isEmpty()) {
            Thread t = work.pop();
            if (seen[t.at] == place) {
                continue;
            }
            seen[t.at] = place;
            Step step = program.get(t.at);
            if (step instanceof Step.Jump j) {
                if (j.second >= 0) {
                    work.push(new Thread(j.second, t.groups));
                }
                work.push(new Thread(j.first, t.groups));
            } else if (step instanceof Step.Save save) {
                int[] groups = t.groups.clone();
                groups[save.slot] = place;
                work.push(new Thread(t.at + 1, groups));
            } else if (step instanceof Step.Check check) {
                if (holds(check.place, s, place)) {
                    work.push(new Thread(t.at + 1, t.groups));
                }
            } else {
                to.add(t);
            }
        }
    }

    private static boolean holds(Place p, int[] s, int i) {
        return switch (p) {
            case TEXT_START -> i == 0;
            case TEXT_END -> i == s.length;
            case LINE_START -> i == 0 || s[i - 1] == '\n';
            case LINE_END -> i == s.length || s[i] == '\n';
            case WORD -> isBoundary(s, i);
            case NO_WORD -> !isBoundary(s, i);
        };
    }

    private static boolean isBoundary(int[] s, int i) {
        return (i > 0 && isWord(s[i - 1])) != (i < s.length && isWord(s[i]));
    }
}
