/** What weights are brought back to: records of Keras's configurations that write IR. They know neither models nor files. */
package dev.posthorn.train.constraint;
