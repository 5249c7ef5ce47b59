-- A plan may have to be approved before anything acts on it. `decision` is null while it waits.
alter table plan
  add column needs_approval boolean not null default false,
  add column decision text check (decision in ('approved', 'rejected')),
  add column decided_by text,
  add column decided_at_ms bigint,
  add column decision_words text;
create index plan_in_force on plan (tenant, version) where not needs_approval or decision = 'approved';

-- Measured runs that callers sent, besides those that the fleet file names.
create table measured_run (
  id              bigint generated always as identity primary key,
  tenant          text   not null,
  model           text   not null,
  uploaded_at_ms  bigint not null,
  uploaded_by     text   not null,
  runs            int    not null,  -- rows that were believed
  format          text   not null,
  body            text   not null
);
create index measured_run_by_tenant on measured_run (tenant, model, id);

-- What each lever adds over the horizon of a plan, as counterfactual plans of its problem tell.
create table lever_saving (
  tenant          text   not null,
  at_ms           bigint not null,
  problem_digest  text   not null,
  levers          jsonb  not null,
  primary key (tenant, at_ms)
);
