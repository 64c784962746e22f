/**
 * Graphs of the IR as functions of TensorFlow, and programs as SavedModels. In: graphs of primitives. Out: messages and
 * folders that TensorFlow loads, runs and compiles. Knows nothing of Keras.
 */
package dev.posthorn.tensorflow.export;
