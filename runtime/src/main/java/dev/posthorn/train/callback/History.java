package dev.posthorn.train.callback;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The logs of each epoch. */
public final class History implements Callback {
    private final List<Integer> epochs = new ArrayList<>();
    private final List<Logs> logs = new ArrayList<>();

    @Override
    public void onEpochEnd(Training training, int epoch, Logs epochLogs) {
        epochs.add(epoch);
        logs.add(new Logs(epochLogs));
    }

    /** The numbers of the epochs, from 0. */
    public List<Integer> epochs() {
        return Collections.unmodifiableList(epochs);
    }

    /** The logs of each epoch, in the same order. */
    public List<Logs> logs() {
        return Collections.unmodifiableList(logs);
    }

    /** The values of one metric, of the epochs that have it; an exception where it is not one number an epoch. */
    public double[] of(String name) {
        return logs.stream()
                .filter(l -> l.has(name))
                .mapToDouble(l -> l.get(name))
                .toArray();
    }

    /** Every name that any epoch has. */
    public List<String> names() {
        return logs.stream().flatMap(l -> l.names().stream()).distinct().toList();
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (int i = 0; i < epochs.size(); i++) {
            int order = 0;
            for (String name : logs.get(i).names()) {
                double[] v = logs.get(i).values(name);
                state.put(epochs.get(i) + "/" + order++ + "/" + name, Tensor.of(Shape.of(v.length), v));
            }
        }
        return state;
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        epochs.clear();
        logs.clear();
        Map<Integer, TreeMap<Integer, String>> names = new TreeMap<>();
        state.keySet().forEach(key -> {
            String[] part = key.split("/", 3);
            names.computeIfAbsent(Integer.parseInt(part[0]), k -> new TreeMap<>())
                    .put(Integer.parseInt(part[1]), key);
        });
        names.forEach((epoch, keys) -> {
            Logs l = new Logs();
            keys.values()
                    .forEach(key -> l.put(key.split("/", 3)[2], state.get(key).doubles()));
            epochs.add(epoch);
            logs.add(l);
        });
    }
}
