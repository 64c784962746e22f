package dev.posthorn.keras.layout;

import dev.posthorn.hdf5.Hdf5Dataset;
import dev.posthorn.hdf5.Hdf5Group;
import dev.posthorn.hdf5.Hdf5Object;
import java.util.List;
import java.util.Optional;

/**
 * What is at a path, in the words of those who wrote it: on Windows a group is named by its whole path, with backslashes;
 * Keras 2 had an underscore before the names of some attributes.
 */
final class GroupPaths {
    private GroupPaths() {}

    static Optional<Hdf5Object> child(Hdf5Object parent, String path) {
        return at(parent, List.of(path.split("/")));
    }

    static Optional<Hdf5Dataset> dataset(Hdf5Object vars, String name) {
        return child(vars, name).filter(Hdf5Dataset.class::isInstance).map(Hdf5Dataset.class::cast);
    }

    private static Optional<Hdf5Object> at(Hdf5Object parent, List<String> path) {
        if (path.isEmpty() || !(parent instanceof Hdf5Group group)) {
            return path.isEmpty() ? Optional.of(parent) : Optional.empty();
        }
        for (int n = 1; n <= path.size(); n++) {
            String before = String.join("\\", path.subList(0, n - 1));
            String prefix = n == 1 ? "" : before + "\\";
            for (String name : List.of(prefix + path.get(n - 1), prefix + "_" + path.get(n - 1))) {
                List<String> rest = path.subList(n, path.size());
                Optional<Hdf5Object> found = group.child(name).flatMap(c -> at(c, rest));
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }
}
