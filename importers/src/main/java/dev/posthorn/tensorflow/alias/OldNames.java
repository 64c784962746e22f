package dev.posthorn.tensorflow.alias;

import static dev.posthorn.tensorflow.TfOp.general;

import dev.posthorn.tensorflow.TfOp;
import java.util.List;
import java.util.Map;

/** Ops that mean what another op means, by names of older versions or of another place of computation. */
final class OldNames {
    private static final Map<String, String> NOW = Map.ofEntries(
            Map.entry("BatchCholesky", "Cholesky"),
            Map.entry("BatchCholeskyGrad", "CholeskyGrad"),
            Map.entry("BatchMatrixBandPart", "MatrixBandPart"),
            Map.entry("BatchMatrixDeterminant", "MatrixDeterminant"),
            Map.entry("BatchMatrixDiag", "MatrixDiag"),
            Map.entry("BatchMatrixDiagPart", "MatrixDiagPart"),
            Map.entry("BatchMatrixInverse", "MatrixInverse"),
            Map.entry("BatchFFT", "FFT"),
            Map.entry("BatchFFT2D", "FFT2D"),
            Map.entry("BatchFFT3D", "FFT3D"),
            Map.entry("BatchIFFT", "IFFT"),
            Map.entry("BatchIFFT2D", "IFFT2D"),
            Map.entry("BatchIFFT3D", "IFFT3D"),
            Map.entry("BatchMatrixSetDiag", "MatrixSetDiag"),
            Map.entry("BatchMatrixSolve", "MatrixSolve"),
            Map.entry("BatchMatrixSolveLs", "MatrixSolveLs"),
            Map.entry("BatchMatrixTriangularSolve", "MatrixTriangularSolve"),
            Map.entry("BatchSelfAdjointEig", "SelfAdjointEig"),
            Map.entry("BatchSelfAdjointEigV2", "SelfAdjointEigV2"),
            Map.entry("BatchSvd", "Svd"),
            Map.entry("Copy", "Identity"),
            Map.entry("CopyHost", "Identity"),
            Map.entry("DeepCopy", "Identity"),
            Map.entry("GuaranteeConst", "Identity"),
            Map.entry("InvGrad", "ReciprocalGrad"),
            Map.entry("RefIdentity", "Identity"),
            Map.entry("RefSelect", "Select"),
            Map.entry("ScatterNdNonAliasingAdd", "TensorScatterAdd"));

    static final List<TfOp> ALL = NOW.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(e -> general(e.getKey(), s -> TfOps.ALL.get(e.getValue()).read(s)))
            .toList();

    private OldNames() {}
}
