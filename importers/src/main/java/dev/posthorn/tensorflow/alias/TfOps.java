package dev.posthorn.tensorflow.alias;

import dev.posthorn.tensorflow.TfOp;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every op of TensorFlow that is read, by name. */
public final class TfOps {
    /** The ops; a family a line. */
    public static final Map<String, TfOp> ALL = byName(
            Elementwise.ALL,
            Logic.ALL,
            Shapes.ALL,
            Joining.ALL,
            Indexing.ALL,
            Reductions.ALL,
            Products.ALL,
            Convolutions.ALL,
            Normalisation.ALL,
            Control.ALL,
            Control.REPORTS,
            StateOps.ALL,
            StateOps.SCATTERS,
            Tables.ALL,
            Lists.ALL,
            TensorArrays.ALL,
            Diagonals.ALL,
            Segments.ALL,
            Resizing.ALL,
            Randoms.ALL,
            Strings.ALL,
            Audio.ALL,
            Texts.ALL,
            ImageFiles.ALL,
            Examples.ALL,
            Sets.ALL,
            Crosses.ALL,
            Serialised.ALL,
            Sparses.ALL,
            SparseReductions.ALL,
            Raggeds.ALL,
            Counts.ALL,
            Detection.ALL,
            Patches.ALL,
            Matrices.ALL,
            Partitions.ALL,
            Sorting.ALL,
            Images.ALL,
            Quantisation.ALL,
            Bits.ALL,
            SpecialOps.ALL,
            Spectra.ALL,
            Derivatives.ALL,
            Pools.ALL,
            Blocks.ALL,
            FusedOps.ALL,
            Quantised.ALL,
            QuantisedLayers.ALL,
            Decoders.ALL,
            Solvers.ALL,
            Further.ALL,
            StatefulRandoms.ALL,
            RandomCrops.ALL,
            Generators.ALL,
            UniformCodes.ALL,
            TrainingSteps.ALL,
            CudnnLayers.ALL,
            Glimpses.ALL,
            FractionalPools.ALL,
            Candidates.ALL,
            OldNames.ALL);

    /** Ops that are run for what they do to the state, needed or not. */
    private static final Set<String> EFFECTS = Set.of(
            "Assign",
            "AssignAdd",
            "AssignSub",
            "AssignVariableOp",
            "AssignAddVariableOp",
            "AssignSubVariableOp",
            "InitializeTableV2",
            "InitializeTableFromTextFileV2",
            "LookupTableImportV2",
            "LookupTableInsertV2",
            "LookupTableRemoveV2",
            "ResourceStridedSliceAssign",
            "StridedSliceAssign",
            "RngReadAndSkip",
            "RngSkip",
            "StatefulUniform",
            "StatefulUniformInt",
            "StatefulUniformFullInt",
            "StatefulStandardNormalV2",
            "StatefulTruncatedNormal");

    private static final Set<String> STEPS = Stream.concat(StateOps.SCATTERS.stream(), TrainingSteps.ALL.stream())
            .map(TfOp::name)
            .collect(Collectors.toUnmodifiableSet());

    /** Ops that go on with a sequence of random numbers. */
    private static final Set<String> DRAWING = Set.of(
            "RandomUniform",
            "RandomStandardNormal",
            "TruncatedNormal",
            "RandomUniformInt",
            "Multinomial",
            "RandomShuffle",
            "RandomGamma",
            "RandomPoisson",
            "RandomPoissonV2",
            "RandomCrop",
            "ExtractGlimpse",
            "ExtractGlimpseV2",
            "FractionalMaxPool",
            "FractionalAvgPool",
            "AllCandidateSampler",
            "UniformCandidateSampler",
            "LogUniformCandidateSampler",
            "SampleDistortedBoundingBox",
            "SampleDistortedBoundingBoxV2");

    private TfOps() {}

    @SafeVarargs
    private static Map<String, TfOp> byName(List<TfOp>... families) {
        Map<String, TfOp> all = new LinkedHashMap<>();
        for (List<TfOp> family : families) {
            for (TfOp op : family) {
                if (all.put(op.name(), op) != null) {
                    throw new IllegalStateException("ops: expected each once but was twice " + op.name());
                }
            }
        }
        return Collections.unmodifiableMap(all);
    }

    /** Whether the op has a state of its own: how much it has drawn. */
    public static boolean draws(String op) {
        return DRAWING.contains(op);
    }

    /** Whether the op changes the state: functions run it even where nothing needs its outputs. */
    public static boolean hasEffect(String op) {
        return EFFECTS.contains(op) || STEPS.contains(op);
    }
}
