package dev.posthorn.hdf5;

import dev.posthorn.ir.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A group to be written. Its links stand in its object header. */
public final class DraftGroup extends DraftObject {
    private final Map<String, DraftObject> children = new LinkedHashMap<>();
    private final Map<String, String> soft = new LinkedHashMap<>();

    DraftGroup(String path) {
        super(path);
    }

    /** The group at a path from here, made where it is not there yet. */
    public DraftGroup group(String path) {
        DraftGroup at = this;
        for (String name : names(path)) {
            String inner = at.inner(name);
            if (!(at.children.computeIfAbsent(name, k -> new DraftGroup(inner)) instanceof DraftGroup next)) {
                throw new IllegalArgumentException("Hdf5Draft: expected a group but was a dataset, at " + inner);
            }
            at = next;
        }
        return at;
    }

    /** Adds a dataset at a path from here, with the groups above it. */
    public DraftDataset dataset(String path, Tensor values) {
        return dataset(
                path,
                new DraftDataset(
                        inner(path),
                        DraftType.of(values.dtype(), DraftType.width(values)),
                        DraftAttribute.dims(values),
                        DraftDataset.of(values),
                        DraftItems.NONE));
    }

    /** Adds a dataset whose elements are those of another file, whatever they mean, read when they are written. */
    public DraftDataset dataset(String path, Hdf5Dataset source) {
        return dataset(path, source.draft(inner(path)));
    }

    /** Adds a name for what stands at {@code target}, a path from here or from the root. */
    public void link(String name, String target) {
        if (children.containsKey(name) || soft.putIfAbsent(name, target) != null) {
            throw new IllegalArgumentException(
                    "Hdf5Draft: expected a new name but was one that is there, at " + inner(name));
        }
    }

    private DraftDataset dataset(String path, DraftDataset dataset) {
        List<String> names = names(path);
        DraftGroup parent = group(String.join("/", names.subList(0, names.size() - 1)));
        if (parent.children.putIfAbsent(names.get(names.size() - 1), dataset) != null) {
            throw new IllegalArgumentException(
                    "Hdf5Draft: expected a new name but was one that is there, at " + parent.inner(path));
        }
        return dataset;
    }

    /** The group or dataset that stands at a path from here, if there is one. */
    public Optional<DraftObject> find(String path) {
        DraftObject at = this;
        for (String name : names(path)) {
            at = at instanceof DraftGroup g ? g.children.get(name) : null;
            if (at == null) {
                return Optional.empty();
            }
        }
        return Optional.of(at);
    }

    private static List<String> names(String path) {
        List<String> names = new ArrayList<>();
        for (String name : path.split("/")) {
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        return names;
    }

    private String inner(String name) {
        return path().equals("/") ? "/" + name : path() + "/" + name;
    }

    Iterable<DraftObject> children() {
        return children.values();
    }

    @Override
    List<Message> messages() {
        List<Message> all = new ArrayList<>();
        all.add(new Message(
                ObjectHeader.LINK_INFO,
                new Out().u16(0).u64(Bytes.UNDEFINED).u64(Bytes.UNDEFINED).toBytes()));
        all.add(new Message(ObjectHeader.GROUP_INFO, new byte[2]));
        children.forEach((name, child) -> {
            byte[] utf8 = utf8(name, path());
            all.add(new Message(
                    ObjectHeader.LINK,
                    new Out()
                            .u8(1)
                            .u8(0x11) // lengths take two bytes; a character set follows
                            .u8(1) // UTF-8
                            .u16(utf8.length)
                            .bytes(utf8)
                            .u64(child.address())
                            .toBytes()));
        });
        soft.forEach((name, target) -> {
            byte[] utf8 = utf8(name, path());
            byte[] path = utf8(target, path());
            all.add(new Message(
                    ObjectHeader.LINK,
                    new Out()
                            .u8(1)
                            .u8(0x19) // as above, and the kind is said
                            .u8(1) // soft
                            .u8(1) // UTF-8
                            .u16(utf8.length)
                            .bytes(utf8)
                            .u16(path.length)
                            .bytes(path)
                            .toBytes()));
        });
        return all;
    }
}
