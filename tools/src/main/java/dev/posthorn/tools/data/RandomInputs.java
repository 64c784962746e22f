package dev.posthorn.tools.data;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Made-up values: numbers from −1 to 1, integers 0 and 1, empty strings; the same for the same seed. */
public final class RandomInputs {
    private RandomInputs() {}

    /**
     * Values for ports.
     *
     * @param rows the size of an open first dimension
     * @param length the size of each other open dimension
     */
    public static List<Tensor> of(List<Port> ports, int rows, int length, long seed) {
        Random random = new Random(seed);
        List<Tensor> all = new ArrayList<>();
        for (Port p : ports) {
            int[] dims = p.type().shape().isRanked() ? p.type().shape().dims() : new int[] {rows};
            for (int a = 0; a < dims.length; a++) {
                dims[a] = dims[a] != Shape.UNKNOWN ? dims[a] : a == 0 ? rows : length;
            }
            Tensor t = Tensor.zeros(p.type().withShape(Shape.of(dims)));
            boolean real = t.dtype().isFloating();
            boolean whole = t.dtype().isInteger();
            for (int i = 0; i < t.size() && (real || whole); i++) {
                t.setDouble(i, real ? 2 * random.nextDouble() - 1 : random.nextInt(2));
            }
            all.add(t);
        }
        return all;
    }
}
