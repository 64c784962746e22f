/** Weights in files by name, without the models that they belong to. In: a file of any container; out: the same with some weights changed. */
package dev.posthorn.weights;
