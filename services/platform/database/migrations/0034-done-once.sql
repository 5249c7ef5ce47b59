-- What was done for a request that carried an Idempotency-Key, written with it: a process that died
-- before it could keep its answer has left this behind.
create table done_once (
  tenant  text   not null,
  id      text   not null,  -- of the request, made of its key and who sent it
  result  jsonb,            -- names what came of it; null while that is under way
  at_ms   bigint not null,
  primary key (tenant, id)
);
create index done_once_by_time on done_once (at_ms);
