package dev.posthorn.hdf5;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A datatype as its message has it, for copying elements whose meaning does not matter. Source: HDF5 File Format
 * Specification Version 3.0, IV.A.2.d.
 *
 * @param message the message
 * @param size bytes of one element
 * @param unit bytes of one item, where an element is a number of items in a heap; 0 where it is the items themselves
 */
record RawType(byte[] message, int size, int unit) {
    private static final int DEEPEST = 16;
    private static final int STRING = 1;
    private static final int VARIABLE = 9;

    /** Of the message at {@code in}; elements that are addresses in the file, or hold some, cannot be copied. */
    static RawType read(In in, String name) {
        int start = in.position();
        int kind = in.u8() & 15;
        int string = (int) in.unsigned(3) & 15;
        int size = (int) in.u32();
        boolean variable = kind == VARIABLE;
        int items = in.position();
        int unit = variable ? (int) in.skip(4).u32() : 0;
        boolean addresses = addresses(in.position(variable ? items : start), 0);
        if (addresses) {
            throw new Malformed("elements without addresses of others, to write them elsewhere,", name);
        }
        int end = in.position();
        return new RawType(in.position(start).bytes(end - start), size, string == STRING && variable ? 1 : unit);
    }

    /** The items of {@code n} elements, from the heap. */
    List<byte[]> items(ByteBuffer elements, int n, Bytes bytes, GlobalHeap heap) {
        Walk walk = bytes.walk();
        List<byte[]> items = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            byte[] reference = new byte[size];
            elements.get(reference);
            In in = new In(reference, bytes.offsetSize(), bytes.lengthSize());
            long length = Math.multiplyExact(in.u32(), unit);
            long address = in.offset();
            items.add(length == 0 ? new byte[0] : heap.value(address, (int) in.u32(), length, walk));
        }
        return items;
    }

    /** As it is written: what refers to a heap in 16 bytes, whatever it is in the file that was read. */
    DraftType draft() {
        if (unit == 0) {
            return new DraftType(size, message);
        }
        byte[] own = message.clone();
        ByteBuffer.wrap(own).order(ByteOrder.LITTLE_ENDIAN).putInt(4, DraftType.REFERENCE.size());
        return new DraftType(DraftType.REFERENCE.size(), own);
    }

    /** Passes over a message; whether its elements hold addresses. */
    private static boolean addresses(In in, int depth) {
        int first = in.u8();
        int version = first >> 4;
        int bits = (int) in.unsigned(3);
        long size = in.u32();
        if (depth > DEEPEST) {
            throw new Malformed("datatypes at most " + DEEPEST + " deep", "more");
        }
        return switch (first & 15) {
            case 0, 4 -> holdsNone(in, 4);
            case 1 -> holdsNone(in, 12);
            case 2 -> holdsNone(in, 2);
            case 3 -> false;
            case 5 -> holdsNone(in, bits & 0xff);
            case 6 -> members(in, bits & 0xffff, version, size, depth);
            case 8 -> enumeration(in, bits & 0xffff, version, depth);
            case 10 -> array(in, version, depth);
            case 11 -> addresses(in, depth + 1);
            default -> true;
        };
    }

    private static boolean holdsNone(In in, int skipped) {
        in.skip(skipped);
        return false;
    }

    private static void name(In in, int version) {
        int start = in.position();
        in.zeroTerminated();
        if (version < 3) {
            in.align8(start);
        }
    }

    private static boolean members(In in, int count, int version, long size, int depth) {
        boolean any = false;
        int width = (64 - Long.numberOfLeadingZeros(size) + 7) / 8;
        for (int i = 0; i < count; i++) {
            name(in, version);
            in.skip(version < 3 ? 4 : width);
            in.skip(version == 1 ? 28 : 0);
            any |= addresses(in, depth + 1);
        }
        return any;
    }

    private static boolean enumeration(In in, int count, int version, int depth) {
        long width = in.position(in.position() + 4).u32();
        boolean any = addresses(in.position(in.position() - 8), depth + 1);
        for (int i = 0; i < count; i++) {
            name(in, version);
        }
        in.skip(count * width);
        return any;
    }

    private static boolean array(In in, int version, int depth) {
        int rank = in.u8();
        in.skip(version < 3 ? 3 + 8L * rank : 4L * rank);
        return addresses(in, depth + 1);
    }
}
