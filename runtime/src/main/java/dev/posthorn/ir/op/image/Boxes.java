package dev.posthorn.ir.op.image;

/** What ops of boxes share: four numbers each, two opposite corners (y, x). */
final class Boxes {
    private Boxes() {}

    /** The part that two boxes have in common of the area that they cover; 0 where one has no area. In float32. */
    static float overlap(float[] b, int i, int j) {
        float top = Math.min(b[i], b[i + 2]);
        float left = Math.min(b[i + 1], b[i + 3]);
        float bottom = Math.max(b[i], b[i + 2]);
        float right = Math.max(b[i + 1], b[i + 3]);
        float top2 = Math.min(b[j], b[j + 2]);
        float left2 = Math.min(b[j + 1], b[j + 3]);
        float bottom2 = Math.max(b[j], b[j + 2]);
        float right2 = Math.max(b[j + 1], b[j + 3]);
        float area = (bottom - top) * (right - left);
        float area2 = (bottom2 - top2) * (right2 - left2);
        if (area <= 0 || area2 <= 0) {
            return 0;
        }
        float height = Math.max(Math.min(bottom, bottom2) - Math.max(top, top2), 0);
        float width = Math.max(Math.min(right, right2) - Math.max(left, left2), 0);
        float both = height * width;
        return both / (area + area2 - both);
    }
}
