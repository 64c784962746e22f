/**
 * What a model is trained on. In: arrays, files, streams, iterators. Out: batches, in an order that a seed decides, made on a
 * second thread where asked. At no time are more batches in memory than asked for. Knows no model.
 */
package dev.posthorn.train.data;
