package dev.posthorn.tensorflow.export;

import dev.posthorn.file.AtomicFolder;
import dev.posthorn.ir.DType;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Program;
import dev.posthorn.model.SaveOptions;
import dev.posthorn.model.Variables;
import dev.posthorn.proto.FingerprintDef;
import dev.posthorn.proto.MetaGraphDef;
import dev.posthorn.proto.SavedModel;
import dev.posthorn.proto.SavedObjectGraph;
import dev.posthorn.proto.SignatureDef;
import dev.posthorn.proto.TensorInfo;
import dev.posthorn.proto.TensorShapeProto;
import dev.posthorn.tensorflow.Messages;
import dev.posthorn.tensorflow.bundle.Bundle;
import dev.posthorn.tensorflow.bundle.BundleWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Writes a program as a SavedModel, as {@code model.export} of Keras does. Equal programs give equal bytes. */
public final class SavedModelWriter {
    static final String INIT = "NoOp";

    /** The version of graphs that TensorFlow 2.18 writes. */
    static final int PRODUCER = 1994;

    private SavedModelWriter() {}

    /**
     * Writes the folder; what cannot be exported is named in one exception before anything is written.
     *
     * @param left what of the program's file is left out, of which is told before, too
     */
    public static void write(
            Program program, Variables.Snapshot values, Path folder, SaveOptions options, List<String> left)
            throws IOException {
        Export export = Export.of(program, values, options);
        SavedObjectGraph objects = new ObjectGraphWriter(export).write();
        TopGraph top = new TopGraph(export);
        MetaGraphDef.Builder meta = MetaGraphDef.newBuilder()
                .setMetaInfoDef(MetaGraphDef.MetaInfoDef.newBuilder()
                        .addTags("serve")
                        .setTensorflowVersion("2.18.0")
                        .setStrippedDefaultAttrs(true))
                .setGraphDef(top.write())
                .setSaverDef(TopGraph.saverDef())
                .setObjectGraphDef(objects);
        export.functions()
                .forEach(f -> f.signatures().forEach(name -> meta.putSignatureDef(name, top.signature(name, f))));
        meta.putSignatureDef("__saved_model_init_op", init());
        byte[] model = Messages.bytes(SavedModel.newBuilder()
                .setSavedModelSchemaVersion(1)
                .addMetaGraphs(meta)
                .build());
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < export.all().size(); i++) {
            tensors.put(
                    ObjectGraphWriter.key(i),
                    export.values().get(export.all().get(i).key()));
        }
        byte[] graph = Messages.bytes(ObjectGraphWriter.checkpoint(objects));
        tensors.put("_CHECKPOINTABLE_OBJECT_GRAPH", Tensor.of(DType.STRING, Shape.SCALAR, new byte[][] {graph}));
        if (!left.isEmpty()) {
            options.leftOut().accept(List.copyOf(left));
        }
        try (AtomicFolder target = AtomicFolder.create(folder)) {
            Files.write(target.path().resolve("saved_model.pb"), model);
            Files.createDirectories(target.path().resolve("assets"));
            Files.createDirectories(target.path().resolve("variables"));
            Path checkpoint = target.path().resolve("variables").resolve("variables");
            BundleWriter.write(checkpoint, tensors);
            byte[] index = Files.readAllBytes(Bundle.index(checkpoint));
            Files.write(target.path().resolve("fingerprint.pb"), Messages.bytes(fingerprint(model, objects, index)));
            target.commit();
        }
    }

    private static SignatureDef init() {
        return SignatureDef.newBuilder()
                .putOutputs(
                        "__saved_model_init_op",
                        TensorInfo.newBuilder()
                                .setName(INIT)
                                .setTensorShape(TensorShapeProto.newBuilder().setUnknownRank(true))
                                .build())
                .build();
    }

    /** What tells SavedModels apart; TensorFlow reads it and compares nothing with it. */
    private static FingerprintDef fingerprint(byte[] model, SavedObjectGraph objects, byte[] index) throws IOException {
        long checksum = Messages.checksum(model);
        return FingerprintDef.newBuilder()
                .setSavedModelChecksum(checksum)
                .setGraphDefProgramHash(checksum)
                .setSignatureDefHash(checksum)
                .setSavedObjectGraphHash(Messages.checksum(Messages.bytes(objects)))
                .setCheckpointHash(Messages.checksum(index))
                .setUuid(UUID.nameUUIDFromBytes(Long.toString(checksum).getBytes(StandardCharsets.US_ASCII))
                        .toString())
                .build();
    }
}
