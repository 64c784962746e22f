package dev.posthorn.keras;

import dev.posthorn.codec.Dialect;
import dev.posthorn.hdf5.DraftGroup;
import dev.posthorn.hdf5.Hdf5Draft;
import dev.posthorn.ir.Tensor;
import dev.posthorn.keras.layout.Layout;
import dev.posthorn.keras.layout.NamedLayout;
import dev.posthorn.keras.layout.PathLayout;
import dev.posthorn.model.Program;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.Signature;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variables;
import dev.posthorn.tensorflow.TensorFlowProgram;
import dev.posthorn.train.StoredTraining;
import dev.posthorn.train.TrainingConversion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/** A model on its way into a file: the parts of which each Keras format is put together. */
final class Saving implements AutoCloseable {
    private static final String BACKEND = "tensorflow";

    private final KerasProgram program;
    private final Variables.Snapshot values;
    private final SaveOptions options;
    private final Optional<KerasFile> origin;
    private final List<String> left = new ArrayList<>();

    private Saving(KerasProgram program, Variables.Snapshot values, SaveOptions options, Optional<KerasFile> origin) {
        this.program = program;
        this.values = values;
        this.options = options;
        this.origin = origin;
    }

    /** Begins; opens the file from which the model came, where that holds what is not understood. */
    static Saving of(Program program, Variables.Snapshot values, SaveOptions options) throws IOException {
        if (program instanceof TensorFlowProgram graph) {
            LayersOfGraph layers = LayersOfGraph.of(graph, values, options.training());
            Saving saving = new Saving(layers.program(), layers.values(), options, Optional.empty());
            graph.signatures().stream()
                    .map(Signature::name)
                    .filter(name -> !name.equals(Signature.DEFAULT))
                    .forEach(name -> saving.left.add("signature '" + name + "'"));
            return saving;
        }
        if (!(program instanceof KerasProgram keras)) {
            throw new UnsupportedModelException("save: expected a Keras model, which Keras formats hold, but was "
                    + program.getClass().getSimpleName() + " '" + program.name() + "'");
        }
        return new Saving(keras, values, options, keras.origin().reopened());
    }

    /** The texts and weights of an archive. */
    record Archive(Map<String, Object> config, Map<String, Object> metadata, Hdf5Draft weights) {}

    /** The model as an archive of Keras 3; one of Keras 2 stays what it is. */
    Archive archive() throws IOException {
        Origin from = program.origin();
        boolean converts = from.isEdited() || from.dialect() != Dialect.KERAS3 && !from.ofArchive();
        Dialect dialect = converts ? Dialect.KERAS3 : from.dialect();
        Target target = target(dialect, converts, options.training());
        StoredTraining training = target.training;
        Conversion made = target.made.orElse(null);
        Map<String, Object> config = new LinkedHashMap<>(converts ? made.config() : Configuration.archive(program));
        config.put("compile_config", CompileConfiguration.archive(training.compile()));
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("keras_version", from.version(dialect));
        metadata.put("date_saved", from.producer().getOrDefault("saved", Origin.NO_DATE));
        origin.ifPresent(file -> metadata.putAll(file.assets().metadata()));
        Function<String, Tensor> stored = new Merged(program, values)::get;
        Hdf5Draft weights = converts
                ? paths(made.program(), made.values().apply(stored), training)
                : paths(program, stored, training);
        return new Archive(config, metadata, weights);
    }

    /** The weights, and the optimizer's variables, as {@code .weights.h5} holds them. */
    Hdf5Draft paths() throws IOException {
        StoredTraining training = target(Dialect.KERAS3, false, options.training()).training;
        return paths(program, new Merged(program, values)::get, training);
    }

    private Hdf5Draft paths(KerasProgram written, Function<String, Tensor> stored, StoredTraining training)
            throws IOException {
        Hdf5Draft draft = new Hdf5Draft();
        Layout layout = new PathLayout(program.origin().implied());
        layout.store(written, stored, draft.root());
        List<Tensor> optimizer = training.optimizer();
        if (!optimizer.isEmpty()) {
            Object config = CompileConfiguration.optimizer(training.compile());
            OptimizerGroups.store(draft.root().group("optimizer"), config, optimizer);
        }
        remainder(layout, draft.root());
        return draft;
    }

    /** The whole model as {@code .h5} holds it, or its weights alone. */
    Hdf5Draft names() throws IOException {
        Origin from = program.origin();
        Dialect dialect = options.dialect().orElse(from.dialect() == Dialect.KERAS3 ? Dialect.KERAS3 : Dialect.KERAS2);
        boolean converts = dialect != from.dialect() || from.isEdited();
        boolean whole = !options.weightsOnly();
        Target target = target(dialect, converts && whole, options.training() && whole);
        StoredTraining training = target.training;
        Conversion made = target.made.orElse(null);
        Hdf5Draft draft = new Hdf5Draft();
        Function<String, Tensor> stored = values::get;
        if (whole) {
            draft.root().attribute("backend", BACKEND);
            draft.root().attribute("keras_version", from.version(dialect));
            if (made == null) {
                draft.root().attribute("model_config", Json.whole(embedded(Configuration.h5(program))));
            } else {
                stored = made.values().apply(stored);
                Map<String, Object> config =
                        Configuration.plain(made.config(), made.program().root());
                draft.root().attribute("model_config", Json.whole(embedded(config)));
            }
            if (!training.compile().isEmpty()) {
                draft.root().attribute("training_config", Json.whole(CompileConfiguration.h5(training.compile())));
            }
        }
        DraftGroup weights = whole ? draft.root().group("model_weights") : draft.root();
        weights.attribute("backend", BACKEND);
        weights.attribute("keras_version", from.version(dialect));
        Layout layout = new NamedLayout(
                dialect == Dialect.KERAS3 ? "" : ":0",
                converts ? Map.of() : from.names().weights());
        layout.store(program, stored, weights);
        optimizer(draft.root(), training);
        if (whole) {
            remainder(layout, draft.root());
            left.addAll(origin.isPresent() ? new Remainder(origin.get(), program).files() : Set.of());
        }
        if (dialect == Dialect.KERAS3 && weights.find("top_level_model_weights").isEmpty()) {
            weights.group("top_level_model_weights").attribute("weight_names", List.of());
        }
        return draft;
    }

    /** With the vocabularies that archives have beside their weights. */
    private Map<String, Object> embedded(Map<String, Object> config) {
        return new EmbeddedVocabularies(program, values::get).put(config, program.root(), "");
    }

    /** The model as that dialect has it, where it is converted, and what is kept of training. */
    private record Target(Optional<Conversion> made, StoredTraining training) {}

    /** What the dialect cannot have of the model and of its training is named in one exception. */
    private Target target(Dialect dialect, boolean converts, boolean trains) throws IOException {
        Optional<Conversion> made = Optional.empty();
        UnsupportedModelException refused = null;
        try {
            made = converts ? Optional.of(Conversion.of(program, dialect)) : made;
        } catch (UnsupportedModelException e) {
            refused = e;
        }
        try {
            StoredTraining training = trains ? training(dialect, made) : StoredTraining.NONE;
            if (refused == null) {
                return new Target(made, training);
            }
        } catch (UnsupportedModelException e) {
            refused = refused == null ? e : refused.and(e);
        }
        throw refused;
    }

    private StoredTraining training(Dialect dialect, Optional<Conversion> made) throws IOException {
        StoredTraining kept = TrainingConversion.of(program, values, dialect);
        if (kept != program.training() && made.isPresent() && made.get().scales()) {
            throw new UnsupportedModelException(
                    "save: expected no optimizer, whose state belongs to the weights as they"
                            + " are, but was one of weights that the conversion scales (save without it: --no-optimizer)");
        }
        return kept;
    }

    private void optimizer(DraftGroup root, StoredTraining training) throws IOException {
        List<Tensor> optimizer = training.optimizer();
        if (optimizer.isEmpty()) {
            return;
        }
        DraftGroup group = root.group("optimizer_weights");
        List<String> names = names(training, optimizer.size(), group.path() + "/");
        for (int i = 0; i < names.size(); i++) {
            group.dataset(names.get(i), optimizer.get(i));
        }
        group.attribute("weight_names", names);
    }

    /** As the file called them, where they are still those of its optimizer. */
    private List<String> names(StoredTraining training, int count, String group) {
        Origin.Names old = program.origin().names();
        boolean kept = old.optimizer().size() == count
                && old.optimizer().stream().allMatch(name -> name.startsWith(group))
                && Objects.equals(old.of(), CompileConfiguration.optimizer(training.compile()));
        return kept
                ? old.optimizer().stream()
                        .map(name -> name.substring(group.length()))
                        .toList()
                : IntStream.range(0, count)
                        .mapToObj(i -> CompileConfiguration.optimizerName(training.compile()) + "/variable_" + i)
                        .toList();
    }

    /** What is not understood is written again where the layout is that of the file from which it came. */
    private void remainder(Layout layout, DraftGroup root) throws IOException {
        if (origin.isEmpty()) {
            return;
        }
        Remainder rest = new Remainder(origin.get(), program);
        boolean same = origin.get().weights().isPresent()
                && origin.get().weights().get().layout().getClass() == layout.getClass();
        Set<String> stays =
                same ? rest.copy(root) : new LinkedHashSet<>(program.origin().rest());
        if (!same) {
            stays.removeAll(rest.files());
        }
        stays.stream()
                .filter(name -> options.training() || !Remainder.isOptimizers(name))
                .forEach(left::add);
    }

    /** Tells what is left out; before anything is written. */
    void list() {
        if (!left.isEmpty()) {
            options.leftOut().accept(List.copyOf(left));
        }
    }

    /** The files beside the weights, by their paths in the archive. */
    Map<String, byte[]> files() throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        program.assetFiles().forEach((name, bytes) -> files.put("assets/" + name, bytes));
        if (origin.isPresent()) {
            KerasFile file = origin.get();
            for (String name : new Remainder(file, program).assets()) {
                files.put("assets/" + name, file.assets().read(name).orElseThrow());
            }
            for (String name : file.assets().others()) {
                files.put(name, file.assets().other(name));
            }
        }
        return files;
    }

    @Override
    public void close() throws IOException {
        if (origin.isPresent()) {
            origin.get().close();
        }
    }
}
