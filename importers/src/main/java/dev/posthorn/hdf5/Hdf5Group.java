package dev.posthorn.hdf5;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A group: names that lead to groups and datasets. */
public final class Hdf5Group extends Hdf5Object {
    private static final int DEEPEST = 200;

    private final long address;
    private Map<String, Links.Link> links;
    private final Map<String, Optional<Hdf5Object>> children = new HashMap<>();

    Hdf5Group(Hdf5File file, String path, long address, ObjectHeader header) {
        super(file, path, header);
        this.address = address;
    }

    synchronized Map<String, Links.Link> links() {
        if (links == null) {
            links = file().bytes().at(path(), () -> Links.of(file().bytes(), header()));
        }
        return links;
    }

    String inner(String name) {
        return path().equals("/") ? "/" + name : path() + "/" + name;
    }

    /** What a link of this group leads to, a soft one excepted. */
    synchronized Optional<Hdf5Object> linked(Links.Link link) {
        return children.computeIfAbsent(link.name(), name -> {
            if (link.external()) {
                throw expected(
                        "a link within the file", "link \"" + name + "\" to another file, which is never followed");
            }
            return file().object(inner(name), link.address());
        });
    }

    /**
     * Every name in this group, in the order in which HDF5 itself iterates: byte order of the names, so {@code dense_10}
     * before {@code dense_2}; or order of creation in the rare files that track it.
     */
    public List<String> names() {
        return List.copyOf(links().keySet());
    }

    /** Whether a name is in this group, wherever it leads. */
    public boolean contains(String name) {
        return links().containsKey(name);
    }

    /** Whether another path has led to this very group. */
    public boolean isSame(Hdf5Group other) {
        return file() == other.file() && address == other.address;
    }

    /** Whether a name leads to another file, which is never followed. */
    public boolean leadsOut(String name) {
        return Optional.ofNullable(links().get(name))
                .filter(Links.Link::external)
                .isPresent();
    }

    /** The path that a name stands for, where it is a soft link. */
    public Optional<String> target(String name) {
        return Optional.ofNullable(links().get(name)).map(Links.Link::soft);
    }

    /** Every group and dataset in this group, in the order of {@link #names}, without the rare committed datatypes. */
    public List<Hdf5Object> children() {
        List<Hdf5Object> all = new ArrayList<>();
        for (Links.Link link : links().values()) {
            Optional<Hdf5Object> child = child(link.name());
            if (child.isEmpty() && link.soft() != null) {
                throw expected(
                        "a soft link to something",
                        "\"" + link.name() + "\" to \"" + link.soft() + "\", which is nothing");
            }
            child.ifPresent(all::add);
        }
        return all;
    }

    /** Every group in this group. */
    public List<Hdf5Group> groups() {
        return children().stream()
                .filter(Hdf5Group.class::isInstance)
                .map(Hdf5Group.class::cast)
                .toList();
    }

    /** Every dataset in this group. */
    public List<Hdf5Dataset> datasets() {
        return children().stream()
                .filter(Hdf5Dataset.class::isInstance)
                .map(Hdf5Dataset.class::cast)
                .toList();
    }

    /** The group or dataset of exactly this name, which may hold any character, if there is one. */
    public Optional<Hdf5Object> child(String name) {
        Links.Link link = links().get(name);
        if (link == null) {
            return Optional.empty();
        }
        return link.soft() != null ? file().find(this, link.soft()) : linked(link);
    }

    /** The group or dataset at a path from here, or from the root where it starts with {@code /}, if there is one. */
    public Optional<Hdf5Object> find(String path) {
        return file().find(this, path);
    }

    /** The group at a path; an exception where there is none. */
    public Hdf5Group group(String path) {
        Optional<Hdf5Object> found = find(path);
        if (found.isPresent() && found.get() instanceof Hdf5Group group) {
            return group;
        }
        throw expected("a group \"" + path + "\"", found.isPresent() ? "a dataset" : "none");
    }

    /** The dataset at a path; an exception where there is none. */
    public Hdf5Dataset dataset(String path) {
        Optional<Hdf5Object> found = find(path);
        if (found.isPresent() && found.get() instanceof Hdf5Dataset dataset) {
            return dataset;
        }
        throw expected("a dataset \"" + path + "\"", found.isPresent() ? "a group" : "none");
    }

    /** Every dataset in this group and those below, depth first, each group once however many links lead to it. */
    public List<Hdf5Dataset> allDatasets() {
        List<Hdf5Dataset> all = new ArrayList<>();
        collect(all, new HashSet<>(), 0);
        return all;
    }

    private void collect(List<Hdf5Dataset> all, Set<Long> seen, int depth) {
        if (depth > DEEPEST) {
            throw expected("groups at most " + DEEPEST + " deep", "more");
        }
        if (!seen.add(address)) {
            return;
        }
        for (Hdf5Object child : children()) {
            if (child instanceof Hdf5Dataset dataset) {
                all.add(dataset);
            } else if (child instanceof Hdf5Group group) {
                group.collect(all, seen, depth + 1);
            }
        }
    }

    @Override
    public String toString() {
        return "Hdf5Group " + where();
    }
}
