package dev.posthorn.train.optimizer;

import dev.posthorn.codec.FieldType;
import dev.posthorn.model.UnsupportedModelException;
import dev.posthorn.train.schedule.Schedule;
import dev.posthorn.train.schedule.Schedules;
import java.util.Map;
import java.util.Optional;

/**
 * A learning rate: a number, which may change while training, or a schedule.
 *
 * @param start the number at first; 0 where there is a schedule
 */
public record LearningRate(double start, Optional<Schedule> schedule) {
    static final FieldType<LearningRate> TYPE = new FieldType<>(
            "a number or a schedule",
            LearningRate::read,
            (r, c) -> r.schedule.isPresent() ? Schedules.ALL.write(r.schedule.get(), c) : (Object) r.start,
            false);

    public static LearningRate of(double start) {
        return new LearningRate(start, Optional.empty());
    }

    public static LearningRate of(Schedule schedule) {
        return new LearningRate(0, Optional.of(schedule));
    }

    private static LearningRate read(Object raw, FieldType.Context c) {
        if (raw instanceof Number n) {
            return of(n.doubleValue());
        }
        if (raw instanceof Map<?, ?> m && "function".equals(m.get("class_name"))) {
            throw new UnsupportedModelException(
                    "learning rate that a function gives has no code in the file (a schedule" + " works), at "
                            + c.path());
        }
        return of(Schedules.ALL.read(raw, c));
    }
}
