package dev.posthorn.keras;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.layout.PathLayout;
import dev.posthorn.keras.object.Lora;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variables;
import java.util.HashMap;
import java.util.Map;

/**
 * The values of variables as archives hold them: low-rank adapters are merged into the weights that they adapt, {@code w +
 * alpha/rank · a·b}. Source: save_own_variables in keras/src/layers/core/dense.py.
 */
final class Merged {
    private final Variables.Snapshot values;
    private final Map<String, Lora> adapted = new HashMap<>();

    Merged(KerasProgram program, Variables.Snapshot values) {
        this.values = values;
        PathLayout.places(program.root())
                .forEach((path, place) -> program.weights(path).stream()
                        .filter(w -> w.adaption() == Weight.Adaption.ADAPTED)
                        .forEach(w -> adapted.put(
                                Lowering.key(program.sharing().first(path), w),
                                place.node().layer().lora())));
    }

    Tensor get(String key) {
        Tensor w = values.get(key);
        Lora lora = adapted.get(key);
        if (lora == null) {
            return w;
        }
        String path = key.substring(0, key.lastIndexOf('/') + 1);
        String name = key.substring(path.length());
        Tensor a = values.get(path + "lora_" + name + "_a");
        Tensor b = values.get(path + "lora_" + name + "_b");
        return isZero(a) || isZero(b) ? w : merge(key, w, a, b, lora);
    }

    private static boolean isZero(Tensor t) {
        for (int i = 0; i < t.size(); i++) {
            if (t.getDouble(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static Tensor merge(String key, Tensor w, Tensor a, Tensor b, Lora lora) {
        if (!w.dtype().isFloating()) {
            throw new UnsupportedModelException(
                    "save: expected adapters of a weight of floating-point numbers, to merge"
                            + " them into it, but was " + w.type() + ", at " + key);
        }
        int rank = b.shape().dim(0);
        int columns = b.shape().dim(1);
        double scale = (lora.alpha() == null ? rank : lora.alpha()) / rank;
        Tensor out = Tensor.zeros(w.type());
        for (int i = 0; i < w.size(); i++) {
            double sum = 0;
            for (int r = 0; r < rank; r++) {
                sum += a.getDouble(i / columns * rank + r) * b.getDouble(r * columns + i % columns);
            }
            out.setDouble(
                    i,
                    w.dtype() == DType.FLOAT32
                            ? (float) w.getDouble(i) + (float) (scale * (float) sum)
                            : w.getDouble(i) + scale * sum);
        }
        return out;
    }
}
