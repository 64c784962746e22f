/**
 * Runs graphs on TensorFlow's own operations: the backend {@code tensorflow}. {@link dev.posthorn.session.NativeSession} alone
 * holds what TensorFlow's library allocates.
 */
package dev.posthorn.session;
