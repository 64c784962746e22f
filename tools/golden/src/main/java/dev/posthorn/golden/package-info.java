/**
 * Golden values: what a model computed in Python, as {@code posthorn_capture.py} recorded it, against what it computes in Java; the
 * first layer that differs, and the likely cause.
 */
package dev.posthorn.golden;
