-- Why a row cannot be published; such rows stay for an operator and hold nothing up.
ALTER TABLE outbox ADD COLUMN problem TEXT;
