package dev.posthorn.train.data;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** Data whose rows can be had in any order. */
public interface Table extends Dataset {
    int size();

    /** The rows of these numbers, in this order. */
    Batch take(int[] rows);

    @Override
    default OptionalLong rows() {
        return OptionalLong.of(size());
    }

    @Override
    default Batches pass(Pass pass) {
        int[] order = pass.order(size());
        return Batches.of(new Iterator<>() {
            private long at = Math.min(order.length, pass.skip() * pass.batchSize());

            @Override
            public boolean hasNext() {
                return at < order.length;
            }

            @Override
            public Batch next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                int from = (int) at;
                at = Math.min(order.length, at + pass.batchSize());
                return take(Arrays.copyOfRange(order, from, (int) at));
            }
        });
    }

    /** The rows from {@code from} (inclusive) to {@code to} (exclusive). */
    default Table slice(int from, int to) {
        if (from < 0 || to > size() || from > to) {
            throw new IllegalArgumentException(
                    "table: expected rows of 0 to " + size() + " but was " + from + " to " + to);
        }
        Table whole = this;
        return new Table() {
            @Override
            public int size() {
                return to - from;
            }

            @Override
            public Batch take(int[] rows) {
                return whole.take(Arrays.stream(rows).map(r -> r + from).toArray());
            }
        };
    }

    /** All rows at once. */
    default Batch all() {
        return take(IntStream.range(0, size()).toArray());
    }
}
