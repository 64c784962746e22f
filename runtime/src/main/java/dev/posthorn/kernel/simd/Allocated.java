package dev.posthorn.kernel.simd;

import java.lang.management.ManagementFactory;

/** What the current thread has allocated. */
final class Allocated {
    /** Null in a JVM that does not say. */
    private static final com.sun.management.ThreadMXBean THREADS =
            ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean t
                            && t.isThreadAllocatedMemorySupported()
                            && t.isThreadAllocatedMemoryEnabled()
                    ? t
                    : null;

    private Allocated() {}

    /** Bytes since the thread began; 0 in a JVM that does not say. */
    static long bytes() {
        return THREADS == null ? 0 : THREADS.getCurrentThreadAllocatedBytes();
    }
}
