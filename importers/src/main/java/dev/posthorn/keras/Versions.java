package dev.posthorn.keras;

import dev.posthorn.codec.Dialect;
import dev.posthorn.keras.operation.OperationLayer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Which layers the versions of Keras have. Source: keras/layers/__init__.py of Keras 2.15, keras/src/layers/__init__.py. */
final class Versions {
    private static final Set<String> KERAS_2 = new HashSet<>(Arrays.asList(
            ("Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention Average AveragePooling1D"
                            + " AveragePooling2D AveragePooling3D BatchNormalization Bidirectional CategoryEncoding CenterCrop"
                            + " Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D"
                            + " ConvLSTM2D ConvLSTM3D Cropping1D Cropping2D Cropping3D CuDNNGRU CuDNNLSTM Dense"
                            + " DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU EinsumDense Embedding Flatten"
                            + " Functional GRU GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D"
                            + " GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D"
                            + " GlobalMaxPooling3D GroupNormalization HashedCrossing Hashing Identity InputLayer"
                            + " IntegerLookup LSTM LSTMCell Lambda LayerNormalization LeakyReLU Masking MaxPooling1D"
                            + " MaxPooling2D MaxPooling3D Maximum Minimum Model MultiHeadAttention Multiply Normalization PReLU"
                            + " Permute RNN RandomFourierFeatures SyncBatchNormalization RandomBrightness RandomContrast RandomCrop RandomFlip RandomHeight RandomRotation"
                            + " RandomTranslation RandomWidth RandomZoom ReLU RepeatVector Rescaling Reshape Resizing"
                            + " SeparableConv1D SeparableConv2D Sequential SimpleRNN SimpleRNNCell SlicingOpLambda Softmax"
                            + " SpatialDropout1D SpatialDropout2D SpatialDropout3D SpectralNormalization StackedRNNCells"
                            + " StringLookup Subtract TFOpLambda TensorFlowOpLayer TextVectorization ThresholdedReLU TimeDistributed"
                            + " UnitNormalization UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D"
                            + " ZeroPadding3D")
                    .split(" ")));

    private Versions() {}

    /** Layers of Keras 2 that Keras 3 no longer has. */
    private static final Set<String> NOT_IN_KERAS_3 = Set.of(
            "CuDNNGRU",
            "CuDNNLSTM",
            "RandomFourierFeatures",
            "RandomHeight",
            "RandomWidth",
            "SlicingOpLambda",
            "SyncBatchNormalization",
            "TFOpLambda",
            "TensorFlowOpLayer",
            "ThresholdedReLU");

    /** Why a version of Keras cannot have a layer; empty where it can. */
    static Optional<String> refusal(Layer layer, Dialect dialect) {
        boolean keras3 = dialect == Dialect.KERAS3;
        String name = layer.className();
        if (layer instanceof OperationLayer) {
            return keras3
                    ? Optional.empty()
                    : Optional.of("operation " + name + " as a layer, which Keras 2 does not have");
        }
        boolean custom = KerasLayers.codec(name).isEmpty();
        boolean has = custom || (keras3 ? !NOT_IN_KERAS_3.contains(name) : KERAS_2.contains(name));
        return has
                ? Optional.empty()
                : Optional.of("layer " + name + ", which " + (keras3 ? "Keras 3" : "Keras 2") + " does not have");
    }
}
