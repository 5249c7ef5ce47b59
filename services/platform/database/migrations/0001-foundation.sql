-- Instants are milliseconds since 1970 (`_at_ms`), written by the application's clock.

create table plan (
  version         bigint primary key,
  created_at_ms   bigint not null,
  valid_until_ms  bigint not null,
  status          text   not null,
  fleet_hash      text   not null,
  problem_digest  text   not null,
  body            bytea  not null  -- deflated JSON of the outcome and its inputs
);

-- One row. `current_version` is what a writer must have seen; `next_version` never goes back, so
-- that a version serves as the fencing token of every action taken for it.
create table plan_head (
  singleton       boolean primary key default true check (singleton),
  current_version bigint not null default 0,
  next_version    bigint not null default 1
);
insert into plan_head default values;

-- What happened, written in the transaction that made it happen.
create table outbox_event (
  sequence        bigint generated always as identity primary key,
  id              text   not null unique,
  type            text   not null,
  subject         text   not null,  -- events of one subject reach an endpoint in order
  occurred_at_ms  bigint not null,
  data            jsonb  not null,
  relayed_at_ms   bigint
);
create index outbox_event_pending on outbox_event (sequence) where relayed_at_ms is null;
create index outbox_event_by_time on outbox_event (occurred_at_ms);

-- One event to one endpoint; told again, one more.
create table delivery (
  id              bigint generated always as identity primary key,
  sequence        bigint not null references outbox_event on delete cascade,
  endpoint        text   not null,
  subject         text   not null,
  status          text   not null default 'due' check (status in ('due', 'delivered', 'dead')),
  attempts        int    not null default 0,
  due_at_ms       bigint not null,
  leased_until_ms bigint not null default 0,
  finished_at_ms  bigint
);
create index delivery_due on delivery (endpoint, subject, sequence, id) where status = 'due';
create index delivery_by_sequence on delivery (sequence);
create index delivery_by_endpoint on delivery (endpoint, id);

-- Every attempt, for whoever asks why a webhook did not come.
create table delivery_attempt (
  id              bigint generated always as identity primary key,
  delivery_id     bigint not null references delivery on delete cascade,
  at_ms           bigint not null,
  took_ms         bigint not null,
  http_status     int,
  error           text
);
create index delivery_attempt_by_delivery on delivery_attempt (delivery_id, id);

-- An endpoint that fails is left alone for a while, and in the end for good.
create table endpoint_circuit (
  endpoint        text   primary key,
  failures        int    not null,
  failing_since_ms bigint not null,
  open_until_ms   bigint not null,
  disabled        text
);

create table audit_entry (
  id              bigint generated always as identity primary key,
  at_ms           bigint not null,
  actor           text   not null,
  action          text   not null,
  subject         text   not null,
  outcome         text   not null check (outcome in ('done', 'denied', 'failed')),
  words           text   not null
);
create index audit_entry_by_time on audit_entry (at_ms);

create table setting (
  name            text   primary key,
  value           jsonb  not null,
  version         bigint not null default 1,
  updated_at_ms   bigint not null
);
