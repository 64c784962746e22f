package dev.posthorn.session;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_CloseSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteBuffer;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteDeviceList;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteGraph;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteImportGraphDefOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteSessionOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteStatus;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListCount;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListName;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GetCode;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphImportGraphDef;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphOperationByName;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_Message;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewBufferFromString;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewGraph;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewImportGraphDefOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewSessionOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewStatus;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SessionListDevices;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SessionRun;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetConfig;

import dev.posthorn.ir.Tensor;
import dev.posthorn.model.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_ImportGraphDefOptions;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_Output;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.TF_Tensor;

/**
 * A graph and a session of TensorFlow, and the tensors that all calls share. The one owner of what TensorFlow's library
 * allocates: {@link #close} waits for the calls that run and frees all of it, once; a call after it throws. Thread-safe.
 */
final class NativeSession implements AutoCloseable {
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final List<Tensor> shared;
    private final int given;
    private final int results;
    private final List<String> devices = new ArrayList<>();
    private final TF_Graph graph;
    private TF_Session session;
    private TF_Output feeds;
    private TF_Output fetches;
    private TF_Tensor[] held;

    /**
     * Imports a graph.
     *
     * @param message a {@code GraphDef}
     * @param config a {@code ConfigProto}
     * @param feeds the placeholders, of what a call gives first and then of what all calls share
     * @param shared what the last placeholders hold in all calls
     * @param fetch the node whose outputs a call gives
     * @param results how many outputs it has
     * @param first nodes that are run once, before all calls
     */
    NativeSession(
            byte[] message,
            byte[] config,
            List<String> feeds,
            List<Tensor> shared,
            String fetch,
            int results,
            List<String> first) {
        this.shared = List.copyOf(shared);
        this.given = feeds.size() - shared.size();
        this.results = results;
        this.graph = TF_NewGraph();
        boolean whole = false;
        try {
            importGraph(message);
            this.session = open(config);
            this.feeds = new TF_Output(feeds.size());
            for (int i = 0; i < feeds.size(); i++) {
                output(this.feeds, i, feeds.get(i), 0);
            }
            this.fetches = new TF_Output(results);
            for (int i = 0; i < results; i++) {
                output(this.fetches, i, fetch, i);
            }
            this.held = new TF_Tensor[shared.size()];
            for (int i = 0; i < held.length; i++) {
                held[i] = NativeTensors.of(shared.get(i));
            }
            initialize(first);
            whole = true;
        } finally {
            if (!whole) {
                free();
            }
        }
    }

    private void importGraph(byte[] message) {
        TF_Status status = TF_NewStatus();
        TF_ImportGraphDefOptions options = TF_NewImportGraphDefOptions();
        try (BytePointer bytes = new BytePointer(message)) {
            TF_Buffer buffer = TF_NewBufferFromString(bytes, message.length);
            TF_GraphImportGraphDef(graph, buffer, options, status);
            TF_DeleteBuffer(buffer);
            check(status);
        } finally {
            TF_DeleteImportGraphDefOptions(options);
            TF_DeleteStatus(status);
        }
    }

    private TF_Session open(byte[] config) {
        TF_Status status = TF_NewStatus();
        TF_SessionOptions options = TF_NewSessionOptions();
        try (BytePointer bytes = new BytePointer(Math.max(1, config.length))) {
            bytes.put(config);
            TF_SetConfig(options, bytes, config.length, status);
            check(status);
            TF_Session s = TF_NewSession(graph, options, status);
            check(status);
            TF_DeviceList list = TF_SessionListDevices(s, status);
            check(status);
            for (int i = 0; i < TF_DeviceListCount(list); i++) {
                devices.add(TF_DeviceListName(list, i, status).getString());
            }
            TF_DeleteDeviceList(list);
            return s;
        } finally {
            TF_DeleteSessionOptions(options);
            TF_DeleteStatus(status);
        }
    }

    private void output(TF_Output to, int i, String node, int index) {
        to.position(i).oper(operation(node)).index(index);
        to.position(0);
    }

    private TF_Operation operation(String node) {
        TF_Operation op = TF_GraphOperationByName(graph, node);
        if (op == null || op.isNull()) {
            throw new IllegalStateException("tensorflow: expected a node of that name but was none, at " + node);
        }
        return op;
    }

    private void initialize(List<String> nodes) {
        if (nodes.isEmpty()) {
            return;
        }
        TF_Status status = TF_NewStatus();
        try (PointerPointer<TF_Operation> targets = new PointerPointer<>(nodes.size())) {
            for (int i = 0; i < nodes.size(); i++) {
                targets.put(i, operation(nodes.get(i)));
            }
            TF_SessionRun(session, null, null, none(), 0, null, none(), 0, targets, nodes.size(), null, status);
            check(status);
        } finally {
            TF_DeleteStatus(status);
        }
    }

    private static PointerPointer<?> none() {
        return null;
    }

    /** The devices that the session may use, as TensorFlow names them. */
    List<String> devices() {
        return List.copyOf(devices);
    }

    /** One call. */
    List<Tensor> run(List<Tensor> inputs) {
        if (inputs.size() != given) {
            throw new IllegalArgumentException("tensorflow: expected " + given + " inputs but was " + inputs.size());
        }
        lock.readLock().lock();
        List<TF_Tensor> own = new ArrayList<>();
        try (PointerPointer<Pointer> in = new PointerPointer<>(Math.max(1, given + held().length));
                PointerPointer<TF_Tensor> out = new PointerPointer<>(Math.max(1, results))) {
            for (Tensor t : inputs) {
                own.add(NativeTensors.of(t));
                in.put(own.size() - 1, own.get(own.size() - 1));
            }
            for (int i = 0; i < held.length; i++) {
                in.put(given + i, held[i]);
            }
            return run(in, out);
        } finally {
            for (int i = 0; i < own.size(); i++) {
                NativeTensors.delete(own.get(i), inputs.get(i));
            }
            lock.readLock().unlock();
        }
    }

    private TF_Tensor[] held() {
        if (session == null) {
            throw new IllegalStateException("tensorflow: expected an open model but was closed");
        }
        return held;
    }

    private List<Tensor> run(PointerPointer<Pointer> in, PointerPointer<TF_Tensor> out) {
        TF_Status status = TF_NewStatus();
        try {
            TF_SessionRun(
                    session,
                    null,
                    feeds,
                    in,
                    given + held.length,
                    fetches,
                    out,
                    results,
                    none(),
                    0,
                    null,
                    status);
            check(status);
        } finally {
            TF_DeleteStatus(status);
        }
        List<Tensor> all = new ArrayList<>();
        for (int i = 0; i < results; i++) {
            TF_Tensor t = out.get(TF_Tensor.class, i);
            all.add(NativeTensors.read(t));
            TF_DeleteTensor(t);
        }
        return all;
    }

    private static void check(TF_Status status) {
        if (TF_GetCode(status) != 0) {
            String message = TF_Message(status).getString();
            throw new ShapeException("tensorflow: expected a graph that TensorFlow runs but was: "
                    + message.lines().findFirst().orElse(""));
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (session != null) {
                free();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void free() {
        TF_Status status = TF_NewStatus();
        if (session != null) {
            TF_CloseSession(session, status);
            TF_DeleteSession(session, status);
            session = null;
        }
        TF_DeleteStatus(status);
        TF_DeleteGraph(graph);
        for (int i = 0; held != null && i < held.length; i++) {
            if (held[i] != null) {
                NativeTensors.delete(held[i], shared.get(i));
            }
        }
        if (feeds != null) {
            feeds.close();
        }
        if (fetches != null) {
            fetches.close();
        }
    }
}
