package dev.posthorn.tools.diagram;

import java.util.List;
import java.util.Optional;

/** Boxes and the arrows between them; an arrow names boxes of the same diagram. */
public record Diagram(List<Box> boxes, List<Arrow> arrows) {
    public Diagram {
        boxes = List.copyOf(boxes);
        arrows = List.copyOf(arrows);
    }

    /** How a box is coloured. */
    public enum Tone {
        /** By what it is. */
        PLAIN,
        /** Compared, and equal or nearly so. */
        GOOD,
        /** Nearer to the tolerance than to nothing. */
        NEAR,
        /** Off by more than the tolerance, as what it gets is. */
        OFF,
        /** Off by itself. */
        WRONG,
        /** Not compared. */
        UNKNOWN
    }

    /**
     * A box.
     *
     * @param id unique in the whole picture
     * @param note what stands at its right: a count, an error
     * @param value what it gives: types
     * @param link the part of a page that tells more; empty for none
     * @param inner what is inside of it, where that is shown
     */
    public record Box(
            String id,
            String name,
            String type,
            String note,
            String value,
            Tone tone,
            String link,
            Optional<Diagram> inner) {
        /** All in one line, for who hears it. */
        String spoken() {
            return String.join(
                    ", ",
                    List.of(name, type, value, note).stream()
                            .filter(s -> !s.isEmpty())
                            .toList());
        }
    }

    /** From a box to one that takes what it gives. */
    public record Arrow(String from, String to) {}

    /** How many boxes there are, at all depths. */
    public int size() {
        return boxes.stream()
                .mapToInt(b -> 1 + b.inner().map(Diagram::size).orElse(0))
                .sum();
    }

    /** How deep boxes stand in boxes: 1 where none do. */
    public int depth() {
        return 1
                + boxes.stream()
                        .mapToInt(b -> b.inner().map(Diagram::depth).orElse(0))
                        .max()
                        .orElse(0);
    }

    /** The same without what stands deeper. */
    public Diagram upTo(int depth) {
        return new Diagram(
                boxes.stream()
                        .map(b -> new Box(
                                b.id(),
                                b.name(),
                                b.type(),
                                b.note(),
                                b.value(),
                                b.tone(),
                                b.link(),
                                depth <= 1 ? Optional.empty() : b.inner().map(d -> d.upTo(depth - 1))))
                        .toList(),
                arrows);
    }
}
