-- Who fetched knows how long the answer is good for, and why there is none: every process reads it.
alter table grid_series add column fresh_until_ms bigint;
-- Set while nobody may ask because asking has just failed; the lease says until when.
alter table grid_series add column failure text;
