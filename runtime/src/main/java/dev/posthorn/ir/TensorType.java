package dev.posthorn.ir;

/** What is known of a value before it exists: its element type and shape. */
public record TensorType(DType dtype, Shape shape) {
    public static TensorType of(DType dtype, int... dims) {
        return new TensorType(dtype, Shape.of(dims));
    }

    public static TensorType f32(int... dims) {
        return of(DType.FLOAT32, dims);
    }

    public TensorType withShape(Shape other) {
        return new TensorType(dtype, other);
    }

    public TensorType withDType(DType other) {
        return new TensorType(other, shape);
    }

    /** {@code float32[2×?×3]}. */
    @Override
    public String toString() {
        return dtype.keras() + shape;
    }
}
