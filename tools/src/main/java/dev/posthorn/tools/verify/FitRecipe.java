package dev.posthorn.tools.verify;

import dev.posthorn.train.Fit;
import dev.posthorn.train.callback.Callback;
import dev.posthorn.train.callback.EarlyStopping;
import dev.posthorn.train.callback.LearningRateScheduler;
import dev.posthorn.train.callback.ReduceLROnPlateau;
import dev.posthorn.train.callback.SwapEMAWeights;
import dev.posthorn.train.callback.TerminateOnNaN;
import dev.posthorn.train.loss.Huber;
import dev.posthorn.train.loss.Loss;
import dev.posthorn.train.loss.LossOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * What a case of a training was made with that its files do not say, by the end of its id: arguments of {@code fit}, callbacks,
 * weights that do not decay, options of losses. The oracle's {@code training/fits.py} is the same table.
 *
 * @param excluded patterns of weights without decay
 * @param loss a loss of which Keras does not write everything
 * @param amplifies whether the training amplifies rounding: a change of a first weight by 1e-7 changes the last ones by more
 *     than 1e-2, in Keras too, so that they are compared only roughly
 */
record FitRecipe(
        UnaryOperator<Fit> fit,
        List<Supplier<Callback>> callbacks,
        List<String> excluded,
        Optional<Loss> loss,
        boolean amplifies) {
    private static final FitRecipe PLAIN =
            new FitRecipe(UnaryOperator.identity(), List.of(), List.of(), Optional.empty(), false);

    private static final Map<String, FitRecipe> BY_ID = Map.ofEntries(
            Map.entry("callback/early_stopping", with(() -> new EarlyStopping("val_loss", 2))),
            Map.entry(
                    "callback/early_stopping_restore",
                    with(() -> new EarlyStopping(EarlyStopping.Options.of("val_loss", 2)
                            .withRestoreBestWeights()
                            .withMinDelta(0.01)))),
            Map.entry(
                    "callback/reduce_lr",
                    with(() -> new ReduceLROnPlateau(ReduceLROnPlateau.Options.of("val_loss", 0.3, 1)
                            .withMinDelta(0.05)
                            .withMinLr(0.001)))),
            Map.entry(
                    "callback/lr_scheduler", with(() -> new LearningRateScheduler((epoch, now) -> 0.1 / (epoch + 1)))),
            Map.entry("callback/swap_ema", with(() -> new SwapEMAWeights(false))),
            Map.entry("callback/terminate_on_nan", with(TerminateOnNaN::new)),
            Map.entry("callback/validation_split", fit(f -> f.validationSplit(0.25))),
            Map.entry("callback/steps_per_epoch", fit(f -> f.stepsPerEpoch(3))),
            Map.entry("callback/initial_epoch", fit(f -> f.from(1))),
            Map.entry("callback/validation_freq", fit(f -> f.validationEvery(2, 0))),
            Map.entry(
                    "optimizer/adamw_exclude",
                    new FitRecipe(PLAIN.fit, List.of(), List.of("bias"), Optional.empty(), false)),
            Map.entry(
                    "loss/huber",
                    new FitRecipe(
                            PLAIN.fit,
                            List.of(),
                            List.of(),
                            Optional.of(new Huber(new LossOptions("huber_loss"), 0.5)),
                            false)),
            Map.entry("loss/mape", new FitRecipe(PLAIN.fit, List.of(), List.of(), Optional.empty(), true)));

    private static FitRecipe with(Supplier<Callback> callback) {
        return new FitRecipe(PLAIN.fit, List.of(callback), List.of(), Optional.empty(), false);
    }

    private static FitRecipe fit(UnaryOperator<Fit> change) {
        return new FitRecipe(change, List.of(), List.of(), Optional.empty(), false);
    }

    static FitRecipe of(String id) {
        return BY_ID.entrySet().stream()
                .filter(e -> id.endsWith("/fit/" + e.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(PLAIN);
    }
}
