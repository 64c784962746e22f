package dev.posthorn.tools.command;

import dev.posthorn.keras.custom.CustomObjects;
import dev.posthorn.keras.custom.Expression;
import dev.posthorn.model.Bindings;
import dev.posthorn.model.Model;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.tools.InputException;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a model is loaded with: {@code --bind}, Java or an expression in place of Python code; where a graph is cut. */
final class Bound {
    @Option(
            names = "--bind",
            paramLabel = "NAME=FUNCTION|FILE.jar",
            description = {
                "In place of Python code, which is never run. NAME=FUNCTION: a function for a Lambda layer of that name, or for a "
                        + "custom activation or layer without weights of that class: an expression of x, such as lambda_1='x / 255', "
                        + "pool='tf.reduce_mean(x, axis=1)', act='relu(x) - 1'.",
                "FILE.jar: what the providers of dev.posthorn.keras.custom.CustomObjects in it bind. May be repeated."
            })
    private List<String> bindings = List.of();

    @Mixin
    private Cut cut;

    private final Set<String> names = new TreeSet<>();
    private final Set<String> asked = new TreeSet<>();

    Bound() {}

    /** Without anything bound. */
    Bound(Cut cut) {
        this.cut = cut;
    }

    /** What the user bound. Whoever loads with it then calls {@link #check}. */
    Bindings bindings() {
        CustomObjects all = CustomObjects.NONE.asked(asked::add);
        for (String binding : bindings) {
            int equals = binding.indexOf('=');
            if (equals > 0) {
                names.add(binding.substring(0, equals));
                all = all.function(binding.substring(0, equals), expression(binding.substring(equals + 1)));
            } else {
                all = all.and(objects(Path.of(binding)));
            }
        }
        return cut.or(bindings.isEmpty() ? Bindings.NONE : all);
    }

    /** A model with what is bound; each NAME must stand for something in it. */
    Model load(Path path, String backend) throws IOException {
        Bindings all = bindings();
        Model model;
        try {
            model = Model.load(path, backend, all);
        } catch (UnsupportedModelException e) {
            throw problem(path)
                    .<RuntimeException>map(p -> new InputException(p + "; " + e.getMessage(), e))
                    .orElse(e);
        }
        try {
            check(path);
        } catch (InputException e) {
            model.close();
            throw e;
        }
        return model;
    }

    /** Fails where a NAME stands for nothing in what was loaded from {@code path}. */
    void check(Path path) {
        problem(path).ifPresent(p -> {
            throw new InputException(p);
        });
    }

    private Optional<String> problem(Path path) {
        List<String> unused = names.stream().filter(n -> !asked.contains(n)).toList();
        return unused.isEmpty()
                ? Optional.empty()
                : Optional.of("bind: expected names of what has no code in the model, which are " + asked + ", but was "
                        + unused + ", at " + path);
    }

    private static Expression expression(String text) {
        try {
            return Expression.parse(text);
        } catch (IllegalArgumentException e) {
            throw new InputException(e.getMessage() + ", at --bind");
        }
    }

    /** The class loader stays open as long as the process: what is bound may load classes when it runs. */
    private static CustomObjects objects(Path jar) {
        if (!Files.isReadable(jar)) {
            throw new InputException("bind: expected NAME=FUNCTION or a .jar but was '" + jar + "', at --bind");
        }
        try {
            URL[] path = {jar.toUri().toURL()};
            CustomObjects objects = CustomObjects.of(new URLClassLoader(path, Bound.class.getClassLoader()));
            if (objects.isEmpty()) {
                throw new InputException("bind: expected providers of custom objects (META-INF/services/"
                        + CustomObjects.Provider.class.getName() + ") but was none, at " + jar);
            }
            return objects;
        } catch (MalformedURLException e) {
            throw new InputException("bind: expected a .jar but was '" + jar + "' (" + e.getMessage() + "), at --bind");
        }
    }
}
