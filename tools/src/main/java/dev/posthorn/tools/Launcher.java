package dev.posthorn.tools;

/**
 * What {@code java -jar posthorn.jar} starts: loads the Vector API and hands over to {@link Posthorn}.
 *
 * <p>The Vector API is an incubator module. {@code --add-modules jdk.incubator.vector} loads it too, but then the JVM
 * writes a warning to standard error on every start, and a plain {@code java -jar} would run without it. The JDK loads
 * system modules of its own into a running JVM (for agents); this asks it to do the same, for which the jar's manifest
 * exports {@code java.base/jdk.internal.module}. Where that fails, the command line runs on its portable kernels.
 */
public final class Launcher {
    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    private Launcher() {}

    public static void main(String[] args) throws Exception {
        if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
            loadVectorModule();
        }
        Posthorn.main(args);
    }

    private static void loadVectorModule() {
        try {
            Class.forName("jdk.internal.module.Modules")
                    .getMethod("loadModule", String.class)
                    .invoke(null, VECTOR_MODULE);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // Only slower without: the kernels look for the module themselves.
        }
    }
}
