-- What the receiving team has upheld may be appealed to the referee whom the routes name, finally.
ALTER DOMAIN dispute_state DROP CONSTRAINT dispute_state_check;
ALTER DOMAIN dispute_state ADD CHECK (VALUE IN ('open', 'upheld', 'conceded', 'appealed', 'upheld_finally'));
ALTER TABLE feedback
    DROP CONSTRAINT feedback_kind_check,
    ADD CONSTRAINT feedback_kind_check CHECK (kind IN ('feedback', 'disputed', 'upheld', 'conceded', 'appealed'));
