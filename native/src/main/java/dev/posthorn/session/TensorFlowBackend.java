package dev.posthorn.session;

import dev.posthorn.ir.Graph;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Backend;
import dev.posthorn.model.ModelFormat;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.model.Variables;
import dev.posthorn.proto.ConfigProto;
import dev.posthorn.proto.GpuOptions;
import dev.posthorn.tensorflow.SavedSignatures;
import dev.posthorn.tensorflow.export.CallGraph;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The backend {@code tensorflow}: graphs run on TensorFlow's own operations, on CPU or GPU, compiled by XLA where asked for. It
 * needs TensorFlow's native library: {@link #LIBRARY} with the classifier of the platform.
 */
public final class TensorFlowBackend implements Backend {
    /** The artifact of TensorFlow's native library, without its classifier. */
    public static final String LIBRARY = "org.tensorflow:tensorflow-core-native:1.1.0";

    private static final Cleaner CLEANER = Cleaner.create();

    private final Options options;

    /** On the CPU. */
    public TensorFlowBackend() {
        this(Options.DEFAULT);
    }

    private TensorFlowBackend(Options options) {
        this.options = options;
    }

    @Override
    public String name() {
        return "tensorflow" + options;
    }

    /**
     * On another device, or compiled. Where TensorFlow finds no GPU, what was asked to run there runs on the CPU, and {@link
     * Backend.Executable#explain} says so.
     */
    @Override
    public Backend with(Options o) {
        if (!o.device().toLowerCase(Locale.ROOT).matches("cpu|gpu(:[0-9]{1,2})?")) {
            throw new IllegalArgumentException(
                    "backend tensorflow: expected the device cpu or gpu:N but was '" + o.device() + "'");
        }
        if (!o.winograd().isEmpty()) {
            throw new IllegalArgumentException(
                    "backend tensorflow: expected no winograd but was '" + o.winograd() + "' (backend java has it)");
        }
        return new TensorFlowBackend(o);
    }

    /** A SavedModel as TensorFlow's own loader reads it, where it was asked for. */
    @Override
    public Optional<ModelFormat.Loaded> load(Path path) throws IOException {
        if (!options.asIs()) {
            return Optional.empty();
        }
        NativeLibrary.load();
        SavedSignatures saved = SavedSignatures.of(path);
        NativeSession session = NativeSession.saved(path, saved.tags(), config().toByteArray());
        SavedProgram program = new SavedProgram(path, saved.entries(), session);
        CLEANER.register(program, session::close);
        return Optional.of(new ModelFormat.Loaded(program, new Variables(List.of(), Map.of())));
    }

    @Override
    public Executable compile(Graph graph, Variables.Snapshot variables, Set<String> changing) {
        Optional<SavedCall> saved = SavedCall.of(graph);
        if (saved.isPresent()) {
            return saved.get();
        }
        if (options.asIs()) {
            throw new UnsupportedModelException(
                    "backend tensorflow: expected a SavedModel that it loaded as it is but was a graph of Posthorn's"
                            + " (leave out as-is)");
        }
        NativeLibrary.load();
        CallGraph call = CallGraph.of(graph, options.jit());
        Set<String> states = new HashSet<>(graph.updates().keySet());
        states.addAll(changing);
        List<String> fixed =
                call.variables().stream().filter(k -> !states.contains(k)).toList();
        List<String> read = call.variables().stream().filter(states::contains).toList();
        List<String> feeds = new ArrayList<>();
        for (int i = 0; i < graph.inputs().size(); i++) {
            feeds.add(CallGraph.input(i));
        }
        read.forEach(k -> feeds.add(CallGraph.variable(call.variables().indexOf(k))));
        fixed.forEach(k -> feeds.add(CallGraph.variable(call.variables().indexOf(k))));
        List<String> fetches = IntStream.range(0, call.results().size())
                .mapToObj(i -> CallGraph.CALL + ":" + i)
                .toList();
        NativeSession session = NativeSession.of(call.message().toByteArray(), config().toByteArray());
        boolean whole = false;
        try {
            session.initialize(call.initializers());
            NativeCall prepared =
                    session.call(feeds, fixed.stream().map(variables::get).toList(), fetches);
            Call made = new Call(session, prepared, read, explanation(call, session.devices()));
            CLEANER.register(made, session::close);
            whole = true;
            return made;
        } finally {
            if (!whole) {
                session.close();
            }
        }
    }

    private ConfigProto config() {
        String device = options.device().toLowerCase(Locale.ROOT);
        ConfigProto.Builder config = ConfigProto.newBuilder().setAllowSoftPlacement(true);
        if (device.startsWith("gpu")) {
            GpuOptions.Builder gpu = GpuOptions.newBuilder().setAllowGrowth(true);
            if (device.contains(":")) {
                gpu.setVisibleDeviceList(device.substring(device.indexOf(':') + 1));
            }
            return config.setGpuOptions(gpu).build();
        }
        return config.putDeviceCount("GPU", 0).build();
    }

    private String explanation(CallGraph call, List<String> devices) {
        boolean missing = options.device().toLowerCase(Locale.ROOT).startsWith("gpu")
                && devices.stream().noneMatch(d -> d.contains("GPU"));
        String ops = call.message().getLibrary().getFunctionList().stream()
                .flatMap(f -> f.getNodeDefList().stream())
                .collect(Collectors.groupingBy(n -> n.getOp(), TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(e -> e.getKey() + "×" + e.getValue())
                .collect(Collectors.joining(" "));
        return "session of TensorFlow " + NativeLibrary.version() + " on " + devices + (options.jit() ? ", by XLA" : "")
                + (missing
                        ? "\n" + options.device()
                                + ": expected a GPU that TensorFlow can use but was none; runs on the CPU"
                                + " (docs/native.md says which CUDA it needs)"
                        : "")
                + "\n" + ops + "\n";
    }

    /** One session; TensorFlow runs any number of calls of it at once. */
    private record Call(NativeSession session, NativeCall call, List<String> read, String explanation)
            implements Executable {
        @Override
        public List<Tensor> run(List<Tensor> inputs, Variables.Snapshot now) {
            List<Tensor> all = new ArrayList<>(inputs);
            read.forEach(k -> all.add(now.get(k)));
            try {
                return call.run(all);
            } finally {
                Reference.reachabilityFence(this); // the session is closed when nothing holds this any more
            }
        }

        @Override
        public void close() {
            session.close();
        }

        @Override
        public String explain() {
            return explanation;
        }
    }
}
