package dev.posthorn.keras;

import dev.posthorn.codec.Dialect;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * An opened Keras model.
 *
 * @param where the file, for messages
 * @param config the model's configuration object
 * @param producer what wrote the file, by name
 * @param weights the weights, where the file holds them
 */
record KerasFile(
    String where,
    Map<String, Object> config,
    Map<String, String> producer,
    Optional<KerasWeights> weights,
    AutoCloseable resource)
    implements AutoCloseable {
  /** The dialect of the Keras that wrote the file; a file that does not say is judged by its configuration. */
  Dialect dialect() {
    String version = producer.getOrDefault("Keras", "");
    if (version.startsWith("1.") || version.startsWith("0.")) {
      return Dialect.KERAS1;
    }
    if (version.startsWith("2.")) {
      return Dialect.KERAS2;
    }
    return !version.isEmpty() || config.containsKey("module") ? Dialect.KERAS3 : Dialect.KERAS2;
  }

  @Override
  public void close() throws IOException {
    try {
      resource.close();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }
}
