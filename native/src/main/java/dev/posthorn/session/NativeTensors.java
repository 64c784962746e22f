package dev.posthorn.session;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_AllocateTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_Dim;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NumDims;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_StringCopy;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_StringDealloc;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_StringGetDataPointer;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_StringGetSize;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_StringInit;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorData;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorType;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.ir.TensorType;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;
import org.tensorflow.internal.c_api.TF_TString;
import org.tensorflow.internal.c_api.TF_Tensor;

/** Tensors of the Java heap as TensorFlow's, and back: one copy each way, in bulk. */
final class NativeTensors {
    /** Bytes of a {@code TF_TString}. */
    private static final int STRING = 24;

    private NativeTensors() {}

    /** A copy, which {@link #delete} frees. */
    static TF_Tensor of(Tensor t) {
        int n = t.size();
        long bytes = (long) n * (t.dtype() == DType.STRING ? STRING : t.dtype().bytes());
        long[] dims = Arrays.stream(t.shape().dims()).asLongStream().toArray();
        TF_Tensor to = TF_AllocateTensor(t.dtype().tensorflow(), dims, dims.length, bytes);
        if (to == null || to.isNull()) {
            throw new OutOfMemoryError(
                    "tensorflow: expected " + bytes + " bytes for " + t.type() + " but there are not");
        }
        if (n > 0) {
            write(t, TF_TensorData(to));
        }
        return to;
    }

    private static void write(Tensor t, Pointer to) {
        Object data = t.data();
        if (data instanceof float[] a) {
            new FloatPointer(to).put(a);
        } else if (data instanceof double[] a) {
            new DoublePointer(to).put(a);
        } else if (data instanceof int[] a) {
            new IntPointer(to).put(a);
        } else if (data instanceof long[] a) {
            new LongPointer(to).put(a);
        } else if (data instanceof short[] a) {
            new ShortPointer(to).put(a);
        } else if (data instanceof byte[] a) {
            new BytePointer(to).put(a);
        } else {
            TF_TString strings = new TF_TString(to);
            byte[][] all = t.byteStrings();
            for (int i = 0; i < all.length; i++) {
                TF_TString s = strings.getPointer(i);
                TF_StringInit(s);
                try (BytePointer text = new BytePointer(Math.max(1, all[i].length))) {
                    text.put(all[i]);
                    TF_StringCopy(s, text, all[i].length);
                }
            }
        }
    }

    /** Frees a tensor that {@link #of} made. */
    static void delete(TF_Tensor t, Tensor from) {
        if (from.dtype() == DType.STRING && from.size() > 0) {
            TF_TString strings = new TF_TString(TF_TensorData(t));
            for (int i = 0; i < from.size(); i++) {
                TF_StringDealloc(strings.getPointer(i));
            }
        }
        TF_DeleteTensor(t);
    }

    /** A copy of what TensorFlow gave. */
    static Tensor read(TF_Tensor t) {
        int[] dims = new int[TF_NumDims(t)];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = Math.toIntExact(TF_Dim(t, i));
        }
        int number = TF_TensorType(t);
        DType dtype = DType.ofTensorflow(number)
                .orElseThrow(() -> new IllegalStateException(
                        "tensorflow: expected a type that tensors of Posthorn have but was number " + number));
        Tensor to = Tensor.zeros(new TensorType(dtype, Shape.of(dims)));
        if (to.size() > 0) {
            read(TF_TensorData(t), to);
        }
        return to;
    }

    private static void read(Pointer from, Tensor to) {
        Object data = to.data();
        if (data instanceof float[] a) {
            new FloatPointer(from).get(a);
        } else if (data instanceof double[] a) {
            new DoublePointer(from).get(a);
        } else if (data instanceof int[] a) {
            new IntPointer(from).get(a);
        } else if (data instanceof long[] a) {
            new LongPointer(from).get(a);
        } else if (data instanceof short[] a) {
            new ShortPointer(from).get(a);
        } else if (data instanceof byte[] a) {
            new BytePointer(from).get(a);
        } else {
            TF_TString strings = new TF_TString(from);
            byte[][] all = to.byteStrings();
            for (int i = 0; i < all.length; i++) {
                TF_TString s = strings.getPointer(i);
                all[i] = new byte[Math.toIntExact(TF_StringGetSize(s))];
                TF_StringGetDataPointer(s).get(all[i]);
            }
        }
    }
}
