package dev.posthorn.keras;

import dev.posthorn.codec.Codec;
import dev.posthorn.codec.Dialect;
import dev.posthorn.ir.op.Pool;
import dev.posthorn.ir.op.Reduce;
import dev.posthorn.keras.layer.Activation;
import dev.posthorn.keras.layer.ActivityRegularization;
import dev.posthorn.keras.layer.AdaptivePooling;
import dev.posthorn.keras.layer.AlphaDropout;
import dev.posthorn.keras.layer.Attention;
import dev.posthorn.keras.layer.BatchNormalization;
import dev.posthorn.keras.layer.BatchStatisticsNormalization;
import dev.posthorn.keras.layer.Bidirectional;
import dev.posthorn.keras.layer.CategoryEncoding;
import dev.posthorn.keras.layer.CenterCrop;
import dev.posthorn.keras.layer.Concatenate;
import dev.posthorn.keras.layer.Conv;
import dev.posthorn.keras.layer.ConvLSTM;
import dev.posthorn.keras.layer.ConvTranspose;
import dev.posthorn.keras.layer.CosineMerge;
import dev.posthorn.keras.layer.Cropping;
import dev.posthorn.keras.layer.CuDNNGRU;
import dev.posthorn.keras.layer.CuDNNLSTM;
import dev.posthorn.keras.layer.CustomScaleLayer;
import dev.posthorn.keras.layer.Dense;
import dev.posthorn.keras.layer.DepthwiseConv;
import dev.posthorn.keras.layer.Discretization;
import dev.posthorn.keras.layer.Dot;
import dev.posthorn.keras.layer.Dropout;
import dev.posthorn.keras.layer.ELU;
import dev.posthorn.keras.layer.EinsumDense;
import dev.posthorn.keras.layer.Embedding;
import dev.posthorn.keras.layer.Flatten;
import dev.posthorn.keras.layer.GRU;
import dev.posthorn.keras.layer.GRUCell;
import dev.posthorn.keras.layer.GaussianDropout;
import dev.posthorn.keras.layer.GaussianNoise;
import dev.posthorn.keras.layer.GlobalPooling;
import dev.posthorn.keras.layer.GroupNormalization;
import dev.posthorn.keras.layer.GroupQueryAttention;
import dev.posthorn.keras.layer.HashedCrossing;
import dev.posthorn.keras.layer.Hashing;
import dev.posthorn.keras.layer.Highway;
import dev.posthorn.keras.layer.Identity;
import dev.posthorn.keras.layer.InputLayer;
import dev.posthorn.keras.layer.IntegerLookup;
import dev.posthorn.keras.layer.LSTM;
import dev.posthorn.keras.layer.LSTMCell;
import dev.posthorn.keras.layer.LayerNormalization;
import dev.posthorn.keras.layer.LayerScale;
import dev.posthorn.keras.layer.LeakyReLU;
import dev.posthorn.keras.layer.LocallyConnected;
import dev.posthorn.keras.layer.Masking;
import dev.posthorn.keras.layer.MaxoutDense;
import dev.posthorn.keras.layer.MelSpectrogram;
import dev.posthorn.keras.layer.Merge;
import dev.posthorn.keras.layer.MultiHeadAttention;
import dev.posthorn.keras.layer.Normalization;
import dev.posthorn.keras.layer.PReLU;
import dev.posthorn.keras.layer.ParametricSoftplus;
import dev.posthorn.keras.layer.Permute;
import dev.posthorn.keras.layer.Pipeline;
import dev.posthorn.keras.layer.Pooling;
import dev.posthorn.keras.layer.RMSNormalization;
import dev.posthorn.keras.layer.RNN;
import dev.posthorn.keras.layer.RandomFourierFeatures;
import dev.posthorn.keras.layer.ReLU;
import dev.posthorn.keras.layer.RepeatVector;
import dev.posthorn.keras.layer.Rescaling;
import dev.posthorn.keras.layer.Reshape;
import dev.posthorn.keras.layer.Resizing;
import dev.posthorn.keras.layer.ReversibleEmbedding;
import dev.posthorn.keras.layer.SReLU;
import dev.posthorn.keras.layer.STFTSpectrogram;
import dev.posthorn.keras.layer.SampleNormalization;
import dev.posthorn.keras.layer.SeparableConv;
import dev.posthorn.keras.layer.SimpleRNN;
import dev.posthorn.keras.layer.SimpleRNNCell;
import dev.posthorn.keras.layer.Softmax;
import dev.posthorn.keras.layer.SpatialDropout;
import dev.posthorn.keras.layer.SpectralNormalization;
import dev.posthorn.keras.layer.StackedRNNCells;
import dev.posthorn.keras.layer.StringLookup;
import dev.posthorn.keras.layer.TextVectorization;
import dev.posthorn.keras.layer.ThresholdedReLU;
import dev.posthorn.keras.layer.TimeDistributed;
import dev.posthorn.keras.layer.UnitNormalization;
import dev.posthorn.keras.layer.UpSampling;
import dev.posthorn.keras.layer.ZeroPadding;
import dev.posthorn.keras.operation.TFOpLambda;
import dev.posthorn.keras.operation.TensorFlowOpLayer;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every layer there is, one line each, by its class name. */
public final class KerasLayers {
    private static final List<Codec<? extends Layer>> OTHERS = List.of(
            Activation.CODEC,
            ActivityRegularization.CODEC,
            AdaptivePooling.codec(Pool.Fn.AVG, 1),
            AdaptivePooling.codec(Pool.Fn.AVG, 2),
            AdaptivePooling.codec(Pool.Fn.AVG, 3),
            AdaptivePooling.codec(Pool.Fn.MAX, 1),
            AdaptivePooling.codec(Pool.Fn.MAX, 2),
            AdaptivePooling.codec(Pool.Fn.MAX, 3),
            Merge.codec(Merge.Fn.ADD),
            Attention.ADDITIVE,
            AlphaDropout.CODEC,
            Attention.CODEC,
            Merge.codec(Merge.Fn.AVERAGE),
            Pooling.codec(Pool.Fn.AVG, 1),
            Pooling.codec(Pool.Fn.AVG, 2),
            Pooling.codec(Pool.Fn.AVG, 3),
            BatchNormalization.codec("BatchNormalization"),
            BatchNormalization.codec("BatchNormalizationV1"),
            BatchNormalization.codec("BatchNormalizationV2"),
            BatchNormalization.codec("SyncBatchNormalization"),
            BatchStatisticsNormalization.CODEC,
            Bidirectional.CODEC,
            CategoryEncoding.CODEC,
            CenterCrop.CODEC,
            Concatenate.CODEC,
            Conv.codec(1),
            ConvTranspose.codec(1),
            Conv.codec(2),
            ConvTranspose.codec(2),
            Conv.codec(3),
            ConvTranspose.codec(3),
            ConvLSTM.codec(1),
            ConvLSTM.codec(2),
            ConvLSTM.codec(3),
            Cropping.codec(1),
            Cropping.codec(2),
            Cropping.codec(3),
            CosineMerge.CODEC,
            CuDNNGRU.CODEC,
            CuDNNLSTM.CODEC,
            CustomScaleLayer.CODEC,
            Dense.CODEC,
            DepthwiseConv.codec(1),
            DepthwiseConv.codec(2),
            Discretization.CODEC,
            Dot.CODEC,
            Dropout.CODEC,
            ELU.CODEC,
            EinsumDense.CODEC,
            Embedding.CODEC,
            Flatten.CODEC,
            GRU.CODEC,
            GRUCell.CODEC,
            GaussianDropout.CODEC,
            GaussianNoise.CODEC,
            GlobalPooling.codec(Reduce.Fn.MEAN, 1),
            GlobalPooling.codec(Reduce.Fn.MEAN, 2),
            GlobalPooling.codec(Reduce.Fn.MEAN, 3),
            GlobalPooling.codec(Reduce.Fn.MAX, 1),
            GlobalPooling.codec(Reduce.Fn.MAX, 2),
            GlobalPooling.codec(Reduce.Fn.MAX, 3),
            GroupNormalization.CODEC,
            GroupQueryAttention.codec("GroupQueryAttention"),
            GroupQueryAttention.codec("GroupedQueryAttention"),
            Hashing.CODEC,
            Highway.CODEC,
            HashedCrossing.CODEC,
            Identity.CODEC,
            InputLayer.CODEC,
            IntegerLookup.CODEC,
            LSTM.CODEC,
            LSTMCell.CODEC,
            LayerNormalization.CODEC,
            LayerScale.CODEC,
            LeakyReLU.CODEC,
            LocallyConnected.codec(1),
            LocallyConnected.codec(2),
            Masking.CODEC,
            Pooling.codec(Pool.Fn.MAX, 1),
            Pooling.codec(Pool.Fn.MAX, 2),
            Pooling.codec(Pool.Fn.MAX, 3),
            Merge.codec(Merge.Fn.MAXIMUM),
            MaxoutDense.CODEC,
            MelSpectrogram.CODEC,
            Merge.codec(Merge.Fn.MINIMUM),
            MultiHeadAttention.CODEC,
            Merge.codec(Merge.Fn.MULTIPLY),
            Normalization.CODEC,
            PReLU.CODEC,
            ParametricSoftplus.CODEC,
            Permute.CODEC,
            Pipeline.CODEC,
            RMSNormalization.CODEC,
            RNN.CODEC,
            ReLU.CODEC,
            RandomFourierFeatures.CODEC,
            RepeatVector.CODEC,
            Rescaling.CODEC,
            Reshape.CODEC,
            Resizing.CODEC,
            ReversibleEmbedding.CODEC,
            SReLU.CODEC,
            STFTSpectrogram.CODEC,
            SampleNormalization.CODEC,
            SeparableConv.codec(1),
            SeparableConv.codec(2),
            SimpleRNN.CODEC,
            SimpleRNNCell.CODEC,
            Softmax.CODEC,
            SpatialDropout.codec(1),
            SpatialDropout.codec(2),
            SpatialDropout.codec(3),
            SpectralNormalization.CODEC,
            TFOpLambda.codec("SlicingOpLambda"),
            StackedRNNCells.CODEC,
            StringLookup.CODEC,
            Merge.codec(Merge.Fn.SUBTRACT),
            TFOpLambda.codec("TFOpLambda"),
            TensorFlowOpLayer.CODEC,
            TextVectorization.CODEC,
            ThresholdedReLU.CODEC,
            TimeDistributed.CODEC,
            UnitNormalization.CODEC,
            UpSampling.codec(1),
            UpSampling.codec(2),
            UpSampling.codec(3),
            ZeroPadding.codec(1),
            ZeroPadding.codec(2),
            ZeroPadding.codec(3));

    public static final List<Codec<? extends Layer>> ALL =
            Stream.concat(OTHERS.stream(), PictureLayers.ALL.stream()).toList();

    private static final Map<String, Codec<? extends Layer>> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(Codec::name, Function.identity()));

    private KerasLayers() {}

    /** The codec of the layer class of that name. */
    public static Optional<Codec<? extends Layer>> codec(String className) {
        return Optional.ofNullable(BY_NAME.get(className));
    }

    /** A layer of Keras by its class name and its configuration as Keras 3 writes it; absent keys have their defaults. */
    public static Layer of(String className, Map<String, ?> config) {
        return of(className, config, Dialect.KERAS3);
    }

    /** The same of a configuration as another Keras writes it. */
    static Layer of(String className, Map<String, ?> config, Dialect dialect) {
        Codec<? extends Layer> codec = codec(className)
                .orElseThrow(() ->
                        new IllegalArgumentException("layer: expected a class of Keras but was '" + className + "'"));
        Codec.Decoded<? extends Layer> decoded = codec.decode(config, dialect, className);
        if (!decoded.unknown().isEmpty()) {
            throw new IllegalArgumentException(className + ": expected keys that it has but was "
                    + decoded.unknown().keySet());
        }
        return decoded.value();
    }

    /** The supported class whose name is most like this one, if any is alike. */
    static Optional<String> nearest(String className) {
        return BY_NAME.keySet().stream()
                .filter(n -> distance(n, className) <= Math.max(2, className.length() / 4))
                .min(Comparator.comparingInt((String n) -> distance(n, className))
                        .thenComparing(n -> n));
    }

    /** The number of letters to insert, delete or replace to make one word of the other. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replace, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
