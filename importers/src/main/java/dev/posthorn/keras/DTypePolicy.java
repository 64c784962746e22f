package dev.posthorn.keras;

import dev.posthorn.ir.DType;
import java.util.Map;
import java.util.Optional;

/** Which types a layer computes in and keeps its weights in. Source: keras/src/dtype_policies/dtype_policy.py. */
public record DTypePolicy(String name, DType compute, DType variable) {
  public static final DTypePolicy FLOAT32 = new DTypePolicy("float32", DType.FLOAT32, DType.FLOAT32);

  /** The policy that a configuration's {@code dtype} names, if it is known; absent means float32. */
  public static Optional<DTypePolicy> read(Object dtype) {
    if (dtype == null) {
      return Optional.of(FLOAT32);
    }
    if (dtype instanceof String s) {
      return named(s);
    }
    if (dtype instanceof Map<?, ?> m && m.get("config") instanceof Map<?, ?> config && config.get("name") instanceof String s) {
      return named(s);
    }
    return Optional.empty();
  }

  private static Optional<DTypePolicy> named(String name) {
    if (name.startsWith("mixed_")) {
      return DType.ofKeras(name.substring("mixed_".length())).map(c -> new DTypePolicy(name, c, DType.FLOAT32));
    }
    return DType.ofKeras(name).map(d -> new DTypePolicy(name, d, d));
  }
}
