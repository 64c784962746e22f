package dev.posthorn.session;

import dev.posthorn.model.UnsupportedModelException;
import org.bytedeco.javacpp.Loader;
import org.tensorflow.internal.c_api.global.tensorflow;

/** TensorFlow's native library, loaded once. */
final class NativeLibrary {
    private NativeLibrary() {}

    /**
     * Loads it; later calls do nothing.
     *
     * @throws UnsupportedModelException where there is none for this platform
     */
    static void load() {
        try {
            Loader.load(tensorflow.class);
        } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
            throw new UnsupportedModelException("backend tensorflow: expected TensorFlow's library for "
                    + Loader.Detector.getPlatform() + " but was none: add " + TensorFlowBackend.LIBRARY + ":"
                    + Loader.Detector.getPlatform() + ", or run 'posthorn native' (" + e.getMessage() + ")");
        }
    }

    static String version() {
        return tensorflow.TF_Version().getString();
    }
}
