package dev.posthorn.tensorflow;

import dev.posthorn.file.AtomicFolder;
import dev.posthorn.model.Bindings;
import dev.posthorn.model.Inspection;
import dev.posthorn.model.ModelFormat;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Program;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.Variables;
import dev.posthorn.proto.SavedModel;
import dev.posthorn.tensorflow.export.SavedModelWriter;
import dev.posthorn.train.StoredTraining;
import dev.posthorn.train.TrainableProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A folder that TensorFlow or Keras saved: {@code saved_model.pb}, {@code variables/}, {@code assets/}. */
public final class SavedModelFormat implements ModelFormat {
    private static final List<String> OTHERS = List.of(".keras", ".h5", ".hdf5", ".json", ".npz", ".pb", ".zip");

    @Override
    public String name() {
        return "SavedModel";
    }

    @Override
    public boolean accepts(Path path) {
        return is(path);
    }

    /** A name that ends as no other format's is that of a folder. */
    @Override
    public boolean writes(Path path, SaveOptions options) {
        String name = path.toString().toLowerCase(Locale.ROOT);
        return OTHERS.stream().noneMatch(name::endsWith);
    }

    @Override
    public void save(Program program, Variables.Snapshot values, Path path, SaveOptions options) throws IOException {
        if (program instanceof TensorFlowProgram tf && tf.origin().isPresent()) {
            tf.origin().get().save(values, path, options);
            return;
        }
        options.check(
                name(), Set.of(SaveOptions.Option.BATCH, SaveOptions.Option.XLA, SaveOptions.Option.TRAIN_SIGNATURE));
        List<String> left = new ArrayList<>(program.beside());
        if (options.training() && program instanceof TrainableProgram trained) {
            left.addAll(training(trained.training(), options.trainSignature()));
        }
        SavedModelWriter.write(program, values, path, options, left);
    }

    /** What a SavedModel does not hold of a model's training: with a function that trains, the metrics are left. */
    private static List<String> training(StoredTraining training, boolean function) {
        List<String> left = new ArrayList<>();
        if (!training.compile().isEmpty()) {
            left.add("the compile configuration");
        }
        if (!training.types().isEmpty() && !function) {
            left.add("the optimizer's " + training.types().size() + " variables");
        }
        return left;
    }

    @Override
    public void recover(Path path) throws IOException {
        AtomicFolder.recover(path);
    }

    private static Path binary(Path folder) {
        return folder.resolve("saved_model.pb");
    }

    private static Path text(Path folder) {
        return folder.resolve("saved_model.pbtxt");
    }

    private static SavedModelFile open(Path folder) throws IOException {
        return SavedModelFile.open(folder, read(folder));
    }

    /** Whether a folder holds a SavedModel. */
    static boolean is(Path folder) {
        return Files.isDirectory(folder) && (Files.exists(binary(folder)) || Files.exists(text(folder)));
    }

    /** What a folder says of its graphs, of which there is one at least. */
    static SavedModel read(Path folder) throws IOException {
        SavedModel model = Files.exists(binary(folder))
                ? Messages.read(binary(folder), SavedModel.parser())
                : Messages.readText(text(folder), SavedModel.newBuilder()).build();
        if (model.getMetaGraphsCount() == 0) {
            throw new ModelFormatException("model: expected a graph but was none, at " + folder);
        }
        return model;
    }

    @Override
    public Loaded load(Path path) throws IOException {
        SavedModelFile file = open(path);
        TensorFlowProgram program = file.load();
        return new Loaded(program, new Variables(program.variables(), program.initial()));
    }

    @Override
    public Loaded load(Path path, Bindings bindings) throws IOException {
        check(path, bindings);
        return load(path);
    }

    @Override
    public Inspection inspect(Path path) throws IOException {
        return open(path).inspect(name());
    }

    @Override
    public Inspection inspect(Path path, Bindings bindings) throws IOException {
        check(path, bindings);
        return inspect(path);
    }

    private static void check(Path path, Bindings bindings) {
        if (bindings instanceof GraphCut) {
            throw new IllegalArgumentException(
                    "model: expected a signature of a SavedModel but was the inputs and outputs of a" + " graph, at "
                            + path);
        }
    }
}
