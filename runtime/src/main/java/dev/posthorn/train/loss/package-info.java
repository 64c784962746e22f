/** How far predictions are from targets: records of Keras's configurations that write IR. They know neither models nor files. */
package dev.posthorn.train.loss;
