package dev.posthorn.tools;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Standard output or standard error: UTF-8 whatever the locale, and it remembers the first error of writing. */
final class Console {
    private final PrintStream stream;
    private IOException failed;

    private Console(FileDescriptor to, boolean autoFlush) {
        OutputStream out = new BufferedOutputStream(new FileOutputStream(to), 1 << 13);
        OutputStream watched = new FilterOutputStream(out) {
            @Override
            public void write(byte[] b, int from, int count) throws IOException {
                watch(() -> out.write(b, from, count));
            }

            @Override
            public void write(int b) throws IOException {
                watch(() -> out.write(b));
            }

            @Override
            public void flush() throws IOException {
                watch(out::flush);
            }
        };
        stream = new PrintStream(watched, autoFlush, StandardCharsets.UTF_8);
    }

    private interface Action {
        void run() throws IOException;
    }

    private void watch(Action action) throws IOException {
        try {
            action.run();
        } catch (IOException e) {
            failed = failed == null ? e : failed;
            throw e;
        }
    }

    static Console stdout() {
        return new Console(FileDescriptor.out, false);
    }

    static Console stderr() {
        return new Console(FileDescriptor.err, true);
    }

    PrintStream stream() {
        return stream;
    }

    /** The exit code after all is written. A reader that went away ({@code | head}) is no error; a full disk is one. */
    int finish(int code, PrintStream err) {
        stream.flush();
        if (failed == null
                || String.valueOf(failed.getMessage()).toLowerCase(Locale.ROOT).contains("pipe")) {
            return code;
        }
        err.println("posthorn: expected standard output to be writable but was not (" + failed.getMessage() + ")");
        return Posthorn.UNUSABLE;
    }

    /** Whether a person watches standard error. Java cannot ask for it alone; where the system tells, it is believed. */
    static boolean stderrIsTerminal() {
        Path self = Path.of("/proc/self/fd/2");
        try {
            String to = Files.exists(self) ? self.toRealPath().toString() : "";
            return System.console() != null
                    && (to.isEmpty() || to.startsWith("/dev/pts/") || to.startsWith("/dev/tty"));
        } catch (IOException e) {
            return false;
        }
    }
}
