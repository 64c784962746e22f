package dev.posthorn.tools;

import dev.posthorn.model.ModelFormatException;
import dev.posthorn.model.ShapeException;
import dev.posthorn.model.UnsupportedModelException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a user reads when something goes wrong: one line (and one for each unsupported thing), never a stack trace. */
public final class Failure {
    private Failure() {}

    static void print(String command, Throwable e, boolean debug, PrintWriter err) {
        String who = command.isEmpty() ? "posthorn: " : "posthorn " + command + ": ";
        String said = command.split(" ")[0] + ": ";
        lines(e).forEach(line -> err.println(who + (line.startsWith(said) ? line.substring(said.length()) : line)));
        if (debug) {
            e.printStackTrace(err);
        }
        err.flush();
    }

    /** The command that the user asked for; empty where there was none. */
    static String name(ParseResult parsed) {
        if (parsed == null) {
            return "";
        }
        return parsed.hasSubcommand() ? name(parsed.subcommand()) : name(parsed.commandSpec());
    }

    /** A command with those that it is one of: {@code weights cast}. */
    static String name(CommandSpec command) {
        return command.qualifiedName().replaceFirst("^posthorn ?", "");
    }

    /** The one line, and for unsupported models a line for each reason. */
    public static List<String> lines(Throwable e) {
        if (e instanceof ExecutionException && e.getCause() instanceof Error error) {
            return lines(error); // so picocli hands out an error of a command that is a method
        }
        String first = line(e).strip().replaceAll("\\s*\\R\\s*", " ");
        if (!(e instanceof UnsupportedModelException u) || u.reasons().equals(List.of(u.getMessage()))) {
            return List.of(first);
        }
        List<String> lines = new ArrayList<>();
        lines.add(first.replace(": " + String.join("; ", u.reasons()), "")); // each has a line of its own
        u.reasons().forEach(reason -> lines.add("  " + reason));
        return lines;
    }

    private static String line(Throwable e) {
        String message = String.valueOf(e.getMessage());
        if (e instanceof UnmatchedArgumentException u
                && !u.isUnknownOption()
                && !u.getCommandLine().getSubcommands().isEmpty()) {
            return "expected one of the commands "
                    + String.join(", ", u.getCommandLine().getSubcommands().keySet()) + " but was '"
                    + u.getUnmatched().get(0) + "' (see posthorn --help)";
        } else if (e instanceof ParameterException p) {
            String command = p.getCommandLine().getCommandSpec().qualifiedName();
            return message + " (see " + command + " --help)";
        } else if (e instanceof ModelFormatException
                || e instanceof UnsupportedModelException
                || e instanceof ShapeException
                || e instanceof InputException) {
            return message;
        } else if (e instanceof IllegalArgumentException && message.matches("(?s).*expected .* but was .*")) {
            return message; // a library check of what the user chose, such as a backend's name
        } else if (e instanceof NoSuchFileException f) {
            return "file: expected a file but was nothing, at " + f.getFile();
        } else if (e instanceof AccessDeniedException f) {
            return "file: expected permission but was access denied, at " + f.getFile();
        } else if (e instanceof FileSystemException f && f.getReason() != null) {
            return "file: expected a usable file but was not (" + f.getReason() + "), at " + f.getFile();
        } else if (e instanceof IOException) {
            return "file: expected reading and writing to work but was an error (" + message + ")";
        } else if (e instanceof OutOfMemoryError) {
            return "memory: expected at most " + (Runtime.getRuntime().maxMemory() >> 20)
                    + " MB to be needed but was more (give Java more: POSTHORN_JAVA_OPTS=-Xmx8g)";
        } else if (e instanceof StackOverflowError) {
            return "memory: expected a model less deeply nested but was one that exhausts Java's stack"
                    + " (give Java more: POSTHORN_JAVA_OPTS=-Xss64m)";
        }
        return "internal error: " + e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + message)
                + " (a bug in Posthorn; --debug shows where)";
    }
}
