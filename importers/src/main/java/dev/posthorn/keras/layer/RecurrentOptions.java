package dev.posthorn.keras.layer;

import dev.posthorn.codec.Dialect;
import dev.posthorn.codec.FieldType;
import dev.posthorn.codec.Fields;

/**
 * What every recurrent layer is told about its loop.
 *
 * @param returnSequences whether the output is that of every step, else that of the last one
 * @param returnState whether the last states are further outputs
 * @param goBackwards whether the steps run from the end of the sequence; outputs stand in the order of the steps
 * @param stateful whether a call begins with the states that the call before ended with
 * @param unroll how the loop is made, which changes no result
 * @param zeroOutputForMask whether masked steps give zeros, else what the step before gave
 * @param timeMajor whether time is the first axis of input and output (Keras 2)
 */
public record RecurrentOptions(
        boolean returnSequences,
        boolean returnState,
        boolean goBackwards,
        boolean stateful,
        boolean unroll,
        boolean zeroOutputForMask,
        boolean timeMajor) {
    public static RecurrentOptions of(Fields<RecurrentOptions> f) {
        return new RecurrentOptions(
                f.of("return_sequences", FieldType.BOOL, RecurrentOptions::returnSequences, false),
                f.of("return_state", FieldType.BOOL, RecurrentOptions::returnState, false),
                f.of("go_backwards", FieldType.BOOL, RecurrentOptions::goBackwards, false),
                f.of("stateful", FieldType.BOOL, RecurrentOptions::stateful, false),
                f.of("unroll", FieldType.BOOL, RecurrentOptions::unroll, false),
                zeroOutputForMask(f),
                f.old("time_major", FieldType.BOOL, RecurrentOptions::timeMajor, false));
    }

    /** Keras 2 writes it only where it is true. */
    private static boolean zeroOutputForMask(Fields<RecurrentOptions> f) {
        String key = "zero_output_for_mask";
        return f.dialect() == Dialect.KERAS3
                ? f.of(key, FieldType.BOOL, RecurrentOptions::zeroOutputForMask, false)
                : Boolean.TRUE.equals(f.rare(key, FieldType.BOOL, o -> o.zeroOutputForMask() ? true : null));
    }

    /** The same loop the other way round. */
    public RecurrentOptions reversed() {
        return new RecurrentOptions(
                returnSequences, returnState, !goBackwards, stateful, unroll, zeroOutputForMask, timeMajor);
    }

    public RecurrentOptions withZeroOutputForMask(boolean zero) {
        return new RecurrentOptions(returnSequences, returnState, goBackwards, stateful, unroll, zero, timeMajor);
    }
}
