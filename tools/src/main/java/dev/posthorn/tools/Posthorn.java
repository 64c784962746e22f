package dev.posthorn.tools;

import dev.posthorn.tools.command.Bench;
import dev.posthorn.tools.command.CaptureScript;
import dev.posthorn.tools.command.Convert;
import dev.posthorn.tools.command.Diff;
import dev.posthorn.tools.command.Evaluate;
import dev.posthorn.tools.command.Inspect;
import dev.posthorn.tools.command.Native;
import dev.posthorn.tools.command.Plot;
import dev.posthorn.tools.command.Predict;
import dev.posthorn.tools.command.Rehearse;
import dev.posthorn.tools.command.Summary;
import dev.posthorn.tools.command.Train;
import dev.posthorn.tools.command.Verify;
import dev.posthorn.tools.command.Weights;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The command line. Exit code 0: all is right; 1: a check failed; 2: wrong use, or input that cannot be used. */
@Command(
        name = "posthorn",
        header = "Runs, checks and converts Keras and TensorFlow models.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Posthorn.Version.class)
public final class Posthorn {
    /** All is right. */
    public static final int RIGHT = 0;

    /** A check was made and failed. */
    public static final int FAILED = 1;

    /** Wrong use, or input that cannot be used. */
    public static final int UNUSABLE = 2;

    private static final int WIDTH = 100;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows this help.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Shows the version.")
    boolean version;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Shows the stack trace of an error.")
    private boolean debug;

    /** Whether the user asked for stack traces. */
    public boolean debug() {
        return debug;
    }

    public static void main(String[] args) {
        Console out = Console.stdout();
        Console err = Console.stderr();
        AtomicBoolean done = new AtomicBoolean();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> interrupted(args, done.get(), err.stream()), "posthorn-ends"));
        int code = run(args, out.stream(), err.stream());
        done.set(true);
        System.exit(out.finish(code, System.err));
    }

    /** What a user reads when the process is asked to end; a training says it itself, when its state is saved. */
    static void interrupted(String[] args, boolean done, PrintStream err) {
        if (!done && args.length > 0 && !args[0].equals("train")) {
            err.println(
                    "posthorn " + args[0] + ": interrupted; what was not finished is taken away, what was there stays");
            err.flush();
        }
    }

    /** Runs a command; for tests and for embedding. */
    public static int run(String[] args, PrintStream out, PrintStream err) {
        PrintWriter table = new PrintWriter(out, false, StandardCharsets.UTF_8);
        Predict everyday = Predict.everyday(args, table);
        if (everyday != null) {
            return run(everyday, table, err);
        }
        Posthorn posthorn = new Posthorn();
        CommandLine line = new CommandLine(posthorn);
        subcommands(args)
                .forEach(c -> line.addSubcommand(c.getKey(), c.getValue().get()));
        line.setOut(new PrintWriter(out, false, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
        line.setUsageHelpWidth(WIDTH).setUsageHelpLongOptionsMaxWidth(30);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((e, given) -> {
            Failure.print(
                    Failure.name(e.getCommandLine().getParseResult()), e, contains(given, "--debug"), line.getErr());
            return UNUSABLE;
        });
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            line.getOut().flush();
            Failure.print(Failure.name(command.getCommandSpec()), e, posthorn.debug, line.getErr());
            return UNUSABLE;
        });
        line.setExecutionStrategy(Posthorn::execute);
        try {
            return line.execute(args);
        } catch (Throwable e) { // picocli hands out errors such as OutOfMemoryError
            Failure.print(Failure.name(line.getParseResult()), e, posthorn.debug, line.getErr());
            return UNUSABLE;
        } finally {
            line.getOut().flush();
            line.getErr().flush();
        }
    }

    /** Runs a prediction that has been read without picocli. */
    private static int run(Predict everyday, PrintWriter out, PrintStream err) {
        try {
            return everyday.call();
        } catch (Throwable e) { // errors such as OutOfMemoryError too
            out.flush();
            Failure.print("predict", e, false, new PrintWriter(err, true, StandardCharsets.UTF_8));
            return UNUSABLE;
        } finally {
            out.flush();
        }
    }

    /** The command that is called, where one is: reading the options of all others takes longer than many a call. */
    private static List<Map.Entry<String, Supplier<?>>> subcommands(String[] args) {
        List<Map.Entry<String, Supplier<?>>> called = Commands.ALL.stream()
                .filter(c -> args.length > 0 && c.getKey().equals(args[0]))
                .toList();
        return called.isEmpty() ? Commands.ALL : called;
    }

    private static int execute(ParseResult parsed) {
        if (!parsed.hasSubcommand() && !parsed.isUsageHelpRequested() && !parsed.isVersionHelpRequested()) {
            CommandLine line = parsed.commandSpec().commandLine();
            line.usage(line.getErr());
            return UNUSABLE;
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    private static boolean contains(String[] args, String option) {
        return Arrays.asList(args).contains(option);
    }

    /** The commands there are, apart: an everyday call needs none of them but its own. */
    private static final class Commands {
        /** Every command, in the order of the help. */
        static final List<Map.Entry<String, Supplier<?>>> ALL = List.of(
                Map.entry("inspect", Inspect::new),
                Map.entry("summary", Summary::new),
                Map.entry("plot", Plot::new),
                Map.entry("predict", Predict::new),
                Map.entry("evaluate", Evaluate::new),
                Map.entry("train", Train::new),
                Map.entry("convert", Convert::new),
                Map.entry("weights", Weights::new),
                Map.entry("verify", Verify::new),
                Map.entry("diff", Diff::new),
                Map.entry("bench", Bench::new),
                Map.entry("native", Native::new),
                Map.entry("capture-script", CaptureScript::new),
                Map.entry("rehearse", Rehearse::new));
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Posthorn.class.getPackage().getImplementationVersion();
            return new String[] {
                "posthorn " + (version == null ? "(not packaged)" : version),
                "Java " + Runtime.version() + " on " + System.getProperty("os.name") + " "
                        + System.getProperty("os.arch")
            };
        }
    }
}
