package dev.posthorn.tools.data;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.posthorn.golden.JsonFile;
import dev.posthorn.ir.Shape;
import dev.posthorn.ir.Tensor;
import dev.posthorn.model.Port;
import dev.posthorn.tools.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Nested arrays, for one input; or an object of the inputs' names with nested arrays. */
final class JsonArrays {
    private final JsonParser json;
    private final Path file;

    private JsonArrays(JsonParser json, Path file) {
        this.json = json;
        this.file = file;
    }

    /** The values for some of {@code ports}; an array that is not named is for the first. */
    static Map<String, Tensor> read(Path file, List<Port> ports) throws IOException {
        try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
            return new JsonArrays(json, file).read(ports);
        } catch (JacksonException e) {
            String at =
                    e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
            throw new InputException(
                    "json: expected JSON but was broken (" + JsonFile.reason(e) + "), at " + file + at, e);
        }
    }

    private Map<String, Tensor> read(List<Port> ports) throws IOException {
        Map<String, Tensor> values = new LinkedHashMap<>();
        JsonToken first = json.nextToken();
        if (first == null) {
            throw new InputException("json: expected arrays but was an empty file, at " + file);
        }
        if (first != JsonToken.START_OBJECT) {
            values.put(ports.get(0).name(), tensor(ports.get(0)));
        } else {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                List<String> names = ports.stream().map(Port::name).toList();
                if (!names.contains(name)) {
                    throw new InputException(
                            "json: expected one of the inputs " + names + " but was '" + name + "', at " + file);
                }
                json.nextToken();
                values.put(name, tensor(ports.get(names.indexOf(name))));
            }
        }
        if (json.nextToken() != null) {
            throw new InputException("json: expected one value but was more, at " + file + where());
        }
        return values;
    }

    private Tensor tensor(Port port) throws IOException {
        Elements elements = new Elements(port.type().dtype());
        List<Integer> dims = new ArrayList<>();
        read(elements, dims, 0);
        return elements.tensor(
                Shape.of(dims.stream().mapToInt(d -> Math.max(d, 0)).toArray()));
    }

    private void read(Elements elements, List<Integer> dims, int depth) throws IOException {
        JsonToken token = json.currentToken();
        if (token == JsonToken.START_ARRAY) {
            if (depth == dims.size() && elements.size() > 0) {
                throw new InputException("json: expected a value, as before, but was an array, at " + file + where());
            }
            if (depth == dims.size()) {
                dims.add(-1);
            }
            int n = 0;
            while (json.nextToken() != JsonToken.END_ARRAY) {
                read(elements, dims, depth + 1);
                n++;
            }
            if (dims.get(depth) >= 0 && dims.get(depth) != n) {
                throw new InputException("json: expected " + dims.get(depth) + " values, as before, but was " + n
                        + ", at " + file + where());
            }
            dims.set(depth, n);
        } else if (token != null && token.isScalarValue() && token != JsonToken.VALUE_NULL) {
            if (depth < dims.size()) {
                throw new InputException("json: expected an array, as before, but was a value, at " + file + where());
            }
            elements.add(json.getText(), file + where());
        } else {
            throw new InputException("json: expected arrays of values but was " + token + ", at " + file + where());
        }
    }

    private String where() {
        return ", line " + json.currentLocation().getLineNr();
    }
}
