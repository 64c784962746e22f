/** Where each format keeps the weights of a layer: a {@link dev.posthorn.keras.layout.Layout} a format. */
package dev.posthorn.keras.layout;
