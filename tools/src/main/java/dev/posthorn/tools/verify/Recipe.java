package dev.posthorn.tools.verify;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.posthorn.golden.Case;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.train.Fit;
import dev.posthorn.train.callback.Callback;
import dev.posthorn.train.callback.EarlyStopping;
import dev.posthorn.train.callback.LearningRateScheduler;
import dev.posthorn.train.callback.Mode;
import dev.posthorn.train.callback.ReduceLROnPlateau;
import dev.posthorn.train.callback.SwapEMAWeights;
import dev.posthorn.train.callback.TerminateOnNaN;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What a training of a case was made with that Keras's own files do not keep: {@code recipe} in {@code case.json}, as the oracle's
 * {@code training/recipe.py} writes it. Cases from before it did so are told by the ends of their ids, in
 * {@code recipes.json}: nothing else in their folders says how they were made.
 */
record Recipe(JsonNode json) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final Map<String, Function<JsonNode, Callback>> CALLBACKS = Map.of(
            "EarlyStopping",
            c -> new EarlyStopping(new EarlyStopping.Options(
                    c.path("monitor").asText(),
                    c.path("min_delta").asDouble(),
                    c.path("patience").asInt(),
                    Mode.AUTO,
                    c.path("baseline").asDouble(Double.NaN),
                    c.path("restore_best_weights").asBoolean(),
                    c.path("start_from_epoch").asInt())),
            "ReduceLROnPlateau",
            c -> new ReduceLROnPlateau(new ReduceLROnPlateau.Options(
                    c.path("monitor").asText(),
                    c.path("factor").asDouble(),
                    c.path("patience").asInt(),
                    Mode.AUTO,
                    c.path("min_delta").asDouble(),
                    c.path("cooldown").asInt(),
                    c.path("min_lr").asDouble())),
            "LearningRateScheduler",
            c -> new LearningRateScheduler(
                    (epoch, now) -> c.path("rates").path(epoch).asDouble()),
            "SwapEMAWeights",
            c -> new SwapEMAWeights(c.path("swap_on_epoch").asBoolean()),
            "TerminateOnNaN",
            c -> new TerminateOnNaN());

    /** The recipe of the case that this {@code case.json} describes; an empty one where there is nothing to say. */
    static Recipe of(JsonNode described) throws IOException {
        return new Recipe(described.has("recipe") ? described.path("recipe") : before(described));
    }

    private static JsonNode before(JsonNode described) throws IOException {
        String id = described.path("id").asText();
        try (InputStream in = Recipe.class.getResourceAsStream("recipes.json")) {
            return MAPPER.readTree(in).properties().stream()
                    .filter(e -> id.endsWith("training/" + e.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(MAPPER.createObjectNode());
        }
    }

    /** Arguments of {@code fit}, put into others. */
    Fit fit(Fit plain) {
        Fit fit = plain;
        for (Map.Entry<String, JsonNode> e : json.path("fit").properties()) {
            JsonNode v = e.getValue();
            fit = switch (e.getKey()) {
                case "validation_split" -> fit.validationSplit(v.asDouble());
                case "steps_per_epoch" -> fit.stepsPerEpoch(v.asLong());
                case "initial_epoch" -> fit.from(v.asInt());
                case "validation_freq" -> fit.validationEvery(v.asInt(), 0);
                case "validation_steps" -> fit.validationSteps(v.asLong());
                default -> throw unknown("an argument of fit", e.getKey());
            };
        }
        return fit;
    }

    /** Callbacks that have seen nothing. */
    List<Callback> callbacks() {
        List<Callback> all = new ArrayList<>();
        for (JsonNode c : json.path("callbacks")) {
            String name = c.path("class_name").asText();
            if (!CALLBACKS.containsKey(name)) {
                throw unknown("a callback", name);
            }
            all.add(CALLBACKS.get(name).apply(c.path("config")));
        }
        return all;
    }

    private static UnsupportedModelException unknown(String what, String name) {
        return new UnsupportedModelException(
                "case: expected " + what + " that is known but was '" + name + "', at recipe in " + Case.FILE);
    }

    /** What is in the names of weights that do not decay. */
    String[] undecayed() {
        List<String> names = new ArrayList<>();
        json.path("exclude_from_weight_decay").forEach(n -> names.add(n.asText()));
        return names.toArray(String[]::new);
    }

    /** Whether there are options to restore. */
    boolean hasOptions() {
        return json.has("options");
    }

    /** Adds options that Keras does not write to an object's configuration, or to those of several objects. */
    @SuppressWarnings("unchecked") // an object of JSON
    void restore(Object object) {
        if (!hasOptions() || !(object instanceof Map<?, ?> map)) {
            return;
        }
        if (map.get("config") instanceof Map<?, ?> config) {
            MAPPER.convertValue(json.path("options"), new TypeReference<Map<String, Object>>() {})
                    .forEach(((Map<String, Object>) config)::putIfAbsent);
        } else {
            map.values().forEach(this::restore);
        }
    }

    /**
     * Whether the training amplifies rounding: a change of a first weight by 1e-7 changes the last ones by more than 1e-2, in
     * Keras too, so that they are compared only roughly.
     */
    boolean amplifies() {
        return json.path("amplifies").asBoolean();
    }
}
