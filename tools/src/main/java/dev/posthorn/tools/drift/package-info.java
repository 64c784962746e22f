/** Two models on the same rows: how far the predictions of a new one are those of an old one. Batch by batch, memory constant. */
package dev.posthorn.tools.drift;
