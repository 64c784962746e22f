package dev.posthorn.plan;

import dev.posthorn.ir.DType;
import dev.posthorn.ir.Tensor;
import dev.posthorn.kernel.CacheLine;
import dev.posthorn.kernel.Scratch;
import dev.posthorn.kernel.Workers;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;

/** The memory of one run of a plan: arenas, and where each slot's elements are. Single-threaded; reused by later runs. */
public final class Frame {
    private final Plan plan;
    private final Object[] data;
    private final int[] offset;
    private final Tensor[] tensors;
    private final Scratch scratch;
    private final Frame[] children;
    private Object[] arrays = {};
    private int[] places = {};

    Frame(Plan plan) {
        this(plan, new Scratch());
    }

    private Frame(Plan plan, Scratch scratch) {
        this.plan = plan;
        this.scratch = scratch;
        children = new Frame[plan.nested().size()];
        int n = plan.slots().size();
        data = new Object[n];
        offset = new int[n];
        tensors = new Tensor[n];
        Object[] arenas = new Object[DType.values().length];
        for (Slot s : plan.slots()) {
            switch (s.place()) {
                case CONSTANT -> {
                    if (plan.constant(s.index()) != null) {
                        set(s.index(), plan.constant(s.index()));
                    }
                }
                case ARENA -> {
                    int kind = plan.memory().arena(s.type().dtype());
                    Class<?> element = Tensor.storage(s.type().dtype()).getComponentType();
                    int begin = element == float.class ? CacheLine.FIRST : 0;
                    if (arenas[kind] == null) {
                        arenas[kind] =
                                Array.newInstance(element, begin + plan.memory().size(kind));
                    }
                    data[s.index()] = arenas[kind];
                    offset[s.index()] = begin + plan.memory().offset(s.index());
                }
                default -> {}
            }
        }
    }

    /** Binds the inputs, and the outputs to what is spare for them or else to new tensors. */
    void start(List<Tensor> inputs, List<Tensor> spare) {
        for (int i = 0; i < inputs.size(); i++) {
            set(plan.inputs().get(i), inputs.get(i));
        }
        for (int i = 0; i < plan.results().size(); i++) {
            Slot s = plan.results().get(i);
            if (s.place() == Slot.Place.OUTPUT) {
                Tensor t = i < spare.size() ? spare.get(i) : null;
                set(s.index(), t != null && t.type().equals(s.type()) ? t : Tensor.zeros(s.type()));
            }
        }
    }

    /** Lets an input or output be the elements of an array from a position on. */
    void bind(int slot, Object array, int at) {
        tensors[slot] = null;
        data[slot] = array;
        offset[slot] = at;
    }

    /** The frame of a nested plan. It lives as long as this one. */
    Frame child(int index) {
        if (children[index] == null) {
            children[index] = new Frame(plan.nested().get(index), scratch);
        }
        return children[index];
    }

    /** Room for {@code n} references, for the step that runs; likewise {@link #places}. */
    Object[] arrays(int n) {
        arrays = arrays.length >= n ? arrays : new Object[n];
        return arrays;
    }

    int[] places(int n) {
        places = places.length >= n ? places : new int[n];
        return places;
    }

    /** Lets go of the caller's arrays. */
    void finish() {
        for (Frame child : children) {
            if (child != null) {
                child.finish();
            }
        }
        Arrays.fill(arrays, null);
        for (Slot s : plan.slots()) {
            if (s.place() != Slot.Place.CONSTANT && s.place() != Slot.Place.ARENA) {
                data[s.index()] = null;
                tensors[s.index()] = null;
            }
        }
    }

    private void set(int slot, Tensor t) {
        tensors[slot] = t;
        data[slot] = t.data();
    }

    /** The array that holds the slot's elements, from {@link #at} on. */
    public float[] floats(Slot s) {
        return (float[]) data[s.index()];
    }

    /** The array that holds the slot's elements, of whatever type. */
    public Object array(Slot s) {
        return data[s.index()];
    }

    /** The position of the slot's first element in its array. */
    public int at(Slot s) {
        return offset[s.index()];
    }

    /** The value of a slot as a tensor; a copy where it lies in the arena. */
    public Tensor tensor(Slot s) {
        if (tensors[s.index()] != null) {
            Tensor t = tensors[s.index()];
            return s.isStatic()
                            && s.type().shape().isKnown()
                            && !t.shape().equals(s.type().shape())
                    ? t.reshape(s.type().shape())
                    : t;
        }
        Tensor t = Tensor.zeros(s.type());
        System.arraycopy(data[s.index()], offset[s.index()], t.data(), 0, Array.getLength(t.data()));
        return t;
    }

    /** Stores a tensor as the value of a slot. */
    public void store(Slot s, Tensor t) {
        if (s.place() == Slot.Place.DYNAMIC) {
            set(s.index(), t);
        } else {
            System.arraycopy(t.data(), 0, data[s.index()], offset[s.index()], Array.getLength(t.data()));
        }
    }

    public Scratch scratch() {
        return scratch;
    }

    public Workers workers() {
        return plan.workers();
    }
}
