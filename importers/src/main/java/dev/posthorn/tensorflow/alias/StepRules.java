package dev.posthorn.tensorflow.alias;

import dev.posthorn.ir.Builder;
import dev.posthorn.ir.Value;
import dev.posthorn.ir.op.Binary;
import dev.posthorn.ir.op.Compare;
import dev.posthorn.ir.op.Unary;
import dev.posthorn.tensorflow.Attributes;
import java.util.List;

/**
 * What each rule of training makes of a variable, its slots and a gradient. Source:
 * tensorflow/core/kernels/training_ops.cc.
 */
final class StepRules {
    /** A step; {@code states} are the variable and its slots, {@code set} the settings in their order. */
    @FunctionalInterface
    interface Step {
        List<Value> of(Builder b, Attributes a, List<Value> states, Value gradient, List<Value> set);
    }

    /**
     * A rule.
     *
     * @param states the variable and its slots
     * @param place the gradient's among the settings; -1 for the last
     * @param sparse whether there is one for rows
     * @param resourceOnly whether there is none for variables of TensorFlow 1
     */
    record Rule(String name, int states, int place, boolean sparse, boolean resourceOnly, Step step) {
        int gradientAt(int count) {
            return place < 0 ? count - 1 : place;
        }
    }

    static final List<Rule> ALL = List.of(
            new Rule("GradientDescent", 1, -1, false, false, StepRules::descent),
            new Rule("ProximalGradientDescent", 1, -1, true, false, (b, a, v, g, set) -> {
                Value moved = b.minus(v.get(0), b.times(g, set.get(0)));
                return List.of(shrunk(b, moved, set.get(0), set.get(1), set.get(2)));
            }),
            new Rule("Adadelta", 3, -1, true, false, StepRules::adadelta),
            new Rule("Adagrad", 2, 1, true, false, StepRules::adagrad),
            new Rule("AdagradV2", 2, 2, true, false, StepRules::adagradV2),
            new Rule("ProximalAdagrad", 2, -1, true, false, StepRules::proximalAdagrad),
            new Rule("AdagradDA", 3, 0, true, false, StepRules::dualAveraging),
            new Rule("Ftrl", 3, 0, true, false, StepRules::ftrl),
            new Rule("FtrlV2", 3, 0, true, false, StepRules::ftrl),
            new Rule("Momentum", 2, 1, true, false, StepRules::momentum),
            new Rule("KerasMomentum", 2, 1, true, true, StepRules::kerasMomentum),
            new Rule("Adam", 3, -1, false, false, StepRules::adam),
            new Rule("AdamWithAmsgrad", 4, -1, false, true, StepRules::adam),
            new Rule("AdaMax", 3, -1, false, false, StepRules::adaMax),
            new Rule("RMSProp", 3, -1, true, false, StepRules::rmsProp),
            new Rule("CenteredRMSProp", 4, -1, true, false, StepRules::centred),
            new Rule("AddSign", 2, -1, false, false, StepRules::addSign),
            new Rule("PowerSign", 2, -1, false, false, StepRules::powerSign));

    private StepRules() {}

    private static Value square(Builder b, Value x) {
        return b.unary(Unary.Fn.SQUARE, x);
    }

    private static Value root(Builder b, Value x) {
        return b.unary(Unary.Fn.SQRT, x);
    }

    private static Value oneLess(Builder b, Value x) {
        return b.minus(b.constant(x.dtype(), 1), x);
    }

    /** {@code a + (x − a)·(1 − r)}. */
    private static Value mean(Builder b, Value a, Value x, Value r) {
        return b.plus(a, b.times(b.minus(x, a), oneLess(b, r)));
    }

    /** {@code sign(x)·max(|x| − rate·l1, 0) / (1 + rate·l2)}; {@code x / (1 + rate·l2)} where l1 is not above 0. */
    private static Value shrunk(Builder b, Value x, Value rate, Value l1, Value l2) {
        Value zero = b.constant(x.dtype(), 0);
        Value size = b.binary(Binary.Fn.MAX, b.minus(b.unary(Unary.Fn.ABS, x), b.times(rate, l1)), zero);
        Value less = b.times(b.unary(Unary.Fn.SIGN, x), size);
        Value chosen = b.select(b.compare(Compare.Fn.GT, l1, zero), less, x);
        return b.over(chosen, b.plus(b.constant(x.dtype(), 1), b.times(l2, rate)));
    }

    private static List<Value> descent(Builder b, Attributes a, List<Value> v, Value g, List<Value> set) {
        return List.of(b.minus(v.get(0), b.times(g, set.get(0))));
    }

    /** Settings: rate, rho, epsilon. */
    private static List<Value> adadelta(Builder b, Attributes a, List<Value> v, Value g, List<Value> set) {
        Value rho = set.get(1);
        Value epsilon = set.get(2);
        Value squares = b.plus(b.times(v.get(1), rho), b.times(square(b, g), oneLess(b, rho)));
        Value slope = b.over(root(b, b.plus(v.get(2), epsilon)), root(b, b.plus(squares, epsilon)));
        Value update = b.times(slope, g);
        Value updates = b.plus(b.times(v.get(2), rho), b.times(square(b, update), oneLess(b, rho)));
        return List.of(b.minus(v.get(0), b.times(update, set.get(0))), squares, updates);
    }

    private static Value squares(Builder b, Attributes a, Value before, Value g) {
        return a.bool("update_slots", true) ? b.plus(before, square(b, g)) : before;
    }

    private static List<Value> adagrad(Builder b, Attributes a, List<Value> v, Value g, List<Value> set) {
        Value squares = squares(b, a, v.get(1), g);
        Value step = b.over(b.times(g, set.get(0)), root(b, squares));
        return List.of(b.minus(v.get(0), step), squares);
    }

    /** Settings: rate, epsilon. */
    private static List<Value> adagradV2(Builder b, Attributes a, List<Value> v, Value g, List<Value> set) {
        Value squares = squares(b, a, v.get(1), g);
        Value step = b.over(b.times(g, set.get(0)), b.plus(root(b, squares), set.get(1)));
        return List.of(b.minus(v.get(0), step), squares);
    }

    /** Settings: rate, l1, l2. */
    private static List<Value> proximalAdagrad(Builder b, Attributes a, List<Value> v, Value g, List<Value> set) {
        Value squares = b.plus(v.get(1), square(b, g));
        Value rate = b.over(set.get(0), root(b, squares));
        Value moved = b.minus(v.get(0), b.times(g, rate));
        return List.of(shrunk(b, moved, rate, set.get(1), set.get(2)), squares);
    }

    /** Settings: rate, l1, l2, the number of the step. */
    private static List<Value> dualAveraging(Builder b, Attributes a, List<Value> v, Value g, List<Value> set) {
        Value zero = b.constant(g.dtype(), 0);
        Value rate = set.get(0);
        Value l1 = set.get(1);
        Value step = b.cast(set.get(3), g.dtype());
        Value sum = b.plus(v.get(1), g);
        Value squares = b.plus(v.get(2), square(b, g));
        Value size = b.binary(Binary.Fn.MAX, b.minus(b.unary(Unary.Fn.ABS, sum), b.times(l1, step)), zero);
        Value less = b.times(b.unary(Unary.Fn.SIGN, sum), size);
        Value chosen = b.select(b.compare(Compare.Fn.GT, l1, zero), less, sum);
        Value below = b.plus(b.times(b.times(set.get(2), step), rate), root(b, squares));
        return List.of(b.unary(Unary.Fn.NEG, b.over(b.times(rate, chosen), below)), sum, squares);
    }

    /** Settings: rate, l1, l2, of V2 what l2 shrinks by, the power of the rate. */
    private static List<Value> ftrl(Builder b, Attributes a, List<Value> v, Value g, List<Value> set) {
        boolean scaled = a.bool("multiply_linear_by_lr", false);
        Value rate = set.get(0);
        Value power = b.unary(Unary.Fn.NEG, set.get(set.size() - 1));
        Value two = b.constant(g.dtype(), 2);
        Value own = set.size() < 5 ? g : b.plus(g, b.times(b.times(two, set.get(3)), v.get(0)));
        Value squares = b.plus(v.get(1), square(b, g));
        Value now = b.binary(Binary.Fn.POW, squares, power);
        Value grown = b.times(b.minus(now, b.binary(Binary.Fn.POW, v.get(1), power)), v.get(0));
        Value linear = scaled
                ? b.plus(v.get(2), b.minus(b.times(own, rate), grown))
                : b.plus(v.get(2), b.minus(own, b.over(grown, rate)));
        Value l1 = scaled ? b.times(set.get(1), rate) : set.get(1);
        Value l2 = b.times(two, scaled ? b.times(set.get(2), rate) : set.get(2));
        Value inside = b.binary(Binary.Fn.MAX, b.binary(Binary.Fn.MIN, linear, l1), b.unary(Unary.Fn.NEG, l1));
        Value below = b.plus(scaled ? now : b.over(now, rate), l2);
        return List.of(b.over(b.minus(inside, linear), below), squares, linear);
    }

    /** Settings: rate, momentum. */
    private static List<Value> momentum(Builder b, Attributes a, List<Value> v, Value g, List<Value> set) {
        Value sum = b.plus(b.times(v.get(1), set.get(1)), g);
        Value step = b.times(sum, set.get(0));
        if (a.bool("use_nesterov", false)) {
            step = b.plus(b.times(g, set.get(0)), b.times(step, set.get(1)));
        }
        return List.of(b.minus(v.get(0), step), sum);
    }

    /** Settings: rate, momentum. */
    private static List<Value> kerasMomentum(Builder b, Attributes a, List<Value> v, Value g, List<Value> set) {
        Value own = b.times(g, set.get(0));
        Value sum = b.minus(b.times(v.get(1), set.get(1)), own);
        Value step = a.bool("use_nesterov", false) ? b.minus(b.times(sum, set.get(1)), own) : sum;
        return List.of(b.plus(v.get(0), step), sum);
    }

    /** Settings: the powers of both betas, rate, both betas, epsilon; of AMSGrad a third slot. */
    private static List<Value> adam(Builder b, Attributes a, List<Value> v, Value g, List<Value> set) {
        Value beta = set.get(3);
        Value rate = b.over(b.times(set.get(2), root(b, oneLess(b, set.get(1)))), oneLess(b, set.get(0)));
        Value mean = mean(b, v.get(1), g, beta);
        Value squares = mean(b, v.get(2), square(b, g), set.get(4));
        Value most = v.size() == 4 ? b.binary(Binary.Fn.MAX, v.get(3), squares) : squares;
        Value way = a.bool("use_nesterov", false) ? b.plus(b.times(g, oneLess(b, beta)), b.times(mean, beta)) : mean;
        Value next = b.minus(v.get(0), b.over(b.times(way, rate), b.plus(root(b, most), set.get(5))));
        return v.size() == 4 ? List.of(next, mean, squares, most) : List.of(next, mean, squares);
    }

    /** Settings: the power of the first beta, rate, both betas, epsilon. */
    private static List<Value> adaMax(Builder b, Attributes a, List<Value> v, Value g, List<Value> set) {
        Value mean = mean(b, v.get(1), g, set.get(2));
        Value most = b.binary(Binary.Fn.MAX, b.times(set.get(3), v.get(2)), b.unary(Unary.Fn.ABS, g));
        Value rate = b.over(set.get(1), oneLess(b, set.get(0)));
        return List.of(b.minus(v.get(0), b.times(rate, b.over(mean, b.plus(most, set.get(4))))), mean, most);
    }

    /** Settings: rate, rho, momentum, epsilon. */
    private static List<Value> rmsProp(Builder b, Attributes a, List<Value> v, Value g, List<Value> set) {
        Value squares = mean(b, v.get(1), square(b, g), set.get(1));
        Value own = b.over(b.times(g, set.get(0)), root(b, b.plus(squares, set.get(3))));
        Value step = b.plus(b.times(v.get(2), set.get(2)), own);
        return List.of(b.minus(v.get(0), step), squares, step);
    }

    /** Slots: the mean, that of the squares, the step. Settings: rate, rho, momentum, epsilon. */
    private static List<Value> centred(Builder b, Attributes a, List<Value> v, Value g, List<Value> set) {
        Value squares = mean(b, v.get(2), square(b, g), set.get(1));
        Value mean = mean(b, v.get(1), g, set.get(1));
        Value spread = b.plus(b.minus(squares, square(b, mean)), set.get(3));
        Value own = b.over(b.times(g, set.get(0)), root(b, spread));
        Value step = b.plus(b.times(v.get(3), set.get(2)), own);
        return List.of(b.minus(v.get(0), step), mean, squares, step);
    }

    private static Value agreement(Builder b, Value g, Value mean) {
        return b.times(b.unary(Unary.Fn.SIGN, g), b.unary(Unary.Fn.SIGN, mean));
    }

    /** Settings: rate, alpha, what the sign counts for, beta. */
    private static List<Value> addSign(Builder b, Attributes a, List<Value> v, Value g, List<Value> set) {
        Value mean = b.plus(b.times(v.get(1), set.get(3)), b.times(g, oneLess(b, set.get(3))));
        Value scale = b.plus(set.get(1), b.times(set.get(2), agreement(b, g, mean)));
        return List.of(b.minus(v.get(0), b.times(set.get(0), b.times(scale, g))), mean);
    }

    /** Settings: rate, the logarithm of the base, what the sign counts for, beta. */
    private static List<Value> powerSign(Builder b, Attributes a, List<Value> v, Value g, List<Value> set) {
        Value mean = b.plus(b.times(v.get(1), set.get(3)), b.times(g, oneLess(b, set.get(3))));
        Value scale = b.unary(Unary.Fn.EXP, b.times(b.times(set.get(1), set.get(2)), agreement(b, g, mean)));
        return List.of(b.minus(v.get(0), b.times(set.get(0), b.times(scale, g))), mean);
    }
}
