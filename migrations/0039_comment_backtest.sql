-- A comment on a version may point at a back-test: a job, which is dropped in its time while the comment stays.
ALTER TABLE agreement_comment ADD COLUMN backtest uuid;
