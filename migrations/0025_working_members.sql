-- When a member works, is away, and how much distribution gives them: hours are a calendar of their own
-- (lib/core/calendar/calendar.h), absent a list of days (lib/core/calendar/absence.h).
ALTER TABLE member
    ADD COLUMN hours json CHECK (json_typeof(hours) = 'object'),
    ADD COLUMN absent json CHECK (json_typeof(absent) = 'array'),
    ADD COLUMN per_day int CHECK (per_day >= 0),
    ADD COLUMN open_limit int CHECK (open_limit >= 0);
