package dev.posthorn.tensorflow.export;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
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
import dev.posthorn.tensorflow.bundle.BundleWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32;

/** Writes a program as a SavedModel, as {@code model.export} of Keras does. Equal programs give equal bytes. */
public final class SavedModelWriter {
    /** The signatures, which are one function. */
    static final List<String> SIGNATURES = List.of("serve", "serving_default");

    static final String INIT = "NoOp";

    /** The version of graphs that TensorFlow 2.18 writes. */
    static final int PRODUCER = 1994;

    private SavedModelWriter() {}

    /** Writes the folder; what cannot be exported is named in one exception before anything is written. */
    public static void write(Program program, Variables.Snapshot values, Path folder, SaveOptions options)
            throws IOException {
        Export export = Export.of(program, options.batch(), options.xla());
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
        SIGNATURES.forEach(name -> meta.putSignatureDef(name, top.signature(name)));
        meta.putSignatureDef("__saved_model_init_op", init());
        byte[] model = bytes(SavedModel.newBuilder()
                .setSavedModelSchemaVersion(1)
                .addMetaGraphs(meta)
                .build());
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < export.variables().size(); i++) {
            tensors.put(
                    ObjectGraphWriter.key(i),
                    values.get(export.variables().get(i).key()));
        }
        byte[] graph = bytes(ObjectGraphWriter.checkpoint(objects));
        tensors.put("_CHECKPOINTABLE_OBJECT_GRAPH", Tensor.of(DType.STRING, Shape.SCALAR, new byte[][] {graph}));
        try (AtomicFolder target = AtomicFolder.create(folder)) {
            Files.write(target.path().resolve("saved_model.pb"), model);
            Files.write(target.path().resolve("fingerprint.pb"), bytes(fingerprint(model, objects)));
            Files.createDirectories(target.path().resolve("assets"));
            Files.createDirectories(target.path().resolve("variables"));
            BundleWriter.write(target.path().resolve("variables").resolve("variables"), tensors);
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
    private static FingerprintDef fingerprint(byte[] model, SavedObjectGraph objects) throws IOException {
        long checksum = checksum(model);
        return FingerprintDef.newBuilder()
                .setSavedModelChecksum(checksum)
                .setGraphDefProgramHash(checksum)
                .setSignatureDefHash(checksum)
                .setSavedObjectGraphHash(checksum(bytes(objects)))
                .setCheckpointHash(checksum)
                .setUuid(UUID.nameUUIDFromBytes(Long.toString(checksum).getBytes(StandardCharsets.US_ASCII))
                        .toString())
                .build();
    }

    private static long checksum(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue() << 32 | bytes.length & 0xffffffffL;
    }

    /** A message, its maps in the order of their keys. */
    private static byte[] bytes(Message message) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(message.getSerializedSize());
        CodedOutputStream coded = CodedOutputStream.newInstance(out);
        coded.useDeterministicSerialization();
        message.writeTo(coded);
        coded.flush();
        return out.toByteArray();
    }
}
