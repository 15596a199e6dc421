-- A team's working time: its calendar as it was given (lib/core/calendar/calendar.h).
ALTER TABLE team ADD COLUMN calendar json CHECK (json_typeof(calendar) = 'object');
