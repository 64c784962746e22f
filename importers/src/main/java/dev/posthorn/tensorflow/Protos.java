package dev.posthorn.tensorflow;

import com.google.protobuf.ByteString;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.proto.DataType;
import dev.posthorn.proto.TensorProto;
import dev.posthorn.proto.TensorShapeProto;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Types, shapes and tensors as messages and as the IR has them, both ways. */
public final class Protos {
    private static final int REFERENCE = 100;

    /** Bytes from which on a constant stays in the message of its graph. */
    private static final int LARGE = 1 << 20;

    /** Quantised integers are the integers that hold them; what they stand for, their ops say. */
    private static final Map<Integer, DType> QUANTISED =
            Map.of(11, DType.INT8, 12, DType.UINT8, 13, DType.INT32, 15, DType.INT16, 16, DType.UINT16);

    private Protos() {}

    /** The element type of this number; a reference counts as the type that it refers to. */
    public static DType dtype(int number, String where) {
        int value = number > REFERENCE ? number - REFERENCE : number;
        if (QUANTISED.containsKey(value)) {
            return QUANTISED.get(value);
        }
        return DType.ofTensorflow(value)
                .orElseThrow(
                        () -> new UnsupportedModelException("dtype: expected an element type that is supported but "
                                + "was " + (DataType.forNumber(value) == null ? number : DataType.forNumber(value))
                                + ", at "
                                + where));
    }

    public static DType dtype(DataType type, String where) {
        if (type == DataType.UNRECOGNIZED) {
            throw new ModelFormatException("dtype: expected a known element type but was another, at " + where);
        }
        return dtype(type.getNumber(), where);
    }

    public static DataType dtype(DType type) {
        return DataType.forNumber(type.tensorflow());
    }

    /** The shape; a dimension below 0 is not known. */
    public static Shape shape(TensorShapeProto proto, String where) {
        if (proto.getUnknownRank()) {
            return Shape.UNRANKED;
        }
        int[] dims = new int[proto.getDimCount()];
        for (int i = 0; i < dims.length; i++) {
            long d = proto.getDim(i).getSize();
            if (d < -1 || d > Integer.MAX_VALUE) {
                throw new ModelFormatException(
                        "shape: expected dimensions of at most 2^31 but was " + shown(proto) + ", at " + where);
            }
            dims[i] = (int) d;
        }
        return Shape.of(dims);
    }

    public static TensorShapeProto shape(Shape shape) {
        TensorShapeProto.Builder b = TensorShapeProto.newBuilder();
        if (!shape.isRanked()) {
            return b.setUnknownRank(true).build();
        }
        for (int d : shape.dims()) {
            b.addDim(TensorShapeProto.Dim.newBuilder().setSize(d));
        }
        return b.build();
    }

    static String shown(TensorShapeProto proto) {
        return proto.getUnknownRank()
                ? "[...]"
                : proto.getDimList().stream()
                        .map(d -> d.getSize() < 0 ? "?" : Long.toString(d.getSize()))
                        .collect(Collectors.joining("×", "[", "]"));
    }

    /** A known shape of so many elements that an array holds them. */
    public static Shape known(TensorShapeProto proto, String where) {
        Shape shape = shape(proto, where);
        long n = 1;
        for (int d : shape.isRanked() ? shape.dims() : new int[] {Shape.UNKNOWN}) {
            if (d < 0 || n > 0 && d > Integer.MAX_VALUE / n) {
                throw new ModelFormatException("tensor: expected a known shape of at most 2^31 elements but was "
                        + shown(proto) + ", at " + where);
            }
            n *= d;
        }
        return shape;
    }

    /** As {@link #tensor}, but the elements of a large one stay in the message, which is there anyway, until they are wanted. */
    static Tensor constant(TensorProto proto, String where) {
        ByteString content = proto.getTensorContent();
        DType dtype = dtype(proto.getDtype(), where);
        if (content.size() < LARGE || dtype == DType.STRING || dtype == DType.RESOURCE || dtype == DType.VARIANT) {
            return tensor(proto, where);
        }
        TensorType type = new TensorType(dtype, known(proto.getTensorShape(), where));
        check(type, content.size(), where);
        int width = LittleEndian.width(dtype);
        ByteBuffer bytes = content.asReadOnlyByteBuffer().slice(); // whose first byte need not be that of the file
        return Tensor.lazily(
                type, (from, into, at, n) -> LittleEndian.get(bytes.duplicate().position(from * width), into, at, n));
    }

    /** The tensor. Its elements must be there, or one that stands for all. */
    public static Tensor tensor(TensorProto proto, String where) {
        DType dtype = dtype(proto.getDtype(), where);
        Shape shape = known(proto.getTensorShape(), where);
        ByteString content = proto.getTensorContent();
        if (dtype == DType.RESOURCE || dtype == DType.VARIANT) {
            throw new UnsupportedModelException("tensor: expected values but was " + dtype + ", at " + where);
        }
        if (!content.isEmpty() && dtype != DType.STRING) {
            return ofBytes(new TensorType(dtype, shape), content.asReadOnlyByteBuffer(), where);
        }
        List<?> values = values(proto, dtype);
        int each = dtype.kind() == DType.Kind.COMPLEX ? 2 : 1;
        int given = values.size() / each;
        if (values.size() % each != 0 || given > shape.size() || shape.size() > 1 << 26 && given < shape.size()) {
            throw new ModelFormatException("tensor: expected at most " + shape.size() + " elements but was "
                    + values.size() + " for " + dtype + shape + ", at " + where);
        }
        Tensor t = Tensor.zeros(new TensorType(dtype, shape));
        for (int i = 0, n = given == 0 ? 0 : t.size() * each; i < n; i++) {
            int from = i < given * each ? i : (given - 1) * each + i % each;
            set(t, i, values.get(from));
        }
        return t;
    }

    private static List<?> values(TensorProto p, DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> p.getFloatValList();
            case FLOAT64 -> p.getDoubleValList();
            case FLOAT16, BFLOAT16 -> p.getHalfValList();
            case STRING -> p.getStringValList();
            case COMPLEX64 -> p.getScomplexValList();
            case COMPLEX128 -> p.getDcomplexValList();
            case INT64 -> p.getInt64ValList();
            case UINT64 -> p.getUint64ValList();
            case UINT32 -> p.getUint32ValList();
            case BOOL -> p.getBoolValList();
            default -> p.getIntValList();
        };
    }

    private static void set(Tensor t, int i, Object value) {
        switch (t.dtype()) {
            case STRING -> t.byteStrings()[i] = ((ByteString) value).toByteArray();
            case COMPLEX64 -> t.floats()[i] = (Float) value;
            case COMPLEX128 -> t.doubles()[i] = (Double) value;
            case FLOAT16, BFLOAT16 -> t.shorts()[i] = ((Integer) value).shortValue();
            case FLOAT32 -> t.floats()[i] = (Float) value;
            case FLOAT64 -> t.doubles()[i] = (Double) value;
            case BOOL -> t.bytes()[i] = (byte) ((Boolean) value ? 1 : 0);
            default -> t.setLong(i, ((Number) value).longValue());
        }
    }

    /** The tensor whose elements are these little-endian bytes, exactly. */
    public static Tensor ofBytes(TensorType type, ByteBuffer bytes, String where) {
        check(type, bytes.remaining(), where);
        Tensor t = Tensor.zeros(type);
        LittleEndian.get(bytes, t.data(), 0, Array.getLength(t.data()));
        return t;
    }

    private static void check(TensorType type, int bytes, String where) {
        long expected = type.shape().longSize() * type.dtype().bytes();
        if (bytes != expected) {
            throw new ModelFormatException(
                    "tensor: expected " + expected + " bytes for " + type + " but was " + bytes + ", at " + where);
        }
    }

    /** The elements as little-endian bytes. */
    public static ByteBuffer bytes(Tensor t) {
        int n = Array.getLength(t.data());
        ByteBuffer out = ByteBuffer.allocate(Math.multiplyExact(n, LittleEndian.width(t.dtype())));
        LittleEndian.put(t.data(), 0, n, out);
        return out.flip();
    }

    /** The message of a tensor; {@link #tensor} reads it back. */
    public static TensorProto tensor(Tensor t) {
        TensorProto.Builder b =
                TensorProto.newBuilder().setDtype(dtype(t.dtype())).setTensorShape(shape(t.shape()));
        if (t.dtype() == DType.STRING) {
            Arrays.stream(t.byteStrings()).map(ByteString::copyFrom).forEach(b::addStringVal);
        } else if (t.size() == 1 && t.dtype() == DType.FLOAT32) {
            b.addFloatVal(t.floats()[0]);
        } else if (t.size() == 1 && t.dtype() == DType.INT32) {
            b.addIntVal(t.ints()[0]);
        } else {
            b.setTensorContent(ByteString.copyFrom(bytes(t)));
        }
        return b.build();
    }
}
