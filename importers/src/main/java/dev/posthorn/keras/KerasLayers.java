package dev.posthorn.keras;

import dev.posthorn.codec.Codec;
import dev.posthorn.keras.layer.Bidirectional;
import dev.posthorn.keras.layer.Dense;
import dev.posthorn.keras.layer.Embedding;
import dev.posthorn.keras.layer.GRU;
import dev.posthorn.keras.layer.GRUCell;
import dev.posthorn.keras.layer.InputLayer;
import dev.posthorn.keras.layer.LSTM;
import dev.posthorn.keras.layer.LSTMCell;
import dev.posthorn.keras.layer.Masking;
import dev.posthorn.keras.layer.RNN;
import dev.posthorn.keras.layer.SimpleRNN;
import dev.posthorn.keras.layer.SimpleRNNCell;
import dev.posthorn.keras.layer.StackedRNNCells;
import dev.posthorn.keras.layer.TimeDistributed;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Every layer there is, one line each, by its class name. */
public final class KerasLayers {
  public static final List<Codec<? extends Layer>> ALL = List.of(
      Bidirectional.CODEC,
      Dense.CODEC,
      Embedding.CODEC,
      GRU.CODEC,
      GRUCell.CODEC,
      InputLayer.CODEC,
      LSTM.CODEC,
      LSTMCell.CODEC,
      Masking.CODEC,
      RNN.CODEC,
      SimpleRNN.CODEC,
      SimpleRNNCell.CODEC,
      StackedRNNCells.CODEC,
      TimeDistributed.CODEC);

  private static final Map<String, Codec<? extends Layer>> BY_NAME =
      ALL.stream().collect(Collectors.toUnmodifiableMap(Codec::name, Function.identity()));

  private KerasLayers() {}

  /** The codec of the layer class of that name. */
  public static Optional<Codec<? extends Layer>> codec(String className) {
    return Optional.ofNullable(BY_NAME.get(className));
  }

  /** The supported class whose name is most like this one, if any is alike. */
  static Optional<String> nearest(String className) {
    return BY_NAME.keySet().stream()
        .filter(n -> distance(n, className) <= Math.max(2, className.length() / 4))
        .min(Comparator.comparingInt((String n) -> distance(n, className)).thenComparing(n -> n));
  }

  /** The number of letters to insert, delete or replace to make one word of the other. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
