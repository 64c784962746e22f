package dev.posthorn.hdf5;

import java.util.ArrayList;
import java.util.List;

/** Elements of variable length to be written: each is a number of items in a heap, and a reference to them. */
final class DraftItems {
    static final DraftItems NONE = new DraftItems(List.of(), 1);

    private final List<byte[]> all;
    private final int unit;
    private final List<DraftHeap.Place> places = new ArrayList<>();

    /** @param unit the bytes of one item */
    DraftItems(List<byte[]> all, int unit) {
        this.all = all;
        this.unit = unit;
    }

    /** Gives each a place, in new heaps where those that are there are full. */
    void place(List<DraftHeap> heaps) {
        for (byte[] items : all) {
            if (items.length > 0
                    && (heaps.isEmpty() || heaps.get(heaps.size() - 1).full())) {
                heaps.add(new DraftHeap());
            }
            places.add(
                    items.length == 0
                            ? DraftHeap.Place.NOWHERE
                            : heaps.get(heaps.size() - 1).add(items));
        }
    }

    /** The references; before the layout is known, of the same length. */
    byte[] references() {
        Out out = new Out();
        for (int i = 0; i < all.size(); i++) {
            DraftHeap.Place place = i < places.size() ? places.get(i) : DraftHeap.Place.NOWHERE;
            out.u32(all.get(i).length / unit).u64(place.address()).u32(place.index());
        }
        return out.toBytes();
    }
}
