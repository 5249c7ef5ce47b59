-- Keys of the HTTP API. Not the key itself: `proof` is what its secret hashes to.
create table api_key (
  prefix          text   primary key,
  proof           text   not null,
  tenant          text   not null,
  label           text   not null,
  scopes          text[] not null,
  created_at_ms   bigint not null,
  expires_at_ms   bigint,
  revoked_at_ms   bigint
);
create index api_key_by_tenant on api_key (tenant, created_at_ms);

-- Answers to requests that carried an Idempotency-Key, so that asking again does not do it again.
create table idempotent_answer (
  tenant          text   not null,
  key             text   not null,
  fingerprint     text   not null,  -- of the request: the same key for another one is refused
  started_at_ms   bigint not null,
  status          int,              -- null while the first request is still under way
  body            text,
  primary key (tenant, key)
);
create index idempotent_answer_by_time on idempotent_answer (started_at_ms);

-- What callers laid over the fleet file. `revision` is what a writer must have seen.
create table fleet_overlay (
  tenant          text   not null,
  kind            text   not null check (kind in ('model', 'policy')),
  id              text   not null,
  revision        bigint not null,
  value           jsonb  not null,
  changed_by      text   not null,
  changed_at_ms   bigint not null,
  primary key (tenant, kind, id)
);

-- Traffic that callers observed or forecast; the newest word on a slot is the one kept.
create table pushed_demand (
  tenant            text   not null,
  model             text   not null,
  origin            text   not null,
  kind              text   not null check (kind in ('observed', 'forecast')),
  start_ms          bigint not null,
  end_ms            bigint not null,
  tokens_per_second double precision not null,
  pushed_at_ms      bigint not null,
  primary key (tenant, model, origin, kind, start_ms)
);
create index pushed_demand_by_time on pushed_demand (end_ms);
