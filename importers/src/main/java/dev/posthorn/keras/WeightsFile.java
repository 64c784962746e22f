package dev.posthorn.keras;

import dev.posthorn.file.AtomicFile;
import dev.posthorn.file.StoredZip;
import dev.posthorn.hdf5.DraftDataset;
import dev.posthorn.hdf5.DraftGroup;
import dev.posthorn.hdf5.DraftObject;
import dev.posthorn.hdf5.Hdf5Attribute;
import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.hdf5.Hdf5Draft;
import dev.posthorn.hdf5.Hdf5File;
import dev.posthorn.hdf5.Hdf5Group;
import dev.posthorn.hdf5.Hdf5Object;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ModelFormatException;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The weights in a {@code .keras}, {@code .h5} or {@code .weights.h5} file by the paths of their datasets, without a model:
 * looked at, and written again with some of them changed and all else as it was.
 */
public final class WeightsFile implements Closeable {
    private static final List<String> TRAINING = List.of("/optimizer", "/optimizer_weights");

    /** What becomes of a file's weights. */
    public interface Edit {
        /** The new name of a dataset; empty for the same. */
        default Optional<String> name(Hdf5Dataset d) {
            return Optional.empty();
        }

        /** The new value of a dataset; empty for the same. */
        default Optional<Tensor> value(Hdf5Dataset d) {
            return Optional.empty();
        }

        /** Whether what only training needs is left out: the optimizer's variables, the compile configuration. */
        default boolean prunes() {
            return false;
        }
    }

    private final Hdf5File file;
    private final Optional<KerasArchive> archive;

    private WeightsFile(Hdf5File file, Optional<KerasArchive> archive) {
        this.file = file;
        this.archive = archive;
    }

    public static WeightsFile open(Path path) throws IOException {
        if (Hdf5File.is(path)) {
            return new WeightsFile(Hdf5File.open(path), Optional.empty());
        }
        KerasArchive archive = KerasArchive.open(path);
        return new WeightsFile(archive.weights(), Optional.of(archive));
    }

    /** Every dataset, in the order of their paths. */
    public List<Hdf5Dataset> datasets() {
        return file.root().allDatasets();
    }

    /** The name of a dataset: its path, without the slash in front. */
    public static String name(Hdf5Dataset d) {
        return d.path().substring(1);
    }

    /** Writes a file of the same kind; it is there whole or not at all. */
    public void save(Path target, Edit edit) throws IOException {
        Hdf5Draft draft = new Hdf5Draft();
        copy(file.root(), draft.root(), draft.root(), edit);
        if (archive.isEmpty()) {
            try (AtomicFile out = AtomicFile.create(target)) {
                OutputStream stream = out.stream();
                draft.write(stream);
                stream.flush();
                out.commit();
            }
            return;
        }
        try (StoredZip zip = new StoredZip(target)) {
            for (String name : archive.get().names()) {
                if (name.equals(KerasArchive.WEIGHTS)) {
                    zip.add(name, draft::write);
                } else if (name.equals(KerasArchive.CONFIG) && edit.prunes()) {
                    Map<String, Object> config = new LinkedHashMap<>(
                            Json.object(new String(archive.get().bytes(name), StandardCharsets.UTF_8), name));
                    config.put("compile_config", Map.of());
                    zip.add(name, Json.whole(config).getBytes(StandardCharsets.UTF_8));
                } else {
                    zip.add(name, archive.get().bytes(name));
                }
            }
            zip.finish();
        }
    }

    private static void copy(Hdf5Group from, DraftGroup to, DraftGroup root, Edit edit) {
        for (Hdf5Object child : from.children()) {
            if (edit.prunes() && TRAINING.contains(child.path())) {
                continue;
            }
            if (child instanceof Hdf5Group g) {
                copy(g, to.group(g.name()), root, edit);
            } else {
                Hdf5Dataset d = (Hdf5Dataset) child;
                String name = edit.name(d).orElse(name(d));
                Optional<Tensor> value = edit.value(d);
                DraftDataset copy = value.isPresent() ? root.dataset(name, value.get()) : root.dataset(name, d);
                d.attributes().values().stream()
                        .filter(a -> value.isEmpty() || !a.name().equals("dtype"))
                        .forEach(copy::attribute);
                value.filter(v -> v.dtype().keras().equals("bfloat16"))
                        .ifPresent(v -> copy.attribute("dtype", "bfloat16"));
            }
        }
        for (Hdf5Attribute a : from.attributes().values()) {
            if (a.name().matches("weight_names\\d*")) {
                renamed(from, a, to, edit);
            } else if (!(edit.prunes() && from.path().equals("/") && a.name().equals("training_config"))) {
                to.attribute(a);
            }
        }
    }

    /** The list of a layer's weights, with new names. */
    private static void renamed(Hdf5Group group, Hdf5Attribute names, DraftObject to, Edit edit) {
        List<String> now = new ArrayList<>();
        for (String name : names.strings()) {
            Hdf5Dataset d = group.dataset(name);
            String prefix = group.path().equals("/") ? "" : group.path().substring(1) + "/";
            String renamed = edit.name(d).orElse(prefix + name);
            if (!renamed.startsWith(prefix)) {
                throw new ModelFormatException("weights: expected a new name below '" + prefix
                        + "', as the layer's list of weights needs it, but was '" + renamed + "', at " + d.where());
            }
            now.add(renamed.substring(prefix.length()));
        }
        if (now.equals(names.strings())) {
            to.attribute(names);
        } else {
            to.attribute(names.name(), now);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
        if (archive.isPresent()) {
            archive.get().close();
        }
    }
}
