package dev.posthorn.ir.op;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Op;
import dev.posthorn.ir.Operands;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ShapeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Points of the Sobol sequence, spread evenly over the unit cube: {@code n[], skip[] → y[n×dimensions]}, the point of zeros and
 * {@code skip} others left out. Each is the one before with one direction number per dimension (Antonov and Saleev). Source: TF
 * SobolSample.
 */
public record Sobol(int dimensions, DType dtype) implements Op.Single {
    private static final int BITS = 32;
    private static final int[][] TABLE = table();

    private static int[][] table() {
        try (InputStream in = Sobol.class.getResourceAsStream("sobol.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .map(line -> Arrays.stream(line.split(" "))
                            .mapToInt(Integer::parseInt)
                            .toArray())
                    .toArray(int[][]::new);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public TensorType type(Operands in) {
        if (!in.count(2).dtype(0).isInteger() || !in.dtype(1).isInteger() || !dtype.isFloating()) {
            throw new ShapeException("expected two numbers and floating-point results but was " + in.types());
        }
        if (dimensions < 1 || dimensions > TABLE.length + 1) {
            throw new ShapeException("expected 1 to " + (TABLE.length + 1) + " dimensions but was " + dimensions);
        }
        int n = in.constant(0).map(t -> Math.toIntExact(t.getLong(0))).orElse(Shape.UNKNOWN);
        return new TensorType(dtype, Shape.of(n, dimensions));
    }

    @Override
    public Tensor value(List<Tensor> in, TensorType out) {
        int n = (int) in.get(0).getLong(0);
        long skip = in.get(1).getLong(0);
        Tensor y = Tensor.zeros(out.withShape(Shape.of(n, dimensions)));
        for (int d = 0; d < dimensions; d++) {
            long[] directions = directions(d);
            long x = 0;
            for (long i = 0; i < skip + n; i++) {
                x ^= directions[Long.numberOfTrailingZeros(~i)];
                if (i >= skip) {
                    y.setDouble((int) (i - skip) * dimensions + d, x / 0x1p32);
                }
            }
        }
        return y;
    }

    private static long[] directions(int dimension) {
        long[] v = new long[BITS];
        if (dimension == 0) {
            Arrays.setAll(v, k -> 1L << BITS - 1 - k);
            return v;
        }
        int[] row = TABLE[dimension - 1];
        int degree = row.length - 1;
        for (int k = 0; k < BITS; k++) {
            if (k < degree) {
                v[k] = (long) row[k + 1] << BITS - 1 - k;
                continue;
            }
            v[k] = v[k - degree] ^ v[k - degree] >> degree;
            for (int j = 1; j < degree; j++) {
                v[k] ^= (row[0] >> degree - j & 1) == 1 ? v[k - j] : 0;
            }
        }
        return v;
    }
}
