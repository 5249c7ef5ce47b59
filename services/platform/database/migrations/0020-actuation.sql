-- What each target was last told, kept ahead of the telling. A released target keeps its fence
-- and an entry that says it was told nothing.
create table actuation_target (
  target_id       text   primary key,
  fence           bigint not null,
  entry           jsonb  not null
);

-- Shifts and how far they have come.
create table actuation_shift (
  shift_id        text   primary key,
  started         bigint generated always as identity,
  status          text   not null,
  revision        bigint not null,
  record          jsonb  not null
);
create index actuation_shift_running on actuation_shift (started) where status = 'running';

-- Everything ever done to a target, or refused. Only added to: see the trigger.
create table actuation_audit (
  sequence        bigint generated always as identity primary key,
  at_ms           bigint not null,
  target_id       text   not null,
  plan_version    text   not null,
  entry           jsonb  not null
);
create index actuation_audit_by_target on actuation_audit (target_id, sequence);
create index actuation_audit_by_plan on actuation_audit (plan_version, sequence);

create function actuation_audit_only_grows() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log only grows';
end
$$;
create trigger actuation_audit_only_grows before update or delete on actuation_audit
  for each row execute function actuation_audit_only_grows();

-- Who may act. The fence grows each time another holder takes over.
create table actuation_lease (
  scope           text   primary key,
  holder          text   not null,
  fence           bigint not null,
  expires_at_ms   bigint not null
);
