-- The same file sent twice, by a caller that never heard the first answer, is kept once.
alter table measured_run add column digest text;
update measured_run set digest = md5(id::text);
alter table measured_run alter column digest set not null;
create unique index measured_run_once on measured_run (tenant, model, digest);

create index lever_saving_by_time on lever_saving (at_ms);
