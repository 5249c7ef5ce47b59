-- By how much production differs from what was predicted, per layout and quantity.
create table live_bias (
  tenant          text   not null,
  model           text   not null,
  layout          text   not null,
  quantity        text   not null check (quantity in ('step', 'power')),
  bias            jsonb  not null,
  drift           boolean not null,
  updated_at_ms   bigint not null,
  primary key (tenant, model, layout, quantity)
);
