package dev.posthorn.ir.op.image;

/**
 * Boxes by score. Of equal scores the next one is that which TensorFlow's comes to: the heap moves its elements as the
 * standard library of C++ does, which decides the order of ties. Source: libstdc++ bits/stl_heap.h.
 */
final class MaxHeap {
    private final int[] boxes;
    private final float[] scores;
    private int n;

    MaxHeap(int most) {
        boxes = new int[most];
        scores = new float[most];
    }

    boolean isEmpty() {
        return n == 0;
    }

    float topScore() {
        return scores[0];
    }

    void push(int box, float score) {
        up(n++, box, score);
    }

    /** Takes out the box of the highest score. */
    int pop() {
        int top = boxes[0];
        int box = boxes[--n];
        float score = scores[n];
        int hole = 0;
        int child = 0;
        while (child < (n - 1) / 2) { // the hole goes down to a leaf, past the greater child
            child = 2 * (child + 1);
            child -= scores[child] < scores[child - 1] ? 1 : 0;
            move(child, hole);
            hole = child;
        }
        if ((n & 1) == 0 && n > 0 && child == (n - 2) / 2) {
            child = 2 * (child + 1);
            move(child - 1, hole);
            hole = child - 1;
        }
        if (n > 0) {
            up(hole, box, score);
        }
        return top;
    }

    private void move(int from, int to) {
        boxes[to] = boxes[from];
        scores[to] = scores[from];
    }

    private void up(int from, int box, float score) {
        int hole = from;
        for (int parent = (hole - 1) / 2; hole > 0 && scores[parent] < score; parent = (hole - 1) / 2) {
            move(parent, hole);
            hole = parent;
        }
        boxes[hole] = box;
        scores[hole] = score;
    }
}
