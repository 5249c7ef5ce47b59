-- Files of requests, kept in parts of one length so that no process holds a whole one.
create table request_file (
  number        bigint generated always as identity unique,
  tenant        text   not null,
  id            text   not null,
  name          text   not null,
  purpose       text   not null check (purpose in ('batch', 'batch_output')),
  bytes         bigint not null default 0,
  ready         boolean not null default false,
  created_at_ms bigint not null,
  expires_at_ms bigint,
  primary key (tenant, id)
);
create table request_file_part (
  tenant  text    not null,
  file    text    not null,
  number  integer not null,
  content bytea   not null,
  primary key (tenant, file, number),
  foreign key (tenant, file) references request_file (tenant, id) on delete cascade
);

-- A batch of requests; its carbon and its hours are those of the deferred job of the same id.
create table request_batch (
  number         bigint generated always as identity unique,
  tenant         text   not null,
  id             text   not null,
  status         text   not null check (status in ('validating', 'failed', 'in_progress',
                   'finalizing', 'completed', 'expired', 'cancelling', 'cancelled')),
  ask            jsonb  not null,
  model          text,
  created_at_ms  bigint not null,
  deadline_at_ms bigint not null,
  times          jsonb  not null default '{}',
  errors         jsonb  not null default '[]',
  output_file    text,
  error_file     text,
  holder         text   not null default '',
  lease_until_ms bigint not null default 0,
  primary key (tenant, id)
);
create index request_batch_open on request_batch (tenant)
  where status in ('validating', 'in_progress', 'finalizing', 'cancelling');

-- Each request of a batch. `attempt` only grows and fences: a result of an older one is not taken.
create table request_line (
  tenant         text    not null,
  batch          text    not null,
  number         integer not null,
  custom_id      text    not null,
  at_byte        bigint  not null,
  bytes          integer not null,
  tokens         double precision not null,
  state          text    not null default 'open' check (state in ('open', 'completed', 'failed')),
  attempt        integer not null default 0,
  tries          integer not null default 0,
  holder         text    not null default '',
  lease_until_ms bigint  not null default 0,
  not_before_ms  bigint  not null default 0,
  result         text,
  primary key (tenant, batch, number),
  unique (tenant, batch, custom_id),
  foreign key (tenant, batch) references request_batch (tenant, id) on delete cascade
);
create index request_line_open on request_line (tenant, batch, number) where state = 'open';

-- Regions whose GPUs interactive traffic needs at once; deferrable work stands still there meanwhile.
create table yielded_region (
  tenant   text   not null,
  region   text   not null,
  until_ms bigint not null,
  primary key (tenant, region)
);

-- Progress that was reported is truer than progress that was planned.
alter table deferred_job add column reported_at_ms bigint;
