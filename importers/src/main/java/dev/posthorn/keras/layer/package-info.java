/** Keras's layers: a record a layer (or family of layers that differ in rank), all of them listed in {@code KerasLayers}. */
package dev.posthorn.keras.layer;
