/** How images are changed at random: what is drawn for a batch, then what it makes of images. It knows no formats. */
package dev.posthorn.keras.image;
