package dev.posthorn.hdf5;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A dataset: elements of one type in a shape, read flat and in row-major order. */
public final class Hdf5Dataset extends Hdf5Object {
    /** Bytes of memory for a string beside its characters. */
    private static final int STRING_COST = 32;

    private final Dataspace space;
    private final Datatype declared;
    private Datatype type;
    private Layout layout;

    Hdf5Dataset(Hdf5File file, String path, ObjectHeader header) {
        super(file, path, header);
        this.space = Dataspace.read(header.one(ObjectHeader.DATASPACE).orElseThrow());
        this.declared = header.datatype().orElseThrow();
    }

    private synchronized Datatype type() {
        if (type == null) {
            type = !declared.opaque()
                    ? declared
                    : declared.named(string("dtype").orElse(declared.size() == 2 ? "bfloat16" : ""));
        }
        return type;
    }

    private synchronized Layout layout() {
        if (layout == null) {
            layout = Layout.read(file().bytes(), header(), type(), space);
        }
        return layout;
    }

    /** The dimensions; none for a scalar; {@code [0]} where the dataset has no extent. */
    public long[] shape() {
        return space.isNull() ? new long[1] : space.dims().clone();
    }

    /** The number of elements. */
    public long size() {
        return space.size();
    }

    /**
     * The type of the elements. Opaque elements are of the type that an attribute {@code dtype} names, as in
     * {@code .weights.h5}; opaque elements of two bytes without it, as in {@code .h5}, are BFLOAT16: NumPy has no other
     * type that is written so.
     */
    public DType dtype() {
        DType dtype = type().dtype();
        if (dtype == null) {
            throw expected("elements that are numbers, bool or strings", type().name());
        }
        return dtype;
    }

    /** The type of the elements, where they are those of a tensor: records, references and sequences are not. */
    public Optional<DType> elements() {
        return Optional.ofNullable(type().dtype());
    }

    /** Bytes of all elements as they lie in the file. */
    public long bytesInFile() {
        return Math.multiplyExact(size(), declared.size());
    }

    /** What the type of the elements is called, also where {@link #dtype} has none for it. */
    public String typeName() {
        return type().name();
    }

    /** Every element, in a shape that Java can hold. */
    public Tensor read() {
        dtype();
        int n = arraySize();
        Object array = file().bytes().at(path(), () -> {
            Elements elements = new Elements(type(), file().bytes(), file().heap());
            affordable(n);
            Object into = elements.array(n);
            layout().read(0, n, (raw, at, count) -> elements.decode(raw, into, at, count));
            return into;
        });
        return Tensor.of(
                dtype(), Shape.of(Arrays.stream(shape()).mapToInt(d -> (int) d).toArray()), array);
    }

    /** Every element of a float32 dataset. */
    public float[] floats() {
        return all(float[].class);
    }

    /** Every element of a float64 dataset. */
    public double[] doubles() {
        return all(double[].class);
    }

    /** The 16 bits of every element of a float16, bfloat16, int16 or uint16 dataset. */
    public short[] shorts() {
        return all(short[].class);
    }

    /** Every element of an int32 or uint32 dataset. */
    public int[] ints() {
        return all(int[].class);
    }

    /** Every element of an int64 or uint64 dataset. */
    public long[] longs() {
        return all(long[].class);
    }

    /** Every element of an int8, uint8 or bool dataset. */
    public byte[] bytes() {
        return all(byte[].class);
    }

    /** The bytes of every element of a string dataset, without padding. */
    public byte[][] byteStrings() {
        return all(byte[][].class);
    }

    private <A> A all(Class<A> array) {
        if (Tensor.storage(dtype()) != array) {
            throw expected("elements to read into " + array.getSimpleName(), dtype());
        }
        return array.cast(read().data());
    }

    /**
     * Reads a slice of the flat elements into part of an array of the storage class of {@link #dtype}: the way to read
     * datasets of more elements than an array holds.
     *
     * @param from the first element
     * @param into an array as {@link Tensor#storage} says
     * @param at where in the array to begin
     * @param count how many elements
     */
    public void read(long from, Object into, int at, int count) {
        if (Tensor.storage(dtype()) != into.getClass()) {
            throw expected("elements to read into " + into.getClass().getSimpleName(), dtype());
        }
        if (from < 0 || count < 0 || from > size() - count || at < 0 || at > Array.getLength(into) - count) {
            throw new IndexOutOfBoundsException(
                    "Hdf5Dataset: expected a slice of " + size() + " elements and an array of " + Array.getLength(into)
                            + " but was " + count + " from " + from + " to " + at + ", at " + where());
        }
        file().bytes().at(path(), () -> {
            Elements elements = new Elements(type(), file().bytes(), file().heap());
            affordable(count);
            layout().read(from, count, (raw, done, n) -> elements.decode(raw, into, at + done, n));
            return null;
        });
    }

    /** The same dataset for another file, whatever its elements mean; they are read when they are written. */
    DraftDataset draft(String path) {
        Bytes bytes = file().bytes();
        return bytes.at(path(), () -> {
            RawType raw = declared.raw();
            long[] dims = space.isNull() ? null : space.dims();
            if (raw.unit() == 0) {
                return new DraftDataset(path, raw.draft(), dims, (from, n) -> raw(from, n), DraftItems.NONE);
            }
            int n = arraySize();
            affordable(n);
            List<byte[]> all = new ArrayList<>();
            layout().read(0, n, (elements, at, count) -> all.addAll(raw.items(elements, count, bytes, file().heap())));
            DraftItems items = new DraftItems(all, raw.unit());
            return new DraftDataset(
                    path,
                    raw.draft(),
                    dims,
                    (from, count) -> new DraftDataset.Piece(items.references(), (int) from),
                    items);
        });
    }

    /** Elements as they lie in the file. */
    private DraftDataset.Piece raw(long from, int count) {
        byte[] all = new byte[Math.multiplyExact(count, declared.size())];
        file().bytes().at(path(), () -> {
            affordable(count);
            layout().read(
                            from,
                            count,
                            (elements, at, n) -> elements.get(all, at * declared.size(), n * declared.size()));
            return null;
        });
        return new DraftDataset.Piece(all, 0);
    }

    private int arraySize() {
        long n = size();
        boolean fits = n <= Integer.MAX_VALUE - 8;
        for (long d : space.dims()) {
            fits &= d <= Integer.MAX_VALUE;
        }
        if (!fits) {
            throw expected("at most 2^31-9 elements (read larger datasets in slices)", Arrays.toString(space.dims()));
        }
        return (int) n;
    }

    private void affordable(long n) {
        int each = type().dtype() == DType.STRING ? Math.max(type().size(), STRING_COST) : type().size();
        long cost = Math.max(Math.multiplyExact(n, each), layout().piece());
        long most = layout().stored() + Layout.affordable(file().bytes());
        if (cost > most) {
            throw new Malformed(
                    "at most " + most + " bytes of elements in a file of "
                            + file().bytes().size(),
                    cost);
        }
    }

    @Override
    public String toString() {
        return "Hdf5Dataset " + where() + " " + type().name() + Arrays.toString(shape());
    }
}
