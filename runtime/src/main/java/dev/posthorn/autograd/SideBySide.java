package dev.posthorn.autograd;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Node;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Constant;
import dev.posthorn.ir.op.Pad;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The sum of what flows back from slices. Where slices share out an axis, as the gates of a recurrent layer do, their
 * derivatives are put side by side, not added up among zeros.
 */
final class SideBySide {
    /** {@code part} from place {@code at} of an axis, zeros elsewhere. */
    private record Placed(Value whole, Value part, int axis, int at) {
        int end() {
            return at + part.shape().dim(axis);
        }
    }

    private SideBySide() {}

    static Value sum(Builder b, List<Value> terms) {
        List<Value> rest = new ArrayList<>(terms);
        List<Placed> placed = terms.size() < 2
                ? List.of()
                : terms.stream().flatMap(t -> placed(t).stream()).toList();
        for (int axis : new TreeSet<>(placed.stream().map(Placed::axis).toList())) {
            List<Placed> parts = placed.stream()
                    .filter(p -> p.axis == axis)
                    .sorted(Comparator.comparingInt(Placed::at))
                    .toList();
            if (share(parts)) {
                int first = rest.indexOf(parts.get(0).whole);
                parts.forEach(p -> rest.remove(p.whole));
                rest.add(
                        Math.min(first, rest.size()),
                        b.concat(axis, parts.stream().map(Placed::part).toList()));
            }
        }
        return rest.stream().reduce(b::plus).orElseThrow();
    }

    private static Optional<Placed> placed(Value v) {
        Node n = v.node();
        boolean zeros = n.op() instanceof Pad p
                && p.mode() == Pad.Mode.CONSTANT
                && n.input(1).node().op() instanceof Constant c
                && !c.value().dtype().isComplex()
                && c.value().getDouble(0) == 0;
        if (!zeros || !n.input(0).shape().isKnown()) {
            return Optional.empty();
        }
        Pad pad = (Pad) n.op();
        int axis = -1;
        for (int a = 0; a < pad.low().size(); a++) {
            if (pad.low().get(a) + pad.high().get(a) > 0) {
                if (axis >= 0) {
                    return Optional.empty();
                }
                axis = a;
            }
        }
        return axis < 0
                ? Optional.empty()
                : Optional.of(new Placed(v, n.input(0), axis, pad.low().get(axis)));
    }

    /** Whether the parts cover their axis, each element once. */
    private static boolean share(List<Placed> parts) {
        int end = 0;
        for (Placed p : parts) {
            if (p.at != end) {
                return false;
            }
            end = p.end();
        }
        Placed last = parts.get(parts.size() - 1);
        return end == last.whole.shape().dim(last.axis);
    }
}
