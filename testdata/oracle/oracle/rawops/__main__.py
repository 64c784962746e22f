"""Makes an archive of cases of single operations."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import tempfile
import zipfile
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

from ..pack import DATE  # noqa: E402

# The archives and the families in them, each a module here with ROWS.
ARCHIVES = {
    "data": ["images", "files", "sparse", "strings", "examples", "tables"],
    "math": ["numbers", "matrices", "layers", "integers", "draws", "steps", "recurrent", "fractions", "unusual"],
}


def write(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            info = zipfile.ZipInfo(str(path.relative_to(folder)), DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, path.read_bytes(), compresslevel=9)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", choices=ARCHIVES)
    parser.add_argument("--only", default="", help="only cases whose id holds this; writes no archive")
    parser.add_argument("--out", type=Path, help="a folder for the cases; writes no archive")
    options = parser.parse_args()
    from . import base
    base.tf.config.threading.set_intra_op_parallelism_threads(1)
    base.tf.config.threading.set_inter_op_parallelism_threads(1)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.out or Path(scratch)
        wrong = []
        n = 0
        for family in ARCHIVES[options.archive]:
            for row in importlib.import_module(f".{family}", __package__).ROWS.rows:
                if options.only not in row.id:
                    continue
                n += 1
                try:
                    case = base.record(row, folder / row.id)
                except Exception as e:  # all of them are said at the end
                    wrong.append(f"{row.id}: {type(e).__name__}: {' '.join(str(e).split())[:160]} … {' '.join(str(e).split())[-160:]}")
                    continue
                (folder / row.id / "case.json").write_text(json.dumps(case, sort_keys=True) + "\n")
        if wrong:
            raise SystemExit("\n".join(wrong))
        if options.out is None and not options.only:
            target = Path(__file__).parents[3] / "cases" / f"rawops_{options.archive}.zip"
            write(folder, target)
            print(f"{target.name}: {n} cases, {target.stat().st_size / 1e3:.0f} kB")


main()
