package dev.posthorn.train;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Variables;
import java.util.HashMap;
import java.util.Map;

/**
 * The arrays of variables that a step has replaced and that nobody else was handed: the next step writes its results there. So
 * a variable has two arrays in turns, and who has been handed its value keeps it unchanged.
 */
final class Reuse {
    /** What the last step made, but for what others were handed since. */
    private final Map<String, Tensor> made = new HashMap<>();

    private final Map<String, Tensor> spare = new HashMap<>();
    /** The model's values since the last step. */
    private Variables.Snapshot model;

    /** A tensor of which nobody needs the elements; null where there is none. */
    Tensor spare(String key) {
        return spare.get(key);
    }

    /** Forgets values that others are handed. */
    void lend() {
        made.clear();
    }

    /**
     * A step has been taken.
     *
     * @param changed what it made of the model's variables
     * @param model how these were exchanged; null where there were none
     * @param before what the variables were that are not the model's
     * @param own what it made of them
     */
    void stepped(
            Map<String, Tensor> changed,
            Variables.Exchange model,
            Map<String, Tensor> before,
            Map<String, Tensor> own) {
        spare.clear();
        boolean free = model != null && !model.taken() && model.before() == this.model;
        made.forEach((key, t) -> {
            boolean replaced = own.containsKey(key)
                    ? before.get(key) == t
                    : free && changed.containsKey(key) && model.before().get(key) == t;
            if (replaced) {
                spare.put(key, t);
            }
        });
        made.clear();
        made.putAll(changed);
        made.putAll(own);
        this.model = model == null ? null : model.after();
    }
}
