-- What kind of reason an instance gives for how it is.
ALTER TABLE instances ADD COLUMN reason_code TEXT;
