package dev.posthorn.tensorflow;

import dev.posthorn.file.AtomicFile;
import dev.posthorn.file.AtomicFolder;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variables;
import dev.posthorn.proto.FingerprintDef;
import dev.posthorn.tensorflow.bundle.Bundle;
import dev.posthorn.tensorflow.bundle.BundleEdit;
import dev.posthorn.tensorflow.bundle.BundleWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The SavedModel from which a program came. It is saved by writing its checkpoint again with the variables' new values;
 * graphs, objects, assets and whatever else is in the folder stay as they are.
 *
 * @param places where in the checkpoint each variable lies
 * @param loaded the values that variables had when the model was loaded
 */
record SavedModelOrigin(Path folder, Map<String, List<Bundle.Place>> places, Map<String, Tensor> loaded) {
    private static final String FINGERPRINT = "fingerprint.pb";

    /** Saves; what the folder cannot hold is named in one exception before anything is written. */
    void save(Variables.Snapshot values, Path target, SaveOptions options) throws IOException {
        options.check("a SavedModel that was read, of which only the variables' values change,", Set.of());
        if (!options.training()) {
            throw new IllegalArgumentException(
                    "save: expected a SavedModel that was read, which stays as it is but for its"
                            + " variables' values, but was one without its optimizer (posthorn weights prune), at "
                            + folder);
        }
        Map<String, Tensor> changed = changed(values);
        write(folder, target, edit(changed));
    }

    private static BundleEdit edit(Map<String, Tensor> changed) {
        return new BundleEdit() {
            @Override
            public Optional<Tensor> value(String key) {
                return Optional.ofNullable(changed.get(key));
            }
        };
    }

    /** The tensors of the checkpoint that are others now. */
    private Map<String, Tensor> changed(Variables.Snapshot values) throws IOException {
        Map<String, Tensor> changed = new LinkedHashMap<>();
        List<String> lost = new ArrayList<>();
        for (Map.Entry<String, Tensor> e : values.values().entrySet()) {
            Tensor before = loaded.get(e.getKey());
            if (e.getValue() == before) {
                continue;
            }
            List<Bundle.Place> at = places.getOrDefault(e.getKey(), List.of());
            if (at.isEmpty() && !e.getValue().equals(before)) {
                lost.add(e.getKey());
            }
            for (Bundle.Place place : at) {
                Bundle bundle = Bundle.open(SavedModelFile.checkpoint(folder));
                Tensor whole = place.slice().isEmpty() || changed.containsKey(place.key())
                        ? changed.get(place.key())
                        : bundle.read(place.key());
                changed.put(place.key(), bundle.placed(place, e.getValue(), whole));
            }
        }
        if (!lost.isEmpty()) {
            throw new UnsupportedModelException(
                    "save: expected new values of variables that the checkpoint holds but was also of " + lost
                            + ", which its graph makes anew whenever it is loaded, at " + folder,
                    lost);
        }
        return changed;
    }

    /** Writes a SavedModel into a folder, or where it is, its checkpoint with what {@code edit} changes. */
    static void write(Path folder, Path target, BundleEdit edit) throws IOException {
        if (Files.exists(target) && Files.isSameFile(folder, target)) {
            change(folder, edit);
            return;
        }
        Path checkpoint = SavedModelFile.checkpoint(folder);
        try (AtomicFolder out = AtomicFolder.create(target)) {
            for (Path file : files(folder, out.path())) {
                Path copy = out.path().resolve(folder.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else if (!isPart(file, checkpoint)) {
                    Files.copy(file, copy);
                }
            }
            if (Files.exists(Bundle.index(checkpoint))) {
                BundleWriter.copy(Bundle.open(checkpoint), SavedModelFile.checkpoint(out.path()), edit);
                fingerprint(out.path());
            }
            out.commit();
        }
    }

    private static void change(Path folder, BundleEdit edit) throws IOException {
        Path checkpoint = SavedModelFile.checkpoint(folder);
        if (Files.exists(Bundle.index(checkpoint))) {
            BundleWriter.replace(Bundle.open(checkpoint), checkpoint, edit);
            fingerprint(folder);
        }
    }

    private static boolean isPart(Path file, Path checkpoint) {
        String name = file.getFileName().toString();
        return checkpoint.getParent().equals(file.getParent())
                && (name.equals(checkpoint.getFileName() + ".index")
                        || name.startsWith(checkpoint.getFileName() + ".data-"));
    }

    /** All files and folders; links out of it are no part of a model. */
    private static List<Path> files(Path folder, Path without) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            List<Path> all = walk.filter(p -> !p.toAbsolutePath().startsWith(without.toAbsolutePath()))
                    .sorted()
                    .toList();
            for (Path p : all) {
                boolean plain = Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS) || Files.isDirectory(p);
                if (!plain && !p.equals(folder)) {
                    throw new ModelFormatException("save: expected files and folders but was a link, at " + p);
                }
            }
            return all;
        }
    }

    /** Tells the checkpoint from the one it was: readers compare it with nothing else. */
    private static void fingerprint(Path folder) throws IOException {
        Path file = folder.resolve(FINGERPRINT);
        if (!Files.exists(file)) {
            return;
        }
        byte[] index = Files.readAllBytes(Bundle.index(SavedModelFile.checkpoint(folder)));
        FingerprintDef now = Messages.read(file, FingerprintDef.parser()).toBuilder()
                .setCheckpointHash(Messages.checksum(index))
                .build();
        try (AtomicFile out = AtomicFile.create(file)) {
            out.channel().write(ByteBuffer.wrap(Messages.bytes(now)));
            out.commit();
        }
    }
}
