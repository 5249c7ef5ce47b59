-- The audit is kept for two years, whatever anybody asks for. What is older may go, where it is said
-- from when on, in that very transaction: no statement removes it by accident.
create or replace function actuation_audit_only_grows() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.at_ms < nullif(current_setting('gridtide.forget_audit_before', true), '')::bigint
      and old.at_ms < extract(epoch from now() - interval '2 years') * 1000
    then
      return old;
    end if;
  end if;
  raise exception 'the audit log only grows';
end
$$;
