package dev.posthorn.file;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A zip archive whose entries are stored as they are, so that they can be read in place; without times, so that equal
 * entries give equal bytes. It appears with {@link #finish}; closed before, nothing does.
 */
public final class StoredZip implements Closeable {
    /** Not the first moment that zip can say: that one Java also writes as seconds since 1970, which depend on the time zone. */
    private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0, 2);

    /** What an entry holds; asked for twice, for its checksum stands before it. */
    public interface Content {
        void write(OutputStream to) throws IOException;
    }

    private final AtomicFile target;
    private final ZipOutputStream zip;

    public StoredZip(Path file) throws IOException {
        target = AtomicFile.create(file);
        zip = new ZipOutputStream(target.stream());
        zip.setMethod(ZipOutputStream.STORED);
    }

    public void add(String name, byte[] content) throws IOException {
        add(name, to -> to.write(content));
    }

    public void add(String name, Content content) throws IOException {
        Counter size = new Counter();
        CheckedOutputStream sum = new CheckedOutputStream(size, new CRC32());
        content.write(sum);
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(EPOCH);
        entry.setSize(size.bytes);
        entry.setCrc(sum.getChecksum().getValue());
        zip.putNextEntry(entry);
        content.write(zip);
        zip.closeEntry();
    }

    /** Puts the archive in its place. */
    public void finish() throws IOException {
        zip.finish();
        zip.flush();
        target.commit();
    }

    @Override
    public void close() throws IOException {
        target.close();
    }

    private static final class Counter extends OutputStream {
        private long bytes;

        @Override
        public void write(int b) {
            bytes++;
        }

        @Override
        public void write(byte[] b, int from, int count) {
            bytes += count;
        }
    }
}
