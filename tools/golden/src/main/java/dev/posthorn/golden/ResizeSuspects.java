package dev.posthorn.golden;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.Value;
import dev.posthorn.keras.Call;
import dev.posthorn.keras.LayerNode;
import dev.posthorn.keras.SimpleLayer;
import java.util.List;
import java.util.Map;

/** Images of another size with other places of the pixels: by their corners instead of their centres, as before TensorFlow 2. */
final class ResizeSuspects {
    private ResizeSuspects() {}

    static void add(LayerNode node, Map<String, Object> config, List<Change> all) {
        boolean resizes = config.get("interpolation") instanceof String
                && node.layer() instanceof SimpleLayer
                && List.of("Resizing", "UpSampling2D").contains(node.layer().className())
                && !"channels_first".equals(config.get("data_format"));
        for (Places places : resizes ? Places.values() : new Places[0]) {
            for (boolean nearest : new boolean[] {false, true}) {
                all.add(Change.of(
                        "half-pixel centres",
                        places.said + (nearest ? " and nearest" : " and bilinear"),
                        "them and " + config.get("interpolation"),
                        n -> new LayerNode(
                                n.name(),
                                new Resized(config, places, nearest, (SimpleLayer) node.layer()),
                                n.policy(),
                                n.trainable(),
                                n.carried())));
            }
        }
    }

    /** Where a pixel of the result is in the operand. */
    private enum Places {
        CORNERS("without them"),
        ALIGNED("aligned corners");

        private final String said;

        Places(String said) {
            this.said = said;
        }

        double of(int i, int n, int m) {
            return this == CORNERS ? i * (double) n / m : m > 1 ? i * (n - 1.0) / (m - 1) : 0;
        }
    }

    /** {@code y[b×h′×w′×c] = Σ rows[h′×h]·x[b×h×w×c]·columns[w′×w]}; where h and w are not known yet, what the layer itself gives. */
    private record Resized(Map<String, Object> config, Places places, boolean nearest, SimpleLayer own)
            implements SimpleLayer {
        @Override
        public Value call(Call c, Value x) {
            int h = x.shape().dim(1);
            int w = x.shape().dim(2);
            if (h < 0 || w < 0) {
                return own.call(c, x);
            }
            int rows = size("height", 0, h);
            int columns = size("width", 1, w);
            int channels = x.shape().dim(3);
            Builder b = c.builder();
            Value up = b.matmul(weights(c, h, rows), b.reshape(x, -1, h, w * channels));
            Value wide = b.matmul(weights(c, w, columns), b.reshape(up, -1, w, channels));
            return b.reshape(wide, -1, rows, columns, channels);
        }

        private int size(String key, int axis, int n) {
            return config.get(key) instanceof Number given
                    ? given.intValue()
                    : n * ((Number) ((List<?>) config.get("size")).get(axis)).intValue();
        }

        private Value weights(Call c, int n, int m) {
            float[] all = new float[m * n];
            for (int i = 0; i < m; i++) {
                double at = places.of(i, n, m);
                int low = (int) (nearest ? places == Places.ALIGNED ? Math.round(at) : Math.floor(at) : Math.floor(at));
                double part = nearest ? 0 : at - low;
                all[i * n + Math.min(low, n - 1)] += (float) (1 - part);
                all[i * n + Math.min(low + 1, n - 1)] += (float) part;
            }
            return c.builder().constant(Tensor.of(Shape.of(1, m, n), all));
        }
    }
}
