-- What the windows of a solve were priced at and what they proved: the next solve goes on from it.
alter table solves add column prices jsonb;
