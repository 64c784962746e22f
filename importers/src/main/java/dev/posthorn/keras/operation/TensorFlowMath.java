package dev.posthorn.keras.operation;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Functions of the module {@code tf.math} that are operations of Keras under another name. Source: tensorflow/python/ops. */
final class TensorFlowMath {
    /** Operations by the public names of their functions. */
    private static final Map<String, String> PUBLIC =
            table("abs=Absolute acos=Arccos acosh=Arccosh add=Add asin=Arcsin asinh=Arcsinh atan=Arctan atanh=Arctanh "
                    + "ceil=Ceil cos=Cos cosh=Cosh divide_no_nan=DivideNoNan equal=Equal erf=Erf exp=Exp expm1=Expm1 "
                    + "floor=Floor floordiv=FloorDivide floormod=Mod greater=Greater greater_equal=GreaterEqual "
                    + "is_finite=Isfinite is_inf=Isinf is_nan=Isnan less=Less less_equal=LessEqual log=Log log1p=Log1p "
                    + "log_sigmoid=LogSigmoid logical_and=LogicalAnd logical_not=LogicalNot logical_or=LogicalOr "
                    + "maximum=Maximum minimum=Minimum multiply=Multiply negative=Negative not_equal=NotEqual pow=Power "
                    + "reciprocal=Reciprocal round=Round rsqrt=Rsqrt sigmoid=Sigmoid sign=Sign sin=Sin sinh=Sinh "
                    + "softplus=Softplus sqrt=Sqrt square=Square subtract=Subtract tan=Tan tanh=Tanh");

    /** Operations by their functions' names, older names too. */
    static final Map<String, String> FUNCTIONS = all();

    private TensorFlowMath() {}

    private static Map<String, String> table(String rows) {
        Map<String, String> table = new TreeMap<>();
        Arrays.stream(rows.split(" ")).map(row -> row.split("=")).forEach(row -> table.put(row[0], row[1]));
        return Collections.unmodifiableMap(table);
    }

    private static Map<String, String> all() {
        Map<String, String> all = new TreeMap<>(PUBLIC);
        all.put("floor_div", "FloorDivide");
        all.put("mod", "Mod");
        return Collections.unmodifiableMap(all);
    }

    /** The place below {@code tf} of the function that an operation is; empty where it is none of these. */
    static Optional<String> function(String operation) {
        return PUBLIC.entrySet().stream()
                .filter(e -> e.getValue().equals(operation))
                .map(e -> "math." + e.getKey())
                .findFirst();
    }
}
