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
import dev.posthorn.weights.StoredWeight;
import dev.posthorn.weights.WeightContainer;
import dev.posthorn.weights.WeightEdit;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The weights in a {@code .keras}, {@code .h5} or {@code .weights.h5} file by the paths of their datasets. */
public final class WeightsFile implements WeightContainer {
    private static final List<String> TRAINING = List.of("/optimizer", "/optimizer_weights");

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

    @Override
    public List<StoredWeight> weights() {
        return file.root().allDatasets().stream().map(WeightsFile::weight).toList();
    }

    /** A dataset; its name is its path, without the slash in front. */
    static StoredWeight weight(Hdf5Dataset d) {
        List<Long> shape = Arrays.stream(d.shape()).boxed().toList();
        return new StoredWeight(d.path().substring(1), d.typeName(), shape, d.dtype(), d::read);
    }

    @Override
    public void save(Path target, WeightEdit edit) throws IOException {
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

    /** Copies a group; {@code root} is that of the file that is written. */
    static void copy(Hdf5Group from, DraftGroup to, DraftGroup root, WeightEdit edit) throws IOException {
        for (Hdf5Object child : from.children()) {
            if (edit.prunes() && TRAINING.contains(child.path())) {
                continue;
            }
            if (child instanceof Hdf5Group g) {
                copy(g, to.group(g.name()), root, edit);
            } else {
                Hdf5Dataset d = (Hdf5Dataset) child;
                StoredWeight w = weight(d);
                String name = edit.name(w).orElse(w.name());
                Optional<Tensor> value = edit.value(w);
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
    private static void renamed(Hdf5Group group, Hdf5Attribute names, DraftObject to, WeightEdit edit) {
        List<String> now = new ArrayList<>();
        for (String name : names.strings()) {
            Hdf5Dataset d = group.dataset(name);
            String prefix = group.path().equals("/") ? "" : group.path().substring(1) + "/";
            String renamed = edit.name(weight(d)).orElse(prefix + name);
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
