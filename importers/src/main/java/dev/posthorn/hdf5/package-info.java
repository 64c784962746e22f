/**
 * The reading room for HDF5, the container of Keras weights.
 *
 * <p><b>In</b>: a file, a region of one (a stored entry of a {@code .keras} zip, read in place), or bytes in
 * memory; none of it trusted. <b>Out</b>: {@link dev.posthorn.hdf5.Hdf5File} with groups, datasets and attributes;
 * values flat, in the storage of {@link dev.posthorn.ir.Tensor}; or one
 * {@link dev.posthorn.model.ModelFormatException} with file and inner path. <b>Must not know</b>: Keras: what a layer,
 * an optimizer or {@code weight_names} is. The two conventions of Keras that change how bytes are read are exceptions:
 * bfloat16 in opaque elements, and lists of strings split over several attributes.
 *
 * <p>From bytes to values: {@code Bytes} (positional reads within bounds) → {@code Walk} (a budget that no cycle
 * outlasts) → {@code In} (fields) → {@code Superblock}, {@code ObjectHeader} → {@code Links} (names), {@code
 * Datatype}, {@code Dataspace}, {@code Layout} (where the elements lie; {@code Chunked} with {@code ChunkIndex}
 * and {@code Filters}) → {@code Elements} (Java arrays). {@code BTree1}, {@code BTree2}, {@code FractalHeap},
 * {@code GlobalHeap} and {@code Lookup3} are the format's own building blocks.
 *
 * <p>Read are superblocks 0 to 3, object headers 1 and 2, groups in symbol tables, compact and dense links, compact,
 * contiguous and chunked data with every chunk index of HDF5 1.14 and the filters gzip, shuffle, fletcher32 and lzf;
 * integers, IEEE floats and bfloat16 of either byte order, bool, enumerations as their integers, fixed and
 * variable-length strings. Refused, by name: external links and external data (never opened), virtual datasets, shared
 * message heaps, compound and other element types, other filters.
 *
 * <p>Source: HDF5 File Format Specification Version 3.0.
 */
package dev.posthorn.hdf5;
