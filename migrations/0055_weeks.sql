-- The beginning of the last week of which its page was written to each side; it is written on Monday at six, UTC.
ALTER TABLE outbound_cursor ADD COLUMN week timestamptz NOT NULL DEFAULT date_trunc('week', now() - interval '6 hours', 'UTC');
