package dev.posthorn.keras.operation;

import dev.posthorn.ir.Value;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * TensorFlow's convolutions: operations of Keras. Constraints: (C1) {@code strides} and {@code dilations} have one element,
 * one a spatial axis, or one an axis, then 1 for batch and channels; (C2) {@code padding} is a name; (C3) where
 * {@code output_shape} is given, it is the size that padding gives. Source: tensorflow/python/ops/nn_ops.py.
 */
final class TensorFlowConvolutions {
    private TensorFlowConvolutions() {}

    /** The functions by name. */
    static void addTo(Map<String, Operation> all) {
        for (String name : List.of("conv1d", "conv2d", "conv3d", "convolution", "atrous_conv2d")) {
            all.put("nn." + name, a -> convolution(a, "Conv", "filters"));
        }
        for (String name : List.of("conv1d_transpose", "conv2d_transpose", "conv3d_transpose", "conv_transpose")) {
            all.put("nn." + name, TensorFlowConvolutions::transposed);
        }
        all.put("nn.depthwise_conv2d", a -> convolution(a, "DepthwiseConv", "filter"));
        all.put("nn.separable_conv2d", a -> convolution(a, "SeparableConv", "depthwise_filter"));
    }

    private static List<Value> convolution(Arguments a, String operation, String filter) {
        return KerasOperations.find(operation).orElseThrow().apply(named(a, filter));
    }

    /** The arguments in Keras's words. */
    private static Arguments named(Arguments a, String filter) {
        Object input = a.raw("input", 0) == null ? a.raw("value", 0) : a.raw("input", 0);
        Arguments x = a.with("inputs", input);
        int n = x.tensor("inputs", 0).shape().rank() - 2;
        boolean first = a.string("data_format", "").startsWith("NC");
        if (!(a.option("padding") == null || a.option("padding") instanceof String)) {
            throw a.unsupported("padding " + a.option("padding"));
        }
        String strides = a.option("stride") == null ? "strides" : "stride";
        String dilation = a.option("rate") == null ? "dilations" : "rate";
        a.option("use_cudnn_on_gpu"); // how, not what
        String older = filter.replaceFirst("s$", "");
        Object kernel = a.raw(filter, 1) == null ? a.raw(older, 1) : a.raw(filter, 1);
        return x.with("kernel", kernel)
                .with("depthwise_kernel", kernel)
                .with("pointwise_kernel", a.raw("pointwise_filter", 2))
                .with("strides", a.option(strides) == null ? 1 : TensorFlowPooling.spatial(a, strides, n, first))
                .with(
                        "dilation_rate",
                        a.option(dilation) == null ? 1 : TensorFlowPooling.spatial(a, dilation, n, first))
                .with("padding", a.string("padding", "VALID").toLowerCase(Locale.ROOT))
                .with("data_format", first ? "channels_first" : "channels_last");
    }

    private static List<Value> transposed(Arguments a) {
        List<Value> y = KerasOperations.find("ConvTranspose").orElseThrow().apply(named(a, "filters"));
        List<?> wanted = a.option("output_shape") instanceof List<?> l ? l : List.of();
        int[] dims = y.get(0).shape().dims();
        for (int i = 1; i < wanted.size(); i++) {
            if (wanted.size() == dims.length
                    && wanted.get(i) instanceof Number size
                    && dims[i] >= 0
                    && size.intValue() != dims[i]) { // (C3)
                throw a.unsupported("output_shape " + wanted + " where padding gives "
                        + y.get(0).shape());
            }
        }
        return y;
    }
}
