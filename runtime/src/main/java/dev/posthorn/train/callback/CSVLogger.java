package dev.posthorn.train.callback;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A line an epoch: its number, then the metrics sorted by name; {@code NA} where one is absent. Source:
 * keras/src/callbacks/csv_logger.py.
 */
public final class CSVLogger implements Callback {
    private final Path file;
    private final boolean append;
    private List<String> keys = List.of();
    private boolean header;

    /**
     * Logs to a file.
     *
     * @param append whether lines are added to those that the file has, as after a training that was interrupted
     */
    public CSVLogger(Path file, boolean append) {
        this.file = file;
        this.append = append;
    }

    @Override
    public void onTrainBegin(Training training) throws IOException {
        keys = List.of();
        boolean kept = append && Files.exists(file) && Files.size(file) > 0;
        header = !kept;
        if (!kept) {
            Files.write(file, new byte[0]);
        }
    }

    @Override
    public void onEpochEnd(Training training, int epoch, Logs logs) throws IOException {
        if (keys.isEmpty()) {
            keys = new ArrayList<>(logs.names().stream().sorted().toList());
            if (keys.stream().noneMatch(k -> k.startsWith("val_"))) {
                keys.addAll(keys.stream().map(k -> "val_" + k).toList());
            }
        }
        try (Writer out = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            if (header) {
                header = false;
                out.write("epoch," + String.join(",", keys) + "\r\n");
            }
            out.write(epoch + "," + keys.stream().map(k -> cell(logs, k)).collect(Collectors.joining(",")) + "\r\n");
        }
    }

    private static String cell(Logs logs, String key) {
        if (!logs.has(key)) {
            return "NA";
        }
        double[] v = logs.values(key);
        return v.length == 1 ? String.valueOf(v[0]) : "\"" + Arrays.toString(v) + "\"";
    }
}
