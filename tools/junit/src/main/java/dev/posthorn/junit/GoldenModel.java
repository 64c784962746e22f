package dev.posthorn.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that a model computes in Java what it computed in Python, as {@code posthorn_capture.py} recorded it: one invocation for each
 * output, gradient, layer and training step.
 *
 * <pre>{@code
 * class ResnetTest {
 *   @GoldenModel("golden/resnet")                   // model.keras beside the values; or: model = "models/resnet.keras"
 *   void agreesWithPython() {}
 * }
 * }</pre>
 *
 * <p>The body of the method runs after the comparison and may say more; it may take the {@link dev.posthorn.model.Model}, the
 * {@link dev.posthorn.golden.GoldenReport} and the {@link GoldenTest} that it is invoked for. On a class it gives the values for the methods of {@link
 * GoldenTests}.
 *
 * <p>A layer that would be right if it got what it got in Python does not fail: it is aborted with the name of the layer that is wrong.
 * Its model's outputs fail all the same.
 *
 * <p>Places are files, relative to where the tests run, or else resources on the class path, relative to its root or to the test class.
 */
@Documented
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(GoldenExtension.class)
public @interface GoldenModel {
    /** The folder of golden values. */
    String value();

    /** The model: a file or the folder of a SavedModel; by default the only one beside the golden values. */
    String model() default "";

    /**
     * The name of a method of the test class that takes nothing, or the name of a backend, and gives the {@link
     * dev.posthorn.model.Model}, which is closed afterwards: for custom layers, or architectures apart from their weights. It is static,
     * or the test class has a constructor without parameters.
     */
    String modelFrom() default "";

    /** The backends that it is tested on; one of {@link #modelFrom} that takes no name has its own. */
    String[] backends() default {"java"};

    /** How far outputs and training may be off relatively, instead of what was recorded. */
    double rtol() default Double.NaN;

    /** How far outputs and training may be off absolutely, instead of what was recorded. */
    double atol() default Double.NaN;

    /** How far layers may be off, as a part of the largest magnitude that they gave in Python. */
    double layerTolerance() default 1e-4;

    /** Layers that may be off by more or less; the first that fits counts. */
    Within[] layers() default {};

    /** How far some layers may be off. */
    @Target({})
    @Retention(RetentionPolicy.RUNTIME)
    @interface Within {
        /** A path of layers, in which {@code *} stands for anything; all where it is not said. */
        String layer() default "";

        /** The dtype of what they gave in Python, such as {@code float16}; all where it is not said. */
        String dtype() default "";

        /** The part of the largest magnitude. */
        double value();
    }
}
