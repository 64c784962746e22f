package dev.posthorn.train;

import dev.posthorn.model.Model;
import dev.posthorn.train.data.Dataset;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a model is trained. Source: keras/src/trainers/trainer.py (fit).
 *
 * @param epochs the number of the last epoch
 * @param initialEpoch the number of the first one, from 0
 * @param batchSize rows a batch
 * @param seed decides the order of the rows in each epoch; absent for the order that they are in
 * @param stepsPerEpoch batches an epoch; absent for all that the data has
 * @param validation data that is evaluated at the end of epochs
 * @param validationSplit what part of the rows, at the end of the data, is not trained on but evaluated
 * @param validationSteps batches of a validation; absent for all
 * @param validationFreq after how many epochs there is a validation
 * @param validationBatchSize rows a batch of validations; 0 for the same as in training
 * @param classWeights how much the rows of a class count
 */
public record Fit(
        int epochs,
        int initialEpoch,
        int batchSize,
        OptionalLong seed,
        OptionalLong stepsPerEpoch,
        Optional<Dataset> validation,
        double validationSplit,
        OptionalLong validationSteps,
        int validationFreq,
        int validationBatchSize,
        Map<Integer, Double> classWeights) {
    public Fit {
        classWeights = Map.copyOf(classWeights);
        if (epochs < 0 || initialEpoch < 0 || batchSize <= 0 || validationFreq <= 0 || validationBatchSize < 0) {
            throw new IllegalArgumentException("fit: expected positive numbers but was epochs " + epochs
                    + ", initial epoch " + initialEpoch + ", batch size " + batchSize + ", validation frequency "
                    + validationFreq + ", validation batch size " + validationBatchSize);
        }
        if (!(validationSplit >= 0 && validationSplit < 1)) {
            throw new IllegalArgumentException(
                    "fit: expected a validation split from 0 to below 1 but was " + validationSplit);
        }
        if (stepsPerEpoch.isPresent() && stepsPerEpoch.getAsLong() <= 0
                || validationSteps.isPresent() && validationSteps.getAsLong() <= 0) {
            throw new IllegalArgumentException(
                    "fit: expected positive steps but was " + stepsPerEpoch + ", " + validationSteps);
        }
    }

    /** So many epochs, in batches of {@value Model#BATCH_SIZE}, shuffled by the seed 0. */
    public static Fit epochs(int epochs) {
        return new Fit(
                epochs,
                0,
                Model.BATCH_SIZE,
                OptionalLong.of(0),
                OptionalLong.empty(),
                Optional.empty(),
                0,
                OptionalLong.empty(),
                1,
                0,
                Map.of());
    }

    public Fit from(int epoch) {
        return new Fit(
                epochs,
                epoch,
                batchSize,
                seed,
                stepsPerEpoch,
                validation,
                validationSplit,
                validationSteps,
                validationFreq,
                validationBatchSize,
                classWeights);
    }

    public Fit batchSize(int rows) {
        return new Fit(
                epochs,
                initialEpoch,
                rows,
                seed,
                stepsPerEpoch,
                validation,
                validationSplit,
                validationSteps,
                validationFreq,
                validationBatchSize,
                classWeights);
    }

    public Fit shuffle(long bySeed) {
        return new Fit(
                epochs,
                initialEpoch,
                batchSize,
                OptionalLong.of(bySeed),
                stepsPerEpoch,
                validation,
                validationSplit,
                validationSteps,
                validationFreq,
                validationBatchSize,
                classWeights);
    }

    /** The rows in the order that they are in. */
    public Fit inOrder() {
        return new Fit(
                epochs,
                initialEpoch,
                batchSize,
                OptionalLong.empty(),
                stepsPerEpoch,
                validation,
                validationSplit,
                validationSteps,
                validationFreq,
                validationBatchSize,
                classWeights);
    }

    public Fit stepsPerEpoch(long steps) {
        return new Fit(
                epochs,
                initialEpoch,
                batchSize,
                seed,
                OptionalLong.of(steps),
                validation,
                validationSplit,
                validationSteps,
                validationFreq,
                validationBatchSize,
                classWeights);
    }

    public Fit validation(Dataset data) {
        return new Fit(
                epochs,
                initialEpoch,
                batchSize,
                seed,
                stepsPerEpoch,
                Optional.of(data),
                0,
                validationSteps,
                validationFreq,
                validationBatchSize,
                classWeights);
    }

    public Fit validationSplit(double part) {
        return new Fit(
                epochs,
                initialEpoch,
                batchSize,
                seed,
                stepsPerEpoch,
                Optional.empty(),
                part,
                validationSteps,
                validationFreq,
                validationBatchSize,
                classWeights);
    }

    public Fit validationSteps(long steps) {
        return new Fit(
                epochs,
                initialEpoch,
                batchSize,
                seed,
                stepsPerEpoch,
                validation,
                validationSplit,
                OptionalLong.of(steps),
                validationFreq,
                validationBatchSize,
                classWeights);
    }

    /** A validation every so many epochs, in batches of so many rows (0: as in training). */
    public Fit validationEvery(int epochsEach, int rows) {
        return new Fit(
                epochs,
                initialEpoch,
                batchSize,
                seed,
                stepsPerEpoch,
                validation,
                validationSplit,
                validationSteps,
                epochsEach,
                rows,
                classWeights);
    }

    public Fit classWeights(Map<Integer, Double> weights) {
        return new Fit(
                epochs,
                initialEpoch,
                batchSize,
                seed,
                stepsPerEpoch,
                validation,
                validationSplit,
                validationSteps,
                validationFreq,
                validationBatchSize,
                weights);
    }
}
