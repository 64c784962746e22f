package dev.posthorn.session;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_CloseSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteBuffer;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteDeviceList;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteGraph;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteImportGraphDefOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteSessionOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteStatus;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListCount;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListName;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GetCode;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphImportGraphDef;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphOperationByName;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_LoadSessionFromSavedModel;
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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_ImportGraphDefOptions;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;

/**
 * A graph and a session of TensorFlow, and what is called of it. The one owner of what TensorFlow's library allocates: {@link
 * #close} waits for the calls that run and frees all of it, once; a call after it throws. Thread-safe.
 */
final class NativeSession implements AutoCloseable {
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final List<String> devices = new ArrayList<>();
    private final List<NativeCall> calls = new ArrayList<>();
    private final TF_Graph graph = TF_NewGraph();
    private TF_Session session;

    private NativeSession() {}

    /** What makes the session, in the graph. */
    private interface Opening {
        TF_Session open(TF_SessionOptions options, TF_Status status);
    }

    /**
     * Of a graph.
     *
     * @param message a {@code GraphDef}
     * @param config a {@code ConfigProto}
     */
    static NativeSession of(byte[] message, byte[] config) {
        NativeSession s = new NativeSession();
        return s.opened(config, "a graph that TensorFlow runs", (options, status) -> {
            s.importGraph(message, status);
            return TF_NewSession(s.graph, options, status);
        });
    }

    /**
     * Of a SavedModel, by TensorFlow's own loader.
     *
     * @param tags those of the graph
     * @param config a {@code ConfigProto}
     */
    static NativeSession saved(Path folder, List<String> tags, byte[] config) {
        NativeSession s = new NativeSession();
        String what = "a SavedModel that TensorFlow's own loader loads";
        return s.opened(config, what, (options, status) -> {
            try (PointerPointer<BytePointer> names = new PointerPointer<>(tags.toArray(String[]::new));
                    BytePointer path = new BytePointer(folder.toString())) {
                return TF_LoadSessionFromSavedModel(options, null, path, names, tags.size(), s.graph, null, status);
            }
        });
    }

    private NativeSession opened(byte[] config, String expected, Opening opening) {
        TF_Status status = TF_NewStatus();
        TF_SessionOptions options = TF_NewSessionOptions();
        boolean whole = false;
        try (BytePointer bytes = new BytePointer(Math.max(1, config.length))) {
            bytes.put(config);
            TF_SetConfig(options, bytes, config.length, status);
            check(status, expected);
            session = opening.open(options, status);
            check(status, expected);
            TF_DeviceList list = TF_SessionListDevices(session, status);
            check(status, expected);
            for (int i = 0; i < TF_DeviceListCount(list); i++) {
                devices.add(TF_DeviceListName(list, i, status).getString());
            }
            TF_DeleteDeviceList(list);
            whole = true;
            return this;
        } finally {
            TF_DeleteSessionOptions(options);
            TF_DeleteStatus(status);
            if (!whole) {
                free();
            }
        }
    }

    private void importGraph(byte[] message, TF_Status status) {
        TF_ImportGraphDefOptions options = TF_NewImportGraphDefOptions();
        try (BytePointer bytes = new BytePointer(message)) {
            TF_Buffer buffer = TF_NewBufferFromString(bytes, message.length);
            TF_GraphImportGraphDef(graph, buffer, options, status);
            TF_DeleteBuffer(buffer);
            check(status, "a graph that TensorFlow runs");
        } finally {
            TF_DeleteImportGraphDefOptions(options);
        }
    }

    /** What is called of it; see {@link NativeCall}. */
    NativeCall call(List<String> feeds, List<Tensor> shared, List<String> fetches) {
        enter();
        try {
            NativeCall call = new NativeCall(this, feeds, shared, fetches);
            synchronized (calls) {
                calls.add(call);
            }
            return call;
        } finally {
            leave();
        }
    }

    TF_Operation operation(String node) {
        TF_Operation op = TF_GraphOperationByName(graph, node);
        if (op == null || op.isNull()) {
            throw new IllegalStateException("tensorflow: expected a node of that name but was none, at " + node);
        }
        return op;
    }

    /** Runs nodes for their effect. */
    void initialize(List<String> nodes) {
        if (nodes.isEmpty()) {
            return;
        }
        TF_Status status = TF_NewStatus();
        try (PointerPointer<TF_Operation> targets = new PointerPointer<>(nodes.size())) {
            for (int i = 0; i < nodes.size(); i++) {
                targets.put(i, operation(nodes.get(i)));
            }
            TF_SessionRun(session, null, null, none(), 0, null, none(), 0, targets, nodes.size(), null, status);
            check(status, "tables that TensorFlow fills");
        } finally {
            TF_DeleteStatus(status);
        }
    }

    static PointerPointer<?> none() {
        return null;
    }

    /** The devices that the session may use, as TensorFlow names them. */
    List<String> devices() {
        return List.copyOf(devices);
    }

    /** Keeps the session open until {@link #leave}. */
    TF_Session enter() {
        lock.readLock().lock();
        if (session == null) {
            lock.readLock().unlock();
            throw new IllegalStateException("tensorflow: expected an open model but was closed");
        }
        return session;
    }

    void leave() {
        lock.readLock().unlock();
    }

    static void check(TF_Status status, String expected) {
        if (TF_GetCode(status) != 0) {
            String message = TF_Message(status).getString();
            throw new ShapeException("tensorflow: expected " + expected + " but was: "
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
        if (session != null && !session.isNull()) {
            TF_CloseSession(session, status);
            TF_DeleteSession(session, status);
        }
        session = null;
        TF_DeleteStatus(status);
        TF_DeleteGraph(graph);
        calls.forEach(NativeCall::free);
    }
}
