package dev.posthorn.hdf5;

import dev.posthorn.model.ModelFormatException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What has a place in a file, and attributes: a group or a dataset. */
public abstract sealed class Hdf5Object permits Hdf5Group, Hdf5Dataset {
    private final Hdf5File file;
    private final String path;
    private final ObjectHeader header;
    private Map<String, Hdf5Attribute> attributes;

    Hdf5Object(Hdf5File file, String path, ObjectHeader header) {
        this.file = file;
        this.path = path;
        this.header = header;
    }

    /** The file it is in. */
    public Hdf5File file() {
        return file;
    }

    /** The path from the root by which it was reached, such as {@code /model_weights/dense}; of the root, {@code /}. */
    public String path() {
        return path;
    }

    /** The last name of the path; of the root, the empty string. */
    public String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The file and the path within, for messages: {@code model.h5!/model_weights/dense}. */
    public String where() {
        return file.name() + "!" + path;
    }

    ObjectHeader header() {
        return header;
    }

    /** Every attribute by name. */
    public synchronized Map<String, Hdf5Attribute> attributes() {
        if (attributes == null) {
            attributes = file.bytes().at(path, () -> {
                Map<String, Hdf5Attribute> found = new LinkedHashMap<>();
                for (ObjectHeader.Message m : header.all(ObjectHeader.ATTRIBUTE)) {
                    if (m.shared()) {
                        throw new Malformed("an attribute of its own", "one in the shared message heap");
                    }
                    add(found, m.data().position(0));
                }
                header.one(ObjectHeader.ATTRIBUTE_INFO).ifPresent(info -> dense(info, found));
                return java.util.Collections.unmodifiableMap(found);
            });
        }
        return attributes;
    }

    private void add(Map<String, Hdf5Attribute> found, In in) {
        Hdf5Attribute a = Hdf5Attribute.read(this, in);
        if (found.put(a.name(), a) != null) {
            throw new Malformed("distinct names of attributes", "\"" + a.name() + "\" twice");
        }
    }

    private void dense(In info, Map<String, Hdf5Attribute> found) {
        info.version("attribute info", 0, 0);
        info.skip((info.u8() & 1) == 0 ? 0 : 2);
        long heapAddress = info.offset();
        long tree = info.offset();
        if (heapAddress == Bytes.UNDEFINED || tree == Bytes.UNDEFINED) {
            return;
        }
        Walk walk = file.bytes().walk();
        FractalHeap heap = new FractalHeap(walk, heapAddress);
        BTree2.records(walk, tree, 8, record -> add(found, heap.value(record)));
    }

    /** The attribute of this name, if there is one. */
    public Optional<Hdf5Attribute> attribute(String name) {
        return Optional.ofNullable(attributes().get(name));
    }

    /** The attribute of this name as one string, if there is one. */
    public Optional<String> string(String name) {
        return attribute(name).map(Hdf5Attribute::string);
    }

    /**
     * The attribute of this name as a list of strings, if there is one. Keras splits a list that does not fit an object
     * header into {@code name0}, {@code name1} …: those are joined. A list without elements is empty, whatever its type.
     */
    public Optional<List<String>> strings(String name) {
        Optional<Hdf5Attribute> whole = attribute(name);
        if (whole.isPresent() || !attributes().containsKey(name + 0)) {
            return whole.map(Hdf5Attribute::strings);
        }
        List<String> all = new ArrayList<>();
        for (int i = 0; attributes().containsKey(name + i); i++) {
            all.addAll(attributes().get(name + i).strings());
        }
        return Optional.of(all);
    }

    /** The exception for something expected of this object. */
    ModelFormatException expected(String what, Object was) {
        return new ModelFormatException("Hdf5File: expected " + what + " but was " + was + ", at " + where());
    }
}
