/**
 * Features out of serialised tf.Example and tf.SequenceExample. The few messages that these are made of are read here, by
 * their bytes: this module knows no protobuf.
 */
package dev.posthorn.ir.op.example;
