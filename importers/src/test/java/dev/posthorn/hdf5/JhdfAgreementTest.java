package dev.posthorn.hdf5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A second opinion: what jHDF reads of a Keras file is what we read. Files that jHDF cannot read are held by h5py's. */
class JhdfAgreementTest {
    @ParameterizedTest
    @ValueSource(strings = {"digits_keras2.h5", "digits_keras3.h5"})
    void everyWeightAndAttributeIsTheSame(String name) {
        Path path = Path.of("..", "testdata", "digits", name);
        try (Hdf5File ours = Hdf5File.open(path);
                HdfFile theirs = new HdfFile(path)) {
            List<Hdf5Dataset> datasets = ours.root().allDatasets();
            assertTrue(datasets.size() >= 10, "expected the weights of five layers but was " + datasets);
            for (Hdf5Dataset d : datasets) {
                Dataset other = theirs.getDatasetByPath(d.path());
                int[] shape = new int[d.shape().length];
                for (int i = 0; i < shape.length; i++) {
                    shape[i] = (int) d.shape()[i];
                }
                assertArrayEquals(other.getDimensions(), shape, d.path());
                assertArrayEquals((float[]) other.getDataFlat(), d.floats(), d.path());
            }
            for (String attribute : List.of("model_config", "keras_version", "backend")) {
                assertEquals(
                        theirs.getAttribute(attribute).getData(),
                        ours.root().string(attribute).orElseThrow(),
                        attribute);
            }
        }
    }
}
