-- Whose each row is. What there was before belongs to the tenant that there was: `default`.
-- The grid is the same for everybody and stays shared.

alter table plan add column tenant text not null default 'default';
alter table plan drop constraint plan_pkey, add primary key (tenant, version);

alter table plan_head drop column singleton, add column tenant text not null default 'default';
alter table plan_head add primary key (tenant);

alter table outbox_event add column tenant text not null default 'default';
alter table outbox_event drop constraint outbox_event_id_key, add unique (tenant, id);
create index outbox_event_by_tenant on outbox_event (tenant, sequence);
drop index outbox_event_by_time;
create index outbox_event_by_time on outbox_event (tenant, occurred_at_ms);

alter table delivery add column tenant text not null default 'default';
drop index delivery_due;
create index delivery_due on delivery (tenant, endpoint, subject, sequence, id) where status = 'due';
drop index delivery_by_endpoint;
create index delivery_by_endpoint on delivery (tenant, endpoint, id);

alter table endpoint_circuit add column tenant text not null default 'default';
alter table endpoint_circuit drop constraint endpoint_circuit_pkey, add primary key (tenant, endpoint);

alter table audit_entry add column tenant text;  -- null: nobody could tell whose call it was
update audit_entry set tenant = 'default';
create index audit_entry_by_tenant on audit_entry (tenant, id);

alter table solve_blocks drop constraint solve_blocks_revision_fkey;
alter table solves add column tenant text not null default 'default';
alter table solves drop constraint solves_pkey, add primary key (tenant, revision);
alter table solve_blocks add column tenant text not null default 'default';
alter table solve_blocks drop constraint solve_blocks_pkey, add primary key (tenant, revision, block_id);
alter table solve_blocks add foreign key (tenant, revision) references solves on delete cascade;

alter table model_fits add column tenant text not null default 'default';
alter table model_fits drop constraint model_fits_pkey, add primary key (tenant, model);

alter table ledger add column tenant text not null default 'default';
alter table ledger drop constraint ledger_pkey, add primary key (tenant, window_start_ms);

alter table actuation_target add column tenant text not null default 'default';
alter table actuation_target drop constraint actuation_target_pkey, add primary key (tenant, target_id);
alter table actuation_shift add column tenant text not null default 'default';
alter table actuation_shift drop constraint actuation_shift_pkey, add primary key (tenant, shift_id);
alter table actuation_lease add column tenant text not null default 'default';
alter table actuation_lease drop constraint actuation_lease_pkey, add primary key (tenant, scope);
alter table actuation_audit add column tenant text not null default 'default';

-- A writer that forgets whose row it writes is to fail, not to write somebody else's.
alter table plan alter column tenant drop default;
alter table plan_head alter column tenant drop default;
alter table outbox_event alter column tenant drop default;
alter table delivery alter column tenant drop default;
alter table endpoint_circuit alter column tenant drop default;
alter table solves alter column tenant drop default;
alter table solve_blocks alter column tenant drop default;
alter table model_fits alter column tenant drop default;
alter table ledger alter column tenant drop default;
alter table actuation_target alter column tenant drop default;
alter table actuation_shift alter column tenant drop default;
alter table actuation_lease alter column tenant drop default;
alter table actuation_audit alter column tenant drop default;

drop table setting;  -- nobody ever used it
