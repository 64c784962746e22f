"""Images: boxes, crops, patches, grids, colours, files."""

from __future__ import annotations

import numpy as np

from .base import Fixed, Rows, f32, i32

ROWS = Rows("images")
op = ROWS.op

rng = ROWS.rng("boxes")
corner = rng.uniform(0, 1, (24, 2))
BOXES = f32(np.concatenate([corner, corner + rng.uniform(0.1, 0.6, (24, 2))], 1))
SCORES = f32(rng.permutation(24) / 24)
TIED = f32(np.round(SCORES * 6) / 6)  # equal scores: the lower index goes first

op("nms_v1", "NonMaxSuppression", boxes=BOXES, scores=SCORES, max_output_size=i32(10), iou_threshold=0.4)
