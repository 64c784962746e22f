package dev.posthorn.train.optimizer;

import dev.posthorn.ir.TensorType;

/**
 * A variable of an optimizer as files have it.
 *
 * @param slot the number of the slot that it holds; {@link #UNREAD} where the optimizer has the variable and never reads it
 */
public record StoredSlot(int slot, TensorType type) {
    public static final int UNREAD = -1;

    public boolean isRead() {
        return slot != UNREAD;
    }
}
