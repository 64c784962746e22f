"""Images: boxes, crops, patches, grids, colours, files."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from .base import Fixed, Rows, f32, i32

ROWS = Rows("images")
op = ROWS.op

rng = ROWS.rng("boxes")
corner = rng.uniform(0, 1, (24, 2))
BOXES = f32(np.concatenate([corner, corner + rng.uniform(0.1, 0.6, (24, 2))], 1))
BOXES[3] = BOXES[3][[2, 3, 0, 1]]  # the corners the other way round
BOXES[5] = 0.5  # no area
SCORES = f32(rng.permutation(24) / 24)
TIED = f32(np.round(SCORES * 5) / 5)

for tied, scores in (("", SCORES), ("_tied", TIED)):
    op(f"nms_v1{tied}", "NonMaxSuppression", boxes=BOXES, scores=scores, max_output_size=i32(10), iou_threshold=0.4)
    op(f"nms_v2{tied}", "NonMaxSuppressionV2", boxes=BOXES, scores=scores, max_output_size=i32(30), iou_threshold=f32(0.2))
    op(f"nms_v3{tied}", "NonMaxSuppressionV3", boxes=BOXES, scores=scores, max_output_size=Fixed(i32(10)), iou_threshold=Fixed(f32(0.6)), score_threshold=Fixed(f32(0.3)))
    op(f"nms_v4{tied}", "NonMaxSuppressionV4", boxes=BOXES, scores=scores, max_output_size=Fixed(i32(20)), iou_threshold=f32(0.3), score_threshold=f32(0.3), pad_to_max_output_size=True)
    op(f"nms_v4_unpadded{tied}", "NonMaxSuppressionV4", boxes=BOXES, scores=scores, max_output_size=i32(20), iou_threshold=f32(0.3), score_threshold=f32(0.3))
    for sigma in (0.0, 0.2, 2.0):
        op(f"nms_v5_{sigma}{tied}", "NonMaxSuppressionV5", boxes=BOXES, scores=scores, max_output_size=i32(20), iou_threshold=f32(0.5), score_threshold=f32(0.1), soft_nms_sigma=f32(sigma))
    op(f"nms_v5_padded{tied}", "NonMaxSuppressionV5", boxes=BOXES, scores=scores, max_output_size=i32(22), iou_threshold=f32(0.9), score_threshold=f32(0.1), soft_nms_sigma=f32(0.5), pad_to_max_output_size=True)
    op(f"nms_overlaps{tied}", "NonMaxSuppressionWithOverlaps", overlaps=f32(rng.uniform(size=(24, 24))), scores=scores, max_output_size=i32(8), overlap_threshold=f32(0.7), score_threshold=f32(0.2))
op("nms_none", "NonMaxSuppressionV3", boxes=BOXES, scores=SCORES, max_output_size=i32(5), iou_threshold=f32(0.5), score_threshold=f32(2))
MANY = f32(rng.uniform(size=(2, 12, 3)))
MANY_TIED = f32(np.round(MANY * 4) / 4)
for tied, scores in (("", MANY), ("_tied", MANY_TIED)):
    for per in (False, True):
        for clip in (False, True):
            op(f"combined_nms_{per}_{clip}{tied}", "CombinedNonMaxSuppression", boxes=BOXES.reshape(2, 12, 1, 4), scores=scores, max_output_size_per_class=i32(3), max_total_size=i32(12), iou_threshold=f32(0.4), score_threshold=f32(0.3), pad_per_class=per, clip_boxes=clip)
op("combined_nms_own", "CombinedNonMaxSuppression", boxes=f32(np.tile(BOXES[:12].reshape(1, 12, 1, 4), (2, 1, 3, 1)) + rng.uniform(0, 0.2, (2, 12, 3, 4))), scores=MANY, max_output_size_per_class=i32(5), max_total_size=i32(6), iou_threshold=f32(0.3), score_threshold=f32(0.0))

X = f32(rng.uniform(size=(2, 6, 7, 3)))
CROPS = f32([[0.1, 0.2, 0.8, 0.9], [-0.2, -0.1, 1.3, 1.1], [0.8, 0.9, 0.1, 0.2], [0, 0, 1, 1], [0.5, 0.5, 0.5, 0.5]])
WHOSE = i32([0, 1, 1, 0, 1])
for method in ("bilinear", "nearest"):
    for size in ([3, 4], [1, 1], [8, 1]):
        op(f"crop_{method}_{size[0]}x{size[1]}", "CropAndResize", grads=method == "bilinear", image=X, boxes=CROPS, box_ind=WHOSE, crop_size=Fixed(i32(size)), method=method, extrapolation_value=0.25)
DY = f32(ROWS.rng("dy").normal(size=(len(CROPS), 3, 4, X.shape[3])))
ROWS.fn("crop_gradient_image", lambda dy, boxes, whose: tf.raw_ops.CropAndResizeGradImage(
    grads=dy, boxes=boxes, box_ind=whose, image_size=list(X.shape), T=tf.float32), dy=DY, boxes=CROPS, whose=WHOSE)
ROWS.fn("crop_gradient_boxes", lambda dy, x, boxes, whose: tf.raw_ops.CropAndResizeGradBoxes(
    grads=dy, image=x, boxes=boxes, box_ind=whose), tol=1e-4, dy=DY, x=X, boxes=CROPS, whose=WHOSE)
ROWS.fn("png_there_and_back", lambda x: tf.raw_ops.DecodePng(contents=tf.raw_ops.EncodePng(image=x)),
        x=ROWS.rng("png").integers(0, 256, (5, 7, 3)).astype(np.uint8))
op("crop_uint8", "CropAndResize", image=np.asarray(X * 255, np.uint8), boxes=CROPS, box_ind=WHOSE, crop_size=Fixed(i32([3, 3])))
for depth in (1, 3, 4):
    x = f32(rng.uniform(size=(2, 9, 8, depth)))
    boxes = f32([[[0.1, 0.2, 0.8, 0.9], [-0.2, -0.1, 1.3, 1.1], [0.8, 0.9, 0.1, 0.2]], [[0, 0, 0, 1], [0.5, 0.3, 2, 0.6], [1.1, 0, 1.2, 1]]])
    op(f"draw_boxes_{depth}", "DrawBoundingBoxes", images=x, boxes=boxes)
    op(f"draw_boxes_v2_{depth}", "DrawBoundingBoxesV2", images=x, boxes=boxes, colors=f32(rng.uniform(size=(2, 4))))
for padding in ("VALID", "SAME"):
    op(f"patches_{padding}", "ExtractImagePatches", grads=True, images=X, ksizes=[1, 2, 3, 1], strides=[1, 2, 1, 1], rates=[1, 1, 2, 1], padding=padding)
    op(f"patches_wide_{padding}", "ExtractImagePatches", images=X, ksizes=[1, 1, 2, 1], strides=[1, 3, 4, 1], rates=[1, 1, 1, 1], padding=padding)
    op(f"volume_patches_{padding}", "ExtractVolumePatches", grads=True, input=f32(rng.uniform(size=(1, 4, 5, 3, 2))), ksizes=[1, 2, 1, 2, 1], strides=[1, 1, 2, 2, 1], padding=padding)
for name in ("ResizeBilinear", "ResizeBicubic", "ResizeNearestNeighbor", "ResizeArea"):
    for label, kw in {"": {}, "_corners": dict(align_corners=True), "_half": dict(half_pixel_centers=True)}.items():
        if name == "ResizeArea" and label == "_half":
            continue
        for size in ([9, 4], [3, 12], [1, 1], [6, 7]):
            op(f"{name}{label}_{size[0]}x{size[1]}", name, grads=name != "ResizeArea" and size[0] == 9, tol=1e-5, images=X, size=Fixed(i32(size)), **kw)
        if name != "ResizeArea":
            dy = f32(rng.normal(size=(2, 5, 4, 3)))
            at = dict(size=[6, 7]) if "Nearest" in name else dict(original_image=X)
            ROWS.fn(f"{name}_grad{label}", lambda dy, make=getattr(tf.raw_ops, f"{name}Grad"), at=at | kw: make(grads=dy, **at), dy=dy)
for kernel in ("lanczos1", "lanczos3", "lanczos5", "gaussian", "box", "triangle", "keyscubic", "mitchellcubic"):
    for antialias in (True, False):
        op(f"scale_{kernel}_{antialias}", "ScaleAndTranslate", grads=kernel in ("triangle", "lanczos3"), images=X, size=Fixed(i32([5, 9])), scale=Fixed(f32([0.7, 1.4])), translation=Fixed(f32([0.6, -1.2])), kernel_type=kernel, antialias=antialias)
T = f32([[1.0, 0.1, 0.5, -0.1, 1.1, 0.2, 0.001, 0.0], [0.9, -0.2, 1.5, 0.3, 0.8, -1.2, 0, 0.01]])
for mode in ("CONSTANT", "REFLECT", "WRAP", "NEAREST"):
    for kind in ("BILINEAR", "NEAREST"):
        op(f"project_{mode}_{kind}", "ImageProjectiveTransformV3", images=X, transforms=T, output_shape=Fixed(i32([5, 8])), fill_value=f32(0.3), interpolation=kind, fill_mode=mode)
op("project_v2", "ImageProjectiveTransformV2", images=X, transforms=T[:1], output_shape=Fixed(i32([6, 7])), interpolation="BILINEAR")
op("contrast", "AdjustContrastv2", images=X, contrast_factor=f32(1.7))
for delta in (0.1, -0.4, 1.3):
    op(f"hue_{delta}", "AdjustHue", images=X, delta=f32(delta))
for scale in (0.0, 0.5, 3.0):
    op(f"saturation_{scale}", "AdjustSaturation", images=X, scale=f32(scale))
GREY = f32([[0, 0, 0], [1, 1, 1], [0.5, 0.5, 0.5], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0.2, 0.2, 0.7], [0.7, 0.2, 0.7]])
op("rgb_to_hsv", "RGBToHSV", grads=True, images=X)
op("rgb_to_hsv_grey", "RGBToHSV", images=GREY)
op("hsv_to_rgb", "HSVToRGB", images=X)
op("hsv_to_rgb_grey", "HSVToRGB", images=GREY)
OFFSETS = f32([[0.3, -0.6], [-0.9, 0.95]])
for version in ("", "V2"):
    for normalized in (True, False):
        for centered in (True, False):
            offsets = OFFSETS if normalized else f32(OFFSETS * 3)
            op(f"ExtractGlimpse{version}_{normalized}_{centered}", f"ExtractGlimpse{version}", input=X, size=Fixed(i32([3, 4])),
               offsets=offsets, normalized=normalized, centered=centered, noise="zero", uniform_noise=False)
    op(f"ExtractGlimpse{version}_inside", f"ExtractGlimpse{version}", input=X, size=Fixed(i32([2, 3])),
       offsets=f32([[0.1, 0], [-0.2, 0.1]]))
PHOTO = np.clip(ROWS.rng("photo").normal(size=(23, 37, 3)).cumsum(0).cumsum(1) * 20 + 120, 0, 255).astype(np.uint8)
for name, picture in (("rgb", PHOTO), ("grey", PHOTO[:, :, :1]), ("even", PHOTO[:16, :32]), ("tiny", PHOTO[:1, :1]), ("column", PHOTO[:18, :9]),
                      ("noise", ROWS.rng("noise").integers(0, 256, (19, 20, 3)).astype(np.uint8))):
    for quality in (95, 30, 100, 0):
        op(f"EncodeJpeg_{name}_{quality}", "EncodeJpeg", image=picture, quality=quality)
op("EncodeJpeg_full_colours", "EncodeJpeg", image=PHOTO, chroma_downsampling=False)
op("EncodeJpeg_density", "EncodeJpeg", image=PHOTO, density_unit="cm", x_density=72, y_density=500, xmp_metadata="<x/>", format="rgb")
op("EncodeJpegVariableQuality", "EncodeJpegVariableQuality", images=PHOTO, quality=i32(62))
