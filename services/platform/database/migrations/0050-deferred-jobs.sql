-- Jobs that may wait. What was asked for never changes; what is planned does, every tick.
create table deferred_job (
  number          bigint generated always as identity unique,
  tenant          text   not null,
  id              text   not null,
  state           text   not null check (state in ('waiting', 'running', 'missed', 'done', 'cancelled')),
  submitted_at_ms bigint not null,
  planned_at_ms   bigint not null,
  job             jsonb  not null,
  progress        jsonb  not null,
  placement       jsonb,
  ran             jsonb  not null default '[]',
  report          jsonb,
  primary key (tenant, id)
);
create index deferred_job_active on deferred_job (tenant) where state in ('waiting', 'running', 'missed');
create index deferred_job_by_number on deferred_job (tenant, number);
