/**
 * Tests in JUnit that a model computes in Java what it computed in Python: {@link dev.posthorn.junit.GoldenModel} and {@link
 * dev.posthorn.junit.ModelAssert}.
 */
package dev.posthorn.junit;
