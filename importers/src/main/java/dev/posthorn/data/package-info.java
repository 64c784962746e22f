/**
 * Data in files, as rows to train on: CSV tables, {@code .npz} archives, folders of pictures. In: paths. Out:
 * {@link dev.posthorn.train.data.Table}. Knows no model.
 */
package dev.posthorn.data;
