package dev.posthorn.ir;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Element types: the name Keras and NumPy use, TensorFlow's number in {@code types.proto}, and the bytes of one
 * element.
 *
 * <p>Storage in a {@link Tensor}: FLOAT32 and COMPLEX64 in {@code float[]}; FLOAT64 and COMPLEX128 in {@code double[]}
 * (complex interleaved); FLOAT16, BFLOAT16, INT16, UINT16 in {@code short[]}; INT32, UINT32 in {@code int[]}; INT64,
 * UINT64 in {@code long[]}; INT8, UINT8, BOOL (0 or 1) in {@code byte[]}; STRING in {@code byte[][]}.
 */
public enum DType {
    FLOAT32("float32", 1, 4, Kind.FLOAT),
    FLOAT64("float64", 2, 8, Kind.FLOAT),
    INT32("int32", 3, 4, Kind.SIGNED),
    UINT8("uint8", 4, 1, Kind.UNSIGNED),
    INT16("int16", 5, 2, Kind.SIGNED),
    INT8("int8", 6, 1, Kind.SIGNED),
    STRING("string", 7, 0, Kind.OTHER),
    COMPLEX64("complex64", 8, 8, Kind.COMPLEX),
    INT64("int64", 9, 8, Kind.SIGNED),
    BOOL("bool", 10, 1, Kind.OTHER),
    BFLOAT16("bfloat16", 14, 2, Kind.FLOAT),
    UINT16("uint16", 17, 2, Kind.UNSIGNED),
    COMPLEX128("complex128", 18, 16, Kind.COMPLEX),
    FLOAT16("float16", 19, 2, Kind.FLOAT),
    RESOURCE("resource", 20, 0, Kind.OTHER),
    VARIANT("variant", 21, 0, Kind.OTHER),
    UINT32("uint32", 22, 4, Kind.UNSIGNED),
    UINT64("uint64", 23, 8, Kind.UNSIGNED);

    /** What arithmetic an element has. */
    public enum Kind {
        FLOAT,
        SIGNED,
        UNSIGNED,
        COMPLEX,
        OTHER
    }

    private static final Map<String, DType> BY_KERAS =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(DType::keras, Function.identity()));
    private static final Map<Integer, DType> BY_TENSORFLOW =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(DType::tensorflow, Function.identity()));

    private final String keras;
    private final int tensorflow;
    private final int bytes;
    private final Kind kind;

    DType(String keras, int tensorflow, int bytes, Kind kind) {
        this.keras = keras;
        this.tensorflow = tensorflow;
        this.bytes = bytes;
        this.kind = kind;
    }

    /** The name in Keras configurations and NumPy: {@code float32}. */
    public String keras() {
        return keras;
    }

    /** TensorFlow's {@code DataType} number. */
    public int tensorflow() {
        return tensorflow;
    }

    /** Bytes of one element; 0 where elements have no fixed size. */
    public int bytes() {
        return bytes;
    }

    public Kind kind() {
        return kind;
    }

    public boolean isFloating() {
        return kind == Kind.FLOAT;
    }

    public boolean isComplex() {
        return kind == Kind.COMPLEX;
    }

    public boolean isInteger() {
        return kind == Kind.SIGNED || kind == Kind.UNSIGNED;
    }

    /** The type of the parts of complex numbers; of other types the type itself. */
    public DType real() {
        return this == COMPLEX64 ? FLOAT32 : this == COMPLEX128 ? FLOAT64 : this;
    }

    /** The type of this Keras name, if there is one. */
    public static Optional<DType> ofKeras(String name) {
        return Optional.ofNullable(BY_KERAS.get(name));
    }

    /** The type of this TensorFlow number, if there is one. */
    public static Optional<DType> ofTensorflow(int number) {
        return Optional.ofNullable(BY_TENSORFLOW.get(number));
    }

    @Override
    public String toString() {
        return keras;
    }
}
