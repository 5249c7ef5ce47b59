-- What a model's last move came to is asked before each new one.
create index actuation_shift_by_model on actuation_shift ((record->'shift'->>'model'), started);

-- Counts under which a model last kept every promise; a model that burns goes back to them.
create table actuation_known_good (
  tenant          text   not null,
  target_id       text   not null,
  replicas        int    not null,
  at_ms           bigint not null,
  primary key (tenant, target_id)
);

-- A row means stop, on every machine that sees this database.
create table actuation_stop (
  tenant          text   primary key,
  why             text   not null,
  at_ms           bigint not null
);
