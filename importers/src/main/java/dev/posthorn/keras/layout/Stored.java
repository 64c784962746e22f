package dev.posthorn.keras.layout;

import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.ir.Builder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.ir.Value;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.Variables;
import dev.posthorn.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The value of a variable in a file: a dataset as it is, or what is made of one or several. Its shape is known before any is
 * read.
 */
public final class Stored {
    private final List<Hdf5Dataset> parts;
    private final Graph made;
    private final long[] shape;

    /** What a value is made of, as IR. */
    interface Making {
        Value of(Builder b, List<Value> parts);
    }

    private Stored(List<Hdf5Dataset> parts, Graph made, long... shape) {
        this.parts = parts;
        this.made = made;
        this.shape = shape;
    }

    /** A dataset as it is. */
    public static Stored of(Hdf5Dataset d) {
        return new Stored(List.of(d), null, d.shape());
    }

    /** What {@code making} makes of datasets. */
    static Stored of(List<Hdf5Dataset> parts, Making making) {
        Builder b = new Builder();
        List<Value> in = new ArrayList<>();
        try {
            for (Hdf5Dataset d : parts) {
                int[] dims = Arrays.stream(d.shape()).mapToInt(Math::toIntExact).toArray();
                in.add(b.input("x" + in.size(), new TensorType(d.dtype(), Shape.of(dims))));
            }
            Value y = making.of(b, in);
            return new Stored(
                    parts,
                    b.graph(in, Map.of("y", y), Map.of()),
                    Arrays.stream(y.shape().dims()).asLongStream().toArray());
        } catch (ShapeException | ArithmeticException e) {
            throw new ModelFormatException(
                    "weights: expected those of an older layer but was " + parts + " (" + e.getMessage() + ")", e);
        }
    }

    /** The datasets that hold it. */
    public List<Hdf5Dataset> parts() {
        return parts;
    }

    /** Whether it is stored in integers of few bits. */
    public boolean isQuantized() {
        return made == null
                && (parts.get(0).dtype() == DType.INT8 || parts.get(0).dtype() == DType.UINT8);
    }

    public long[] shape() {
        return shape.clone();
    }

    /** The value. */
    public Tensor read() {
        List<Tensor> in = parts.stream().map(Hdf5Dataset::read).toList();
        if (made == null) {
            return in.get(0);
        }
        Variables.Snapshot none = new Variables(List.of(), Map.of()).snapshot();
        return new ReferenceBackend().compile(made, none).run(in, none).get(0);
    }

    /** The value, read each time that it is wanted: as long as the file is open. What is made of datasets is made now. */
    public Tensor later() {
        Hdf5Dataset d = parts.get(0);
        if (made != null || d.dtype() == DType.STRING) {
            return read();
        }
        int[] dims = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
        return Tensor.lazily(
                new TensorType(d.dtype(), Shape.of(dims)), (from, into, at, n) -> d.read(from, into, at, n));
    }

    @Override
    public String toString() {
        return made == null ? parts.get(0).toString() : Arrays.toString(shape) + " made of " + parts;
    }
}
