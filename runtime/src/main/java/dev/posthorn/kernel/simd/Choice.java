package dev.posthorn.kernel.simd;

import java.lang.System.Logger.Level;

/** Chooses the provider, once. */
final class Choice {
    static final Simd BEST = choose();

    private Choice() {}

    private static Simd choose() {
        String reason = refusal();
        if (reason == null) {
            try {
                return VectorSimd.create();
            } catch (UnsupportedOperationException | LinkageError e) {
                reason = e.getMessage();
            }
        }
        System.getLogger("dev.posthorn.kernel")
                .log(Level.WARNING, "SIMD kernels are off, models run slower: {0}", reason);
        return ScalarSimd.INSTANCE;
    }

    /** Why the Vector API should not even be loaded, or null. */
    private static String refusal() {
        if ("off".equalsIgnoreCase(System.getProperty("posthorn.simd"))) {
            return "-Dposthorn.simd=off";
        }
        try {
            // By class, not in the boot layer: a launcher may have added the module to the running JVM.
            Module vector = Class.forName("jdk.incubator.vector.FloatVector", false, null)
                    .getModule();
            if (!Choice.class.getModule().canRead(vector)) {
                return Choice.class.getModule() + " cannot read jdk.incubator.vector";
            }
        } catch (ClassNotFoundException e) {
            return "module jdk.incubator.vector is not there; run java with --add-modules jdk.incubator.vector";
        }
        // Interpreted or compiled by C1 alone, every vector is an object and vector code is slower than scalar code.
        String mode = System.getProperty("java.vm.info", "");
        if (mode.contains("interpreted") || mode.contains("emulated-client")) {
            return "the optimizing compiler C2 is off (" + mode + ")";
        }
        return null;
    }
}
