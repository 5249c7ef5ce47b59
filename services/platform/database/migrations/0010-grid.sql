-- Carbon intensity: last good answers, and every forecast as it was issued.

-- One row a provider, zone and kind of answer; shared by all processes.
create table grid_series (
  key text primary key,
  packed bytea,
  fetched_at_ms bigint,
  -- Whoever holds the lease is asking the provider; null or past: nobody is.
  leased_until_ms bigint
);

-- Append-only. A zone's record lies together; the small range index serves pruning by age.
create table grid_forecast (
  source text not null,
  zone text not null,
  signal text not null,
  basis text not null,
  issued_at_ms bigint not null,
  packed bytea not null,
  primary key (source, zone, signal, basis, issued_at_ms)
);
create index grid_forecast_issued on grid_forecast using brin (issued_at_ms);
-- The bytes are deflated already.
alter table grid_forecast alter column packed set storage external;
alter table grid_series alter column packed set storage external;
