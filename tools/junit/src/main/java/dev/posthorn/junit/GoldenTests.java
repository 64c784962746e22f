package dev.posthorn.junit;

import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The test of a class that says with {@link GoldenModel} what is to agree:
 *
 * <pre>{@code
 * @GoldenModel("golden/resnet")
 * class ResnetTest implements GoldenTests {}
 * }</pre>
 */
public interface GoldenTests {
    /** One invocation for each output, gradient, layer and training step. */
    @TestTemplate
    @ExtendWith(GoldenExtension.class)
    default void agreesWithPython() {}
}
