-- An answer that is given again names what it is of, as the first one did.
alter table idempotent_answer add column etag text;
