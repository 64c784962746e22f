package dev.posthorn.numpy;

import dev.posthorn.file.StoredZip;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import dev.posthorn.model.ModelFormatException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * {@code .npz}: a zip archive of arrays by name, stored or deflated. Names may contain {@code /}. An array is read when it
 * is asked for. Thread-safe.
 */
public final class Npz implements Closeable {
    private static final String SUFFIX = ".npy";
    /** More than deflate can ever compress (1032 : 1), with room for tiny entries. */
    private static final long MAX_RATIO = 1040;

    private final Path file;
    private final ZipFile zip;
    private final Map<String, ZipEntry> entries = new LinkedHashMap<>();

    private Npz(Path file, ZipFile zip) {
        this.file = file;
        this.zip = zip;
        zip.stream()
                .filter(e -> e.getName().endsWith(SUFFIX))
                .forEach(e -> entries.put(e.getName().substring(0, e.getName().length() - SUFFIX.length()), e));
    }

    public static Npz open(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new ModelFormatException("npz: expected a file but was a directory, at " + file);
        }
        try {
            return new Npz(file, new ZipFile(file.toFile()));
        } catch (ZipException e) {
            throw new ModelFormatException(
                    "npz: expected a zip archive but was none (" + e.getMessage() + "), at " + file, e);
        }
    }

    /** All arrays of a file, in its order. */
    public static Map<String, Tensor> read(Path file) throws IOException {
        try (Npz in = open(file)) {
            Map<String, Tensor> all = new LinkedHashMap<>();
            for (String name : in.names()) {
                all.put(name, in.get(name));
            }
            return all;
        }
    }

    /** The names of the arrays, in the file's order. */
    public Set<String> names() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    /** The type of an array, from its header alone. */
    public TensorType type(String name) throws IOException {
        return read(name, (in, header) -> header.type());
    }

    public Tensor get(String name) throws IOException {
        return read(name, (in, header) -> NpyReader.data(in, header, where(name)));
    }

    /**
     * The rows of an array one after the other, so that memory is that of the rows asked for; an array in Fortran order is read
     * whole. The archive must stay open.
     */
    public NpyRows rows(String name) throws IOException {
        ZipEntry entry = checked(name);
        InputStream in = zip.getInputStream(entry);
        try {
            Header header = Header.read(in, where(name));
            NpyReader.checkLength(header, entry.getSize(), where(name));
            return new NpyRows(in, header, where(name));
        } catch (Throwable e) {
            in.close();
            throw e;
        }
    }

    private interface Body<T> {
        T read(InputStream in, Header header) throws IOException;
    }

    private ZipEntry checked(String name) {
        ZipEntry entry = entries.get(name);
        if (entry == null) {
            throw new IllegalArgumentException(
                    "npz: expected one of " + entries.keySet() + " but was '" + name + "', at " + file);
        }
        if (entry.getSize() / MAX_RATIO > entry.getCompressedSize() + MAX_RATIO) {
            throw new ModelFormatException(
                    "npz: expected at most " + MAX_RATIO + " bytes for each compressed one but was " + entry.getSize()
                            + " for " + entry.getCompressedSize() + ", at " + where(name));
        }
        return entry;
    }

    private <T> T read(String name, Body<T> body) throws IOException {
        ZipEntry entry = checked(name);
        try (InputStream in = zip.getInputStream(entry)) {
            Header header = Header.read(in, where(name));
            NpyReader.checkLength(header, entry.getSize(), where(name));
            return body.read(in, header);
        } catch (ZipException e) {
            throw new ModelFormatException(
                    "npz: expected compressed data but was broken (" + e.getMessage() + "), at " + where(name), e);
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    private String where(String name) {
        return file + ":" + name;
    }

    /** Writes arrays, not compressed, as {@code numpy.savez} does; equal arrays give equal bytes. */
    public static void write(Path file, Map<String, Tensor> arrays) throws IOException {
        write(file, arrays.keySet(), (name, out) -> Npy.write(out, arrays.get(name)));
    }

    /** Packs {@code .npy} files, whatever their size, into one archive. */
    public static void pack(Path file, Map<String, Path> arrays) throws IOException {
        write(file, arrays.keySet(), (name, out) -> Files.copy(arrays.get(name), out));
    }

    private interface Source {
        void write(String name, OutputStream to) throws IOException;
    }

    private static void write(Path file, Set<String> names, Source source) throws IOException {
        try (StoredZip zip = new StoredZip(file)) {
            for (String name : names) {
                zip.add(name + SUFFIX, to -> source.write(name, to));
            }
            zip.finish();
        }
    }
}
