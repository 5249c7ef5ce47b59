-- What a window has changed so far is asked at every look, over all targets at once.
create index actuation_audit_by_time on actuation_audit (tenant, at_ms);

-- A row trigger does not see `truncate`.
create trigger actuation_audit_is_not_truncated before truncate on actuation_audit
  for each statement execute function actuation_audit_only_grows();
