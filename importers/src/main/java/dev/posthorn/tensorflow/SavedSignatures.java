package dev.posthorn.tensorflow;

import dev.posthorn.model.ModelFormatException;
import dev.posthorn.proto.MetaGraphDef;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a SavedModel offers, for a loader of its graphs that is not Posthorn's.
 *
 * @param tags those of the graph that is for serving
 * @param entries its signatures, the one that is called where none is named first
 */
public record SavedSignatures(List<String> tags, List<Entry> entries) {
    public SavedSignatures {
        tags = List.copyOf(tags);
        entries = List.copyOf(entries);
    }

    /** Those of a folder. */
    public static SavedSignatures of(Path folder) throws IOException {
        if (!SavedModelFormat.is(folder)) {
            throw new ModelFormatException(
                    "as-is: expected the folder of a SavedModel, which TensorFlow's own loader reads, but was another, at "
                            + folder);
        }
        MetaGraphDef graph = SavedModelFile.serving(SavedModelFormat.read(folder));
        return new SavedSignatures(graph.getMetaInfoDef().getTagsList(), SavedModelFile.entries(graph));
    }
}
