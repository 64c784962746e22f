package dev.posthorn.ir;

import dev.posthorn.model.ShapeException;
import java.lang.ref.WeakReference;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Values: contiguous, row-major, typed storage as {@link DType} says. No strides, no views, no arithmetic.
 *
 * <p>A tensor does not copy the array it is given and hands out that same array; whoever shares a tensor between
 * threads must not write to it.
 */
public final class Tensor {
    private final TensorType type;
    /** The storage, or null where {@link #source} gives it. */
    private final Object data;

    private final Source source;
    private WeakReference<Object> made;

    private Tensor(TensorType type, Object data) {
        this(type, data, null);
    }

    private Tensor(TensorType type, Object data, Source source) {
        this.type = type;
        this.data = data;
        this.source = source;
    }

    /** Where elements come from when they are wanted, the same each time. */
    @FunctionalInterface
    public interface Source {
        /** Fills {@code into}, an array as {@link #storage} says, from {@code at} on with the elements from {@code from} on. */
        void read(int from, Object into, int at, int count);
    }

    /**
     * A tensor whose elements {@code source} gives when they are asked for. They are not kept when nobody uses them any more,
     * and read again when somebody asks again: for weights that plans keep in an order of their own.
     */
    public static Tensor lazily(TensorType type, Source source) {
        return new Tensor(type, null, source);
    }

    /** A tensor over {@code data}, an array of the storage class of {@code dtype} and of exactly the shape's size. */
    public static Tensor of(DType dtype, Shape shape, Object data) {
        TensorType type = new TensorType(dtype, shape);
        int expected = shape.size() * (dtype.kind() == DType.Kind.COMPLEX ? 2 : 1);
        Class<?> storage = storage(dtype);
        if (data.getClass() != storage) {
            throw new ShapeException("Tensor: expected " + storage.getSimpleName() + " for " + type + " but was "
                    + data.getClass().getSimpleName());
        }
        if (Array.getLength(data) != expected) {
            throw new ShapeException(
                    "Tensor: expected " + expected + " elements for " + type + " but was " + Array.getLength(data));
        }
        return new Tensor(type, data);
    }

    /** A float32 tensor. */
    public static Tensor of(Shape shape, float... data) {
        return of(DType.FLOAT32, shape, data);
    }

    /** An int32 tensor. */
    public static Tensor of(Shape shape, int[] data) {
        return of(DType.INT32, shape, data);
    }

    /** An int64 tensor. */
    public static Tensor of(Shape shape, long[] data) {
        return of(DType.INT64, shape, data);
    }

    /** A float64 tensor. */
    public static Tensor of(Shape shape, double[] data) {
        return of(DType.FLOAT64, shape, data);
    }

    /** A tensor of UTF-8 strings. */
    public static Tensor of(Shape shape, String... data) {
        byte[][] utf8 =
                Arrays.stream(data).map(s -> s.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
        return of(DType.STRING, shape, utf8);
    }

    /** A scalar of the given type; {@code value} is rounded to it. */
    public static Tensor scalar(DType dtype, double value) {
        Tensor t = zeros(new TensorType(dtype, Shape.SCALAR));
        t.setDouble(0, value);
        return t;
    }

    /** A tensor of zeros (empty strings for {@link DType#STRING}). */
    public static Tensor zeros(TensorType type) {
        int n = type.shape().size() * (type.dtype().kind() == DType.Kind.COMPLEX ? 2 : 1);
        Object data = Array.newInstance(storage(type.dtype()).getComponentType(), n);
        if (data instanceof byte[][] strings) {
            Arrays.fill(strings, new byte[0]);
        }
        return new Tensor(type, data);
    }

    /** The array class in which elements of {@code dtype} are stored. */
    public static Class<?> storage(DType dtype) {
        return switch (dtype) {
            case FLOAT32, COMPLEX64 -> float[].class;
            case FLOAT64, COMPLEX128 -> double[].class;
            case FLOAT16, BFLOAT16, INT16, UINT16 -> short[].class;
            case INT32, UINT32 -> int[].class;
            case INT64, UINT64 -> long[].class;
            case INT8, UINT8, BOOL -> byte[].class;
            case STRING -> byte[][].class;
            case RESOURCE, VARIANT -> throw new ShapeException("Tensor: expected a type with values but was " + dtype);
        };
    }

    public TensorType type() {
        return type;
    }

    public DType dtype() {
        return type.dtype();
    }

    public Shape shape() {
        return type.shape();
    }

    /** The number of elements. */
    public int size() {
        return type.shape().size();
    }

    /** The storage itself, not a copy. */
    public Object data() {
        return source == null ? data : made();
    }

    /** Copies array elements; of a tensor that is read when it is wanted, only these are read. */
    public void copyTo(int from, Object into, int at, int count) {
        if (source == null) {
            System.arraycopy(data, from, into, at, count);
        } else {
            source.read(from, into, at, count);
        }
    }

    private synchronized Object made() {
        Object array = made == null ? null : made.get();
        if (array == null) {
            array = zeros(type).data;
            source.read(0, array, 0, Array.getLength(array));
            made = new WeakReference<>(array);
        }
        return array;
    }

    /** The storage of a float32 or complex64 tensor, not a copy. */
    public float[] floats() {
        return as(float[].class);
    }

    /** The storage of a float64 or complex128 tensor, not a copy. */
    public double[] doubles() {
        return as(double[].class);
    }

    /** The storage of a 32-bit integer tensor, not a copy. */
    public int[] ints() {
        return as(int[].class);
    }

    /** The storage of a 64-bit integer tensor, not a copy. */
    public long[] longs() {
        return as(long[].class);
    }

    /** The storage of a 16-bit tensor (floating-point or integer), not a copy. */
    public short[] shorts() {
        return as(short[].class);
    }

    /** The storage of an 8-bit or bool tensor, not a copy. */
    public byte[] bytes() {
        return as(byte[].class);
    }

    /** The storage of a string tensor, not a copy. */
    public byte[][] byteStrings() {
        return as(byte[][].class);
    }

    private <A> A as(Class<A> array) {
        if (!array.isInstance(data())) {
            throw new ShapeException("Tensor: expected storage " + array.getSimpleName() + " but was " + type);
        }
        return array.cast(data());
    }

    /** Element {@code i} as a string, from UTF-8. */
    public String getString(int i) {
        return new String(byteStrings()[i], StandardCharsets.UTF_8);
    }

    /** Element {@code i} as a double; bool is 0 or 1; 64-bit integers may round. */
    public double getDouble(int i) {
        return switch (type.dtype()) {
            case FLOAT32 -> ((float[]) data())[i];
            case FLOAT64 -> ((double[]) data())[i];
            case FLOAT16 -> Float16.halfToFloat(((short[]) data())[i]);
            case BFLOAT16 -> Float16.bfloatToFloat(((short[]) data())[i]);
            case UINT64 -> {
                long v = ((long[]) data())[i];
                yield v >= 0 ? v : (double) (v >>> 1 | v & 1) * 2;
            }
            default -> getLong(i);
        };
    }

    /** Element {@code i} as a long; floating-point truncates toward zero; uint64 keeps its bits. */
    public long getLong(int i) {
        return switch (type.dtype()) {
            case INT8 -> ((byte[]) data())[i];
            case UINT8, BOOL -> ((byte[]) data())[i] & 0xff;
            case INT16 -> ((short[]) data())[i];
            case UINT16 -> ((short[]) data())[i] & 0xffff;
            case INT32 -> ((int[]) data())[i];
            case UINT32 -> ((int[]) data())[i] & 0xffffffffL;
            case INT64, UINT64 -> ((long[]) data())[i];
            case FLOAT32, FLOAT64, FLOAT16, BFLOAT16 -> (long) getDouble(i);
            default -> throw new ShapeException("Tensor: expected a numeric element but was " + type);
        };
    }

    /**
     * Stores a double, rounded to the element type; integers truncate toward zero and wrap; bool is {@code value != 0}; a
     * complex number gets it as its real part, and 0 as its imaginary one.
     */
    public void setDouble(int i, double value) {
        switch (type.dtype()) {
            case FLOAT32 -> ((float[]) data())[i] = (float) value;
            case FLOAT64 -> ((double[]) data())[i] = value;
            case FLOAT16 -> ((short[]) data())[i] = Float16.doubleToHalf(value);
            case BFLOAT16 -> ((short[]) data())[i] = Float16.doubleToBfloat(value);
            case COMPLEX64, COMPLEX128 -> setComplex(i, value, 0);
            case BOOL -> ((byte[]) data())[i] = (byte) (value != 0 ? 1 : 0);
            case UINT64 ->
                ((long[]) data())[i] = value >= 0x1p63 ? (long) (value - 0x1p63) ^ Long.MIN_VALUE : (long) value;
            default -> setLong(i, (long) value);
        }
    }

    /** The real part (0) or the imaginary one (1) of complex element {@code i}. */
    public double getPart(int i, int part) {
        return data() instanceof float[] f ? f[2 * i + part] : doubles()[2 * i + part];
    }

    /** Stores a complex number. */
    public void setComplex(int i, double real, double imaginary) {
        if (data() instanceof float[] f) {
            f[2 * i] = (float) real;
            f[2 * i + 1] = (float) imaginary;
        } else {
            doubles()[2 * i] = real;
            doubles()[2 * i + 1] = imaginary;
        }
    }

    /** Stores a long; narrower integers wrap, floating-point rounds. */
    public void setLong(int i, long value) {
        switch (type.dtype()) {
            case INT8, UINT8 -> ((byte[]) data())[i] = (byte) value;
            case BOOL -> ((byte[]) data())[i] = (byte) (value != 0 ? 1 : 0);
            case INT16, UINT16 -> ((short[]) data())[i] = (short) value;
            case INT32, UINT32 -> ((int[]) data())[i] = (int) value;
            case INT64, UINT64 -> ((long[]) data())[i] = value;
            case FLOAT32 -> ((float[]) data())[i] = value;
            case FLOAT64, FLOAT16, BFLOAT16 -> setDouble(i, value);
            default -> throw new ShapeException("Tensor: expected a numeric element but was " + type);
        }
    }

    /** The same storage under another shape of the same size. */
    public Tensor reshape(Shape shape) {
        if (source != null && shape.size() == size()) {
            return lazily(type.withShape(shape), source);
        }
        return of(type.dtype(), shape, data());
    }

    /** This tensor in another element type; itself where it has that type already. */
    public Tensor cast(DType to) {
        if (to == type.dtype()) {
            return this;
        }
        if (source != null) {
            return new Tensor(type, data()).cast(to); // all elements are wanted, read once
        }
        Tensor out = zeros(type.withDType(to));
        boolean whole = !type.dtype().isFloating() && !(type.dtype() == DType.UINT64 && to.isFloating());
        for (int i = 0, n = size(); i < n; i++) {
            if (whole) {
                out.setLong(i, getLong(i));
            } else {
                out.setDouble(i, getDouble(i));
            }
        }
        return out;
    }

    /** Whether type and every element agree, bit by bit. */
    @Override
    public boolean equals(Object o) {
        return o instanceof Tensor t
                && (this == t
                        || type.equals(t.type) && Arrays.deepEquals(new Object[] {data()}, new Object[] {t.data()}));
    }

    @Override
    public int hashCode() {
        return 31 * type.hashCode() + Arrays.deepHashCode(new Object[] {data()});
    }

    /** The type, and the first values: {@code float32[3] {1.0, 2.0, 3.0}}. */
    @Override
    public String toString() {
        int n = Math.min(Array.getLength(data()), 8);
        StringBuilder s = new StringBuilder(type.toString()).append(" {");
        for (int i = 0; i < n; i++) {
            boolean half = type.dtype() == DType.FLOAT16 || type.dtype() == DType.BFLOAT16;
            Object number = half ? (Object) getDouble(i) : Array.get(data(), i);
            Object v = data() instanceof byte[][] ? '"' + getString(i) + '"' : number;
            s.append(i == 0 ? "" : ", ").append(v);
        }
        return s.append(Array.getLength(data()) > n ? ", …}" : "}").toString();
    }
}
