package dev.posthorn.tools.data;

import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Port;
import dev.posthorn.numpy.NpyReader;
import dev.posthorn.numpy.Npz;
import dev.posthorn.tools.InputException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Files given for the inputs of a signature, each bound to its input: by name where one is given, else by order. */
public final class Inputs implements Closeable {
    private final List<Port> ports;
    private final Pictures pictures;
    private final Map<String, Source> bound = new LinkedHashMap<>();
    private List<Path> pictured = List.of();

    private Inputs(List<Port> ports, Pictures pictures) {
        this.ports = ports;
        this.pictures = pictures;
    }

    /** Opens {@code FILE}, {@code NAME=FILE}, {@code FILE.npz:KEY} arguments. */
    public static Inputs open(List<String> arguments, List<Port> ports, Pictures pictures) throws IOException {
        Inputs inputs = new Inputs(ports, pictures);
        try {
            inputs.bind(arguments);
        } catch (Throwable e) {
            inputs.close();
            throw e;
        }
        return inputs;
    }

    private void bind(List<String> arguments) throws IOException {
        Map<String, List<Path>> groups = new LinkedHashMap<>();
        List<String> unnamed = new ArrayList<>();
        for (String a : arguments) {
            int eq = a.indexOf('=');
            boolean named = eq > 0 && names().contains(a.substring(0, eq));
            if (eq > 0 && !named && !Files.exists(Path.of(a))) {
                throw new InputException("predict: expected one of the inputs " + names() + " but was '"
                        + a.substring(0, eq) + "', at --input " + a);
            } else if (!named) {
                unnamed.add(a);
            } else {
                groups.computeIfAbsent(a.substring(0, eq), k -> new ArrayList<>())
                        .add(Path.of(a.substring(eq + 1)));
            }
        }
        for (Map.Entry<String, List<Path>> e : groups.entrySet()) {
            named(e.getKey(), e.getValue());
        }
        List<Path> loose =
                unnamed.stream().map(Path::of).filter(Pictures::isPicture).toList();
        boolean placed = false;
        for (String a : unnamed) {
            if (!Pictures.isPicture(Path.of(a))) {
                unnamed(a);
            } else if (!placed) {
                placed = true;
                picture(next(a), loose);
            }
        }
        for (Port p : ports) {
            if (!bound.containsKey(p.name())) {
                throw new InputException("predict: expected values for input '" + p.name() + "' " + p.type()
                        + " but was none, at --input");
            }
        }
    }

    private List<String> names() {
        return ports.stream().map(Port::name).toList();
    }

    private List<Port> open() {
        return ports.stream().filter(p -> !bound.containsKey(p.name())).toList();
    }

    private Port next(String argument) {
        return open().stream()
                .findFirst()
                .orElseThrow(() -> new InputException("predict: expected " + ports.size() + " inputs " + names()
                        + " but was more, at --input " + argument));
    }

    private void named(String name, List<Path> files) throws IOException {
        Port port = ports.get(names().indexOf(name));
        if (files.stream().allMatch(Pictures::isPicture)) {
            picture(port, files);
        } else if (files.size() > 1) {
            throw new InputException(
                    "predict: expected one file (or pictures) for input '" + name + "' but was " + files);
        } else {
            Path file = files.get(0);
            switch (ending(file)) {
                case "npy" -> put(port, Source.of(NpyReader.open(file)), file);
                case "npz" -> put(port, Source.of(only(file, name)), file);
                case "csv" ->
                    put(port, Source.of(Csv.read(existing(file), List.of(port)).get(name)), file);
                case "json" ->
                    put(port, Source.of(value(JsonArrays.read(existing(file), List.of(port)), name, file)), file);
                default -> keyed(port, file.toString());
            }
        }
    }

    private static Tensor value(Map<String, Tensor> values, String name, Path file) {
        if (!values.containsKey(name)) {
            throw new InputException("json: expected values for input '" + name + "' but was none, at " + file);
        }
        return values.get(name);
    }

    private void unnamed(String argument) throws IOException {
        Path file = Path.of(argument);
        switch (ending(file)) {
            case "npy" -> put(next(argument), Source.of(NpyReader.open(existing(file))), file);
            case "npz" -> archive(file, argument);
            case "csv" -> {
                next(argument);
                Csv.read(existing(file), open())
                        .forEach((name, t) -> put(ports.get(names().indexOf(name)), Source.of(t), file));
            }
            case "json" -> {
                next(argument);
                JsonArrays.read(existing(file), open())
                        .forEach((name, t) -> put(ports.get(names().indexOf(name)), Source.of(t), file));
            }
            default -> keyed(next(argument), argument);
        }
    }

    /** The array of that name, or the only one. */
    private static Tensor only(Path file, String name) throws IOException {
        try (Npz npz = Npz.open(existing(file))) {
            if (npz.names().contains(name) || npz.names().size() != 1) {
                return npz.get(name);
            }
            return npz.get(npz.names().iterator().next());
        }
    }

    /** {@code FILE.npz:KEY}. */
    private void keyed(Port port, String argument) throws IOException {
        int at = argument.toLowerCase(Locale.ROOT).indexOf(".npz:");
        Path file = at < 0 ? existing(Path.of(argument)) : Path.of(argument.substring(0, at + 4));
        if (at < 0) {
            throw new InputException(
                    "predict: expected .npy, .npz, .csv, .json, .png or .jpg but was another ending, at " + file);
        }
        try (Npz npz = Npz.open(existing(file))) {
            put(port, Source.of(npz.get(argument.substring(at + 5))), file);
        }
    }

    /** All arrays whose names are those of inputs; where there are none, as many as inputs, in order. */
    private void archive(Path file, String argument) throws IOException {
        next(argument);
        try (Npz npz = Npz.open(existing(file))) {
            Set<String> names = npz.names();
            List<Port> open = open();
            List<Port> found =
                    open.stream().filter(p -> names.contains(p.name())).toList();
            if (found.isEmpty() && names.size() != open.size()) {
                throw new InputException(
                        "npz: expected arrays " + open.stream().map(Port::name).toList() + " or as many but was "
                                + names + ", at " + file + " (" + file + ":NAME takes one)");
            }
            List<String> all = new ArrayList<>(names);
            for (int i = 0; i < (found.isEmpty() ? open : found).size(); i++) {
                Port p = (found.isEmpty() ? open : found).get(i);
                put(p, Source.of(npz.get(found.isEmpty() ? all.get(i) : p.name())), file);
            }
        }
    }

    private void picture(Port port, List<Path> files) throws IOException {
        put(port, Source.of(pictures.batch(files, port)), files.get(0));
        pictured = files;
    }

    private void put(Port port, Source source, Path file) {
        bound.put(port.name(), source);
        Shape declared = port.type().shape();
        Shape was = source.type().shape();
        boolean batched = declared.isRanked() && declared.rank() > 0 && was.rank() == declared.rank();
        // Any number of rows: they are given in batches of the declared size.
        if (!(batched ? declared.with(0, Shape.UNKNOWN) : declared).accepts(was)) {
            throw new InputException("predict: expected shape " + declared + " but was " + was + ", at input '"
                    + port.name() + "', " + file);
        }
    }

    private static Path existing(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        if (Files.isDirectory(file)) {
            throw new InputException("predict: expected a file but was a directory, at " + file);
        }
        return file;
    }

    private static String ending(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** The sources, in the order of the inputs. */
    public List<Source> sources() {
        return ports.stream().map(p -> bound.get(p.name())).toList();
    }

    /** The pictures that are the rows of an input; empty where there are none. */
    public List<Path> pictures() {
        return pictured;
    }

    @Override
    public void close() throws IOException {
        for (Source s : bound.values()) {
            s.close();
        }
    }
}
