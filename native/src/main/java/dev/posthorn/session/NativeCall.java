package dev.posthorn.session;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteStatus;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewStatus;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SessionRun;

import dev.posthorn.ir.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.tensorflow.internal.c_api.TF_Output;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.TF_Tensor;

/** What is called of a session: which tensors are given, which are taken. Freed with its session; thread-safe. */
final class NativeCall {
    private final NativeSession owner;
    private final List<Tensor> shared;
    private final int given;
    private final int results;
    private final TF_Output feeds;
    private final TF_Output fetches;
    private final TF_Tensor[] held;

    /**
     * Prepares.
     *
     * @param feeds the tensors that a call gives first and then those that all calls share
     * @param shared what the last of them are in all calls
     * @param fetches the tensors that a call takes
     */
    NativeCall(NativeSession owner, List<String> feeds, List<Tensor> shared, List<String> fetches) {
        this.owner = owner;
        this.shared = List.copyOf(shared);
        this.given = feeds.size() - shared.size();
        this.results = fetches.size();
        this.feeds = places(feeds);
        this.fetches = places(fetches);
        this.held = new TF_Tensor[shared.size()];
        for (int i = 0; i < held.length; i++) {
            held[i] = NativeTensors.of(shared.get(i));
        }
    }

    private TF_Output places(List<String> tensors) {
        TF_Output all = new TF_Output(Math.max(1, tensors.size()));
        for (int i = 0; i < tensors.size(); i++) {
            String name = tensors.get(i);
            int colon = name.lastIndexOf(':');
            String node = colon < 0 ? name : name.substring(0, colon);
            int index = colon < 0 ? 0 : Integer.parseInt(name.substring(colon + 1));
            all.position(i).oper(owner.operation(node)).index(index);
        }
        return all.position(0);
    }

    /** One call. */
    List<Tensor> run(List<Tensor> inputs) {
        if (inputs.size() != given) {
            throw new IllegalArgumentException("tensorflow: expected " + given + " inputs but was " + inputs.size());
        }
        TF_Session session = owner.enter();
        List<TF_Tensor> own = new ArrayList<>();
        try (PointerPointer<Pointer> in = new PointerPointer<>(Math.max(1, given + held.length));
                PointerPointer<TF_Tensor> out = new PointerPointer<>(Math.max(1, results))) {
            for (Tensor t : inputs) {
                own.add(NativeTensors.of(t));
                in.put(own.size() - 1, own.get(own.size() - 1));
            }
            for (int i = 0; i < held.length; i++) {
                in.put(given + i, held[i]);
            }
            return run(session, in, out);
        } finally {
            for (int i = 0; i < own.size(); i++) {
                NativeTensors.delete(own.get(i), inputs.get(i));
            }
            owner.leave();
        }
    }

    private List<Tensor> run(TF_Session session, PointerPointer<Pointer> in, PointerPointer<TF_Tensor> out) {
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
                    NativeSession.none(),
                    0,
                    null,
                    status);
            NativeSession.check(status, "a graph that TensorFlow runs");
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

    /** Frees what is held; the session does it. */
    void free() {
        for (int i = 0; i < held.length; i++) {
            if (held[i] != null) {
                NativeTensors.delete(held[i], shared.get(i));
            }
        }
        feeds.close();
        fetches.close();
    }
}
