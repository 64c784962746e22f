package dev.posthorn.keras;

import dev.posthorn.model.ModelFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.ZipEntry;

/**
 * Finds the bytes of a stored (not compressed) zip entry, which {@link java.util.zip.ZipFile} does not tell, so that they
 * can be read in place. Source: PKWARE APPNOTE 4.3.7 (local header), 4.3.12 (central directory), 4.3.14 to 4.3.16 (ends).
 */
final class StoredEntry {
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int LOCAL = 0x04034b50;

    private StoredEntry() {}

    /** The position of the entry's first byte in the archive that {@code channel} reads. */
    static long find(FileChannel channel, ZipEntry entry, String name) throws IOException {
        long header = header(channel, entry.getName().getBytes(StandardCharsets.UTF_8), name);
        ByteBuffer local = read(channel, header, 30, name);
        if (local.getInt(0) != LOCAL) {
            throw damaged(name);
        }
        return header + 30 + (local.getShort(26) & 0xffff) + (local.getShort(28) & 0xffff);
    }

    /** Where the entry's local header is, from the central directory. */
    private static long header(FileChannel channel, byte[] wanted, String name) throws IOException {
        int tail = (int) Math.min(channel.size(), 22 + 65_535 + 20);
        ByteBuffer end = read(channel, channel.size() - tail, tail, name);
        int at = tail - 22;
        while (at >= 0 && end.getInt(at) != END) {
            at--;
        }
        if (at < 0) {
            throw damaged(name);
        }
        long offset = end.getInt(at + 16) & 0xffffffffL;
        long size = end.getInt(at + 12) & 0xffffffffL;
        if (offset == 0xffffffffL || size == 0xffffffffL) {
            ByteBuffer end64 = read(channel, at >= 20 ? end.getLong(at - 20 + 8) : -1, 56, name);
            if (end64.getInt(0) != END_64) {
                throw damaged(name);
            }
            size = end64.getLong(40);
            offset = end64.getLong(48);
        }
        if (size < 0 || size > 64 << 20) {
            throw damaged(name);
        }
        ByteBuffer central = read(channel, offset, (int) size, name);
        int p = 0;
        while (p + 46 <= size && central.getInt(p) == CENTRAL) {
            int nameLength = central.getShort(p + 28) & 0xffff;
            int extra = central.getShort(p + 30) & 0xffff;
            int comment = central.getShort(p + 32) & 0xffff;
            if (p + 46 + nameLength + extra > size) {
                break;
            }
            byte[] found = new byte[nameLength];
            central.get(p + 46, found);
            if (Arrays.equals(found, wanted)) {
                long local = central.getInt(p + 42) & 0xffffffffL;
                return local == 0xffffffffL ? local64(central, p, p + 46 + nameLength, extra, name) : local;
            }
            p += 46 + nameLength + extra + comment;
        }
        throw damaged(name);
    }

    /** The offset in the zip64 extra field: after the sizes that did not fit the header. */
    private static long local64(ByteBuffer central, int header, int at, int length, String name) {
        int end = at + length;
        int p = at;
        while (p + 4 <= end) {
            int size = central.getShort(p + 2) & 0xffff;
            if (central.getShort(p) == 1) {
                int skip = (central.getInt(header + 24) == -1 ? 8 : 0) + (central.getInt(header + 20) == -1 ? 8 : 0);
                if (skip + 8 <= size && p + 4 + skip + 8 <= end) {
                    return central.getLong(p + 4 + skip);
                }
            }
            p += 4 + size;
        }
        throw damaged(name);
    }

    private static ByteBuffer read(FileChannel channel, long at, int length, String name) throws IOException {
        if (at < 0 || at + length > channel.size()) {
            throw damaged(name);
        }
        ByteBuffer b = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (b.hasRemaining()) {
            if (channel.read(b, at + b.position()) < 0) {
                throw damaged(name);
            }
        }
        return b;
    }

    private static ModelFormatException damaged(String name) {
        return new ModelFormatException("zip: expected an intact directory but was not, at " + name);
    }
}
