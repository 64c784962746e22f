package dev.posthorn.tools.verify;

import java.nio.file.Path;

/**
 * What became of one model file of a case.
 *
 * @param problem why it failed, in one line; empty where it passed
 * @param error what was thrown, where something was; else null
 */
public record Verdict(String caseId, Path path, String problem, double maxAbs, double maxRel, Throwable error) {
    public boolean passed() {
        return problem.isEmpty();
    }
}
