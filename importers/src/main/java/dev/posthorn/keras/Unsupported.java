package dev.posthorn.keras;

import java.util.List;

/** Stands for a layer that cannot be run, so that a model can be read to its end and everything be listed at once. */
public record Unsupported(String className, String reason, List<LayerNode> layers) implements Layer {
    @Override
    public List<Child> children(DTypePolicy policy) {
        return layers.stream().map(n -> Child.listed("layers", n)).toList();
    }

    @Override
    public List<KerasTensor> call(Call c) {
        throw new IllegalStateException("Unsupported: expected to be reported at load but was called, at " + c.path());
    }
}
