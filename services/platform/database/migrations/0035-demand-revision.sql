-- How often traffic was pushed for a model: what a writer who has to be the only one must have seen.
create table pushed_demand_head (
  tenant    text   not null,
  model     text   not null,
  revision  bigint not null,
  primary key (tenant, model)
);
