"""Writes what Keras's model.summary() prints for some of the cases, in three widths and styles."""
import contextlib
import io
import os
import pathlib
import tempfile
import zipfile

os.environ.pop("COLUMNS", None)
import keras

here = pathlib.Path(__file__).parent
cases = zipfile.ZipFile(here.parents[7] / "testdata/cases/models.zip")
styles = {"": {}, "--expand-nested --show-trainable": {"expand_nested": True, "show_trainable": True},
          "--line-length 64": {"line_length": 64}}
for case in ["functional/diamond", "functional/nested_two_levels", "functional/multi_io", "functional/call_kwargs",
             "functional/frozen_submodel", "networks/lenet", "networks/resnet", "networks/bilstm_tagger",
             "networks/seq2seq_attention", "sequential/nested", "sequential/deferred_build", "shared/siamese",
             "shared/batch_norm", "shared/layer_two_nodes", "naming/unicode", "formats/policy_mixed_float16"]:
    with tempfile.TemporaryDirectory() as folder:
        model = keras.models.load_model(cases.extract(f"models/{case}/model.keras", folder))
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        for name, options in styles.items():
            print("$", name)
            model.summary(**options)
    (here / (case.replace("/", ".") + ".txt")).write_text(out.getvalue())
