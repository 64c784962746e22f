package dev.posthorn.tensorflow;

import dev.posthorn.model.Inspection;
import dev.posthorn.model.ModelFormat;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.Variables;
import dev.posthorn.proto.SavedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder that TensorFlow or Keras saved: {@code saved_model.pb}, {@code variables/}, {@code assets/}. */
public final class SavedModelFormat implements ModelFormat {
    @Override
    public String name() {
        return "SavedModel";
    }

    @Override
    public boolean accepts(Path path) {
        return Files.isDirectory(path) && (Files.exists(binary(path)) || Files.exists(text(path)));
    }

    private static Path binary(Path folder) {
        return folder.resolve("saved_model.pb");
    }

    private static Path text(Path folder) {
        return folder.resolve("saved_model.pbtxt");
    }

    private static SavedModelFile open(Path folder) throws IOException {
        SavedModel model = Files.exists(binary(folder))
                ? Messages.read(binary(folder), SavedModel.parser())
                : Messages.readText(text(folder), SavedModel.newBuilder()).build();
        if (model.getMetaGraphsCount() == 0) {
            throw new ModelFormatException("model: expected a graph but was none, at " + folder);
        }
        return SavedModelFile.open(folder, model);
    }

    @Override
    public Loaded load(Path path) throws IOException {
        SavedModelFile file = open(path);
        file.support().check(path.toString());
        TensorFlowProgram program = file.load();
        return new Loaded(program, new Variables(program.variables(), program.initial()));
    }

    @Override
    public Inspection inspect(Path path) throws IOException {
        return open(path).inspect(name());
    }
}
