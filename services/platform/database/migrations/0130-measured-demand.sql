-- Traffic that the service measured by itself, where nobody pushes any.
alter table pushed_demand drop constraint pushed_demand_kind_check;
alter table pushed_demand add constraint pushed_demand_kind_check
  check (kind in ('observed', 'forecast', 'measured'));
