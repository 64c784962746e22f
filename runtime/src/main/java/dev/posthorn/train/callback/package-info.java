/**
 * What looks on while a model trains and may take part: stop, lower the learning rate, keep the best weights, save, log. Each
 * is one file. A callback sees a {@link dev.posthorn.train.callback.Training}; it knows no graphs.
 */
package dev.posthorn.train.callback;
