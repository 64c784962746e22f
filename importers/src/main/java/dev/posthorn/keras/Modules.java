package dev.posthorn.keras;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The Python modules in which Keras 3 finds the classes that configurations name. Source: keras/src/ops. */
final class Modules {
    /** Of layers. */
    static final String LAYERS = "keras.layers";

    private static final String OPS = "keras.src.ops.";

    /** The operations' classes by module; all others are in {@code numpy}. */
    private static final Map<String, List<String>> OPERATIONS = Map.of(
            "core",
            names("AssociativeScan Cast Cond ConvertToTensor ForiLoop Map SaturateCast Scan Scatter ScatterUpdate Slice"
                    + " SliceUpdate StopGradient Switch Unstack VectorizedMap WhileLoop"),
            "einops",
            names("Rearrange"),
            "image",
            names(
                    "AffineTransform CropImages ElasticTransform ExtractPatches GaussianBlur HSVToRGB MapCoordinates"
                            + " PadImages PerspectiveTransform RGBToGrayscale RGBToHSV Resize SSIM ScaleAndTranslate SobelEdges"),
            "linalg",
            names("Cholesky CholeskyInverse Det Eig Eigh Inv JVP Lstsq LuFactor MatrixRank Norm Pinv Qr SVD Solve"
                    + " SolveTriangular"),
            "math",
            names(
                    "CDist Erf Erfc Erfinv ExtractSequences FFT FFT2 IFFT2 IRFFT ISTFT InTopK Logdet Logsumexp RFFT Rsqrt"
                            + " STFT SegmentMax SegmentMin SegmentProd SegmentReduction SegmentSum TopK ViewAsComplex ViewAsReal"),
            "nn",
            names("AdaptiveAveragePool AdaptiveMaxPool AveragePool BatchNorm BinaryCrossentropy CTCDecode CTCLoss"
                    + " CategoricalCrossentropy Celu Conv ConvTranspose DepthToSpace DepthwiseConv DotProductAttention"
                    + " Elu Fold Gelu Glu HardShrink HardSigmoid HardSilu HardTanh LayerNorm LeakyRelu LogSigmoid"
                    + " LogSoftmax MaxPool Moments MultiHot Normalize OneHot PSNR Polar RMSNorm Relu Relu6 Selu"
                    + " SeparableConv Sigmoid Silu SoftShrink Softmax Softplus Softsign SpaceToDepth"
                    + " SparseCategoricalCrossentropy SparsePlus SparseSigmoid Sparsemax Squareplus TanhShrink Threshold"
                    + " Unfold"));

    private Modules() {}

    private static List<String> names(String all) {
        return Arrays.asList(all.split(" "));
    }

    /** The module of an operation's class. */
    static String ofOperation(String className) {
        return OPS
                + OPERATIONS.entrySet().stream()
                        .filter(e -> e.getValue().contains(className))
                        .map(Map.Entry::getKey)
                        .findFirst()
                        .orElse("numpy");
    }
}
