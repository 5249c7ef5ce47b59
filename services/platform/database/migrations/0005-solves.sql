-- Solves under way: written by the coordinator, filled in by one job a block, read by the merge.
CREATE TABLE solves (
  revision text PRIMARY KEY,
  problem_digest text NOT NULL,
  frame jsonb NOT NULL,
  begun_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX solves_begun_at ON solves (begun_at);
CREATE INDEX solves_problem_digest ON solves (problem_digest);

CREATE TABLE solve_blocks (
  revision text NOT NULL REFERENCES solves ON DELETE CASCADE,
  block_id text NOT NULL,
  position integer NOT NULL,
  block jsonb NOT NULL,
  solution jsonb,
  PRIMARY KEY (revision, block_id)
);

-- What the fitted models say, one row a model; replaced as a whole by each fit.
CREATE TABLE model_fits (
  model text PRIMARY KEY,
  fitted_at timestamptz NOT NULL,
  source text NOT NULL,
  points jsonb NOT NULL
);

-- What each past window used and emitted, beside the static baseline; one row a window.
CREATE TABLE ledger (
  window_start_ms bigint PRIMARY KEY,
  plan_version bigint NOT NULL,
  entry jsonb NOT NULL
);
