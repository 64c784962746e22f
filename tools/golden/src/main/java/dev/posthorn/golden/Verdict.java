package dev.posthorn.golden;

import java.nio.file.Path;

/**
 * What became of one model file of a case, in one respect.
 *
 * @param what of what it is: outputs, gradients
 * @param problem why it failed, in one line; empty where it passed
 * @param error what was thrown, where something was; else null
 */
public record Verdict(
        String caseId, Path path, String what, String problem, double maxAbs, double maxRel, Throwable error) {
    /** What every model is checked for. */
    public static final String OUTPUTS = "outputs";

    /** What cases with {@code grads.npz} are checked for as well. */
    public static final String GRADIENTS = "gradients";

    /** On outputs, or whatever else there is just one of. */
    public Verdict(String caseId, Path path, String problem, double maxAbs, double maxRel, Throwable error) {
        this(caseId, path, OUTPUTS, problem, maxAbs, maxRel, error);
    }

    public boolean passed() {
        return problem.isEmpty();
    }
}
