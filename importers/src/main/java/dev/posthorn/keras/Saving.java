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
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variables;
import dev.posthorn.train.StoredTraining;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A model on its way into a file: the parts of which each Keras format is put together. */
final class Saving implements AutoCloseable {
    private static final String BACKEND = "tensorflow";

    private final KerasProgram program;
    private final Variables.Snapshot values;
    private final SaveOptions options;
    private final Optional<KerasFile> origin;

    private Saving(KerasProgram program, Variables.Snapshot values, SaveOptions options, Optional<KerasFile> origin) {
        this.program = program;
        this.values = values;
        this.options = options;
        this.origin = origin;
    }

    /** Begins; opens the file from which the model came, where that holds what is not understood. */
    static Saving of(Program program, Variables.Snapshot values, SaveOptions options) throws IOException {
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
        training(dialect);
        Conversion made = converts ? Conversion.of(program, dialect) : null;
        Map<String, Object> config = new LinkedHashMap<>(converts ? made.config() : Configuration.archive(program));
        config.put("compile_config", CompileConfiguration.archive(compile()));
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("keras_version", from.version(dialect));
        metadata.put("date_saved", from.producer().getOrDefault("saved", Origin.NO_DATE));
        Function<String, Tensor> stored = new Merged(program, values)::get;
        Hdf5Draft weights = converts ? paths(made.program(), made.values().apply(stored)) : paths(program, stored);
        return new Archive(config, metadata, weights);
    }

    /** The weights, and the optimizer's variables, as {@code .weights.h5} holds them. */
    Hdf5Draft paths() throws IOException {
        return paths(program, new Merged(program, values)::get);
    }

    private Hdf5Draft paths(KerasProgram written, Function<String, Tensor> stored) throws IOException {
        Hdf5Draft draft = new Hdf5Draft();
        Layout layout = new PathLayout();
        layout.store(written, stored, draft.root());
        List<Tensor> optimizer = optimizer();
        if (!optimizer.isEmpty()) {
            Object config = CompileConfiguration.optimizer(program.training().compile());
            OptimizerGroups.store(draft.root().group("optimizer"), config, optimizer);
        }
        remainder(layout, draft.root());
        return draft;
    }

    /** The whole model as {@code .h5} holds it, or its weights alone. */
    Hdf5Draft names() throws IOException {
        Origin from = program.origin();
        if (!program.assetFiles().isEmpty()) {
            throw new UnsupportedModelException(
                    "save: expected a model without files beside its weights, which .h5 does"
                            + " not hold, but was one with "
                            + program.assetFiles().keySet() + " (save it as .keras)");
        }
        Dialect dialect = options.dialect().orElse(from.dialect() == Dialect.KERAS3 ? Dialect.KERAS3 : Dialect.KERAS2);
        training(dialect);
        Hdf5Draft draft = new Hdf5Draft();
        Function<String, Tensor> stored = values::get;
        if (!options.weightsOnly()) {
            draft.root().attribute("backend", BACKEND);
            draft.root().attribute("keras_version", from.version(dialect));
            if (dialect == from.dialect() && !from.isEdited()) {
                draft.root().attribute("model_config", Json.whole(Configuration.h5(program)));
            } else {
                Conversion made = Conversion.of(program, dialect);
                stored = made.values().apply(stored);
                Map<String, Object> config =
                        Configuration.plain(made.config(), made.program().root());
                draft.root().attribute("model_config", Json.whole(config));
            }
            if (!compile().isEmpty()) {
                draft.root().attribute("training_config", Json.whole(CompileConfiguration.h5(compile())));
            }
        }
        DraftGroup weights = options.weightsOnly() ? draft.root() : draft.root().group("model_weights");
        weights.attribute("backend", BACKEND);
        weights.attribute("keras_version", from.version(dialect));
        Layout layout = new NamedLayout(dialect == Dialect.KERAS3 ? "" : ":0");
        layout.store(program, stored, weights);
        optimizer(draft.root());
        remainder(layout, draft.root());
        if (dialect == Dialect.KERAS3 && weights.find("top_level_model_weights").isEmpty()) {
            weights.group("top_level_model_weights").attribute("weight_names", List.of());
        }
        return draft;
    }

    /** Refuses what is kept of training where it is another dialect's. */
    private void training(Dialect dialect) {
        StoredTraining kept = program.training();
        boolean any = !kept.compile().isEmpty() || !kept.types().isEmpty();
        if (options.training() && any && (dialect == Dialect.KERAS3) != (kept.dialect() == Dialect.KERAS3)) {
            throw new UnsupportedModelException(
                    "save: expected no optimizer, whose configuration and state are not converted"
                            + " between versions of Keras, but was a compile configuration and "
                            + kept.types().size() + " variables (save without them)");
        }
    }

    private void optimizer(DraftGroup root) throws IOException {
        List<Tensor> optimizer = optimizer();
        if (optimizer.isEmpty() || options.weightsOnly()) {
            return;
        }
        DraftGroup group = root.group("optimizer_weights");
        List<String> names = new ArrayList<>();
        for (Tensor t : optimizer) {
            String name =
                    CompileConfiguration.optimizerName(program.training().compile()) + "/variable_" + names.size();
            names.add(name);
            group.dataset(name, t);
        }
        group.attribute("weight_names", names);
    }

    /** The compile configuration as it was read or set; empty where there is none or it is not wanted. */
    private Map<String, Object> compile() {
        return options.training() ? program.training().compile() : Map.of();
    }

    private List<Tensor> optimizer() throws IOException {
        return options.training() ? program.training().optimizer() : List.of();
    }

    /** What is not understood is written again where the layout is that of the file from which it came. */
    private void remainder(Layout layout, DraftGroup root) {
        origin.filter(file -> file.weights().isPresent()
                        && file.weights().get().layout().getClass() == layout.getClass())
                .ifPresent(file -> new Remainder(file, program).copy(root));
    }

    /** The files beside the weights, by their paths below {@code assets}. */
    Map<String, byte[]> assets() throws IOException {
        Map<String, byte[]> assets = new LinkedHashMap<>(program.assetFiles());
        if (origin.isPresent()) {
            for (String name : new Remainder(origin.get(), program).assets()) {
                assets.put(name, origin.get().assets().read(name).orElseThrow());
            }
        }
        return assets;
    }

    @Override
    public void close() throws IOException {
        if (origin.isPresent()) {
            origin.get().close();
        }
    }
}
