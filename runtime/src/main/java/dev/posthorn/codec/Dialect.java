package dev.posthorn.codec;

import java.util.List;

/** Whose configurations these are: names and defaults changed between the versions of Keras. */
public enum Dialect {
    KERAS1,
    KERAS2,
    KERAS3,
    /** Attributes of TensorFlow nodes. */
    TENSORFLOW;

    /** The key to write, of names in the order current, older, oldest. */
    String key(List<String> keys) {
        int age = this == KERAS2 ? 1 : this == KERAS1 ? 2 : 0;
        return keys.get(Math.min(age, keys.size() - 1));
    }
}
