package dev.posthorn.keras;

import dev.posthorn.file.AtomicFile;
import dev.posthorn.file.StoredZip;
import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.hdf5.Hdf5Draft;
import dev.posthorn.hdf5.Hdf5File;
import dev.posthorn.weights.StoredWeight;
import dev.posthorn.weights.WeightContainer;
import dev.posthorn.weights.WeightEdit;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The weights in a {@code .keras}, {@code .h5} or {@code .weights.h5} file by the paths of their datasets. */
public final class WeightsFile implements WeightContainer {
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
        return WeightsCopy.datasets(file.root()).stream()
                .map(WeightsFile::weight)
                .toList();
    }

    /** A dataset; its name is its path, without the slash in front. */
    static StoredWeight weight(Hdf5Dataset d) {
        List<Long> shape = Arrays.stream(d.shape()).boxed().toList();
        return new StoredWeight(d.path().substring(1), d.typeName(), shape, d.elements(), d::read);
    }

    @Override
    public void save(Path target, WeightEdit edit) throws IOException {
        Hdf5Draft draft = new Hdf5Draft();
        new WeightsCopy(draft.root(), edit).copy(file.root());
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

    @Override
    public void close() throws IOException {
        file.close();
        if (archive.isPresent()) {
            archive.get().close();
        }
    }
}
