/**
 * Operations: the functions of {@code keras.ops} that Keras 3 writes as nodes of functional models. In: a node's
 * configuration and arguments; out: IR. They own no weights, cast nothing by policy and pass no mask on.
 */
package dev.posthorn.keras.operation;
