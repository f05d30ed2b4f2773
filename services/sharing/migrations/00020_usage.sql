-- +goose Up

-- Sums of the ledger, which reports read. The transaction that ends runs adds them here. hour is the hour
-- of the start of the runs, counted from 1970. runs does not count runs whose link was stopped.
CREATE TABLE usage_hours (
  charged_workspace TEXT NOT NULL,
  hour              BIGINT NOT NULL,
  owner_workspace   TEXT NOT NULL,
  charged_key       TEXT NOT NULL,
  workflow          TEXT NOT NULL,
  share             TEXT NOT NULL,
  workflow_id       TEXT NOT NULL,
  share_id          TEXT NOT NULL,
  runs              BIGINT NOT NULL,
  failed_runs       BIGINT NOT NULL,
  model_images      BIGINT NOT NULL,
  credential_calls  BIGINT NOT NULL,
  input_tokens      BIGINT NOT NULL,
  output_tokens     BIGINT NOT NULL,
  PRIMARY KEY (charged_workspace, hour, owner_workspace, charged_key, workflow, share)
);
CREATE INDEX usage_hours_owner ON usage_hours (owner_workspace, hour);

-- The same for each visitor. The order is that of the report of an owner about its visitors, so that a page
-- of it reads only its own rows.
CREATE TABLE usage_visitors (
  owner_workspace   TEXT NOT NULL,
  visitor           TEXT NOT NULL,
  hour              BIGINT NOT NULL,
  charged_workspace TEXT NOT NULL,
  charged_key       TEXT NOT NULL,
  workflow          TEXT NOT NULL,
  share             TEXT NOT NULL,
  workflow_id       TEXT NOT NULL,
  share_id          TEXT NOT NULL,
  runs              BIGINT NOT NULL,
  failed_runs       BIGINT NOT NULL,
  model_images      BIGINT NOT NULL,
  credential_calls  BIGINT NOT NULL,
  input_tokens      BIGINT NOT NULL,
  output_tokens     BIGINT NOT NULL,
  PRIMARY KEY (owner_workspace, visitor, hour, charged_key, workflow, share)
);

-- What runs used, as workspace may see it: section 0 is what its keys were charged, section 1 what its
-- credentials were used for. In section 1, the rows without a kind count each run once for all of its
-- credentials.
CREATE TABLE usage_items (
  workspace         TEXT NOT NULL,
  section           BIGINT NOT NULL,
  kind              TEXT NOT NULL,
  resource          TEXT NOT NULL,
  hour              BIGINT NOT NULL,
  visitor           TEXT NOT NULL,
  charged_key       TEXT NOT NULL,
  workflow          TEXT NOT NULL,
  share             TEXT NOT NULL,
  charged_workspace TEXT NOT NULL,
  owner_workspace   TEXT NOT NULL,
  workflow_id       TEXT NOT NULL,
  share_id          TEXT NOT NULL,
  runs              BIGINT NOT NULL,
  failed_runs       BIGINT NOT NULL,
  quantity          BIGINT NOT NULL,
  failed            BIGINT NOT NULL,
  input_tokens      BIGINT NOT NULL,
  output_tokens     BIGINT NOT NULL,
  PRIMARY KEY (workspace, section, kind, resource, hour, visitor, charged_key, workflow, share)
);

INSERT INTO usage_hours SELECT charged_workspace, start_time / 3600000000, owner_workspace, charged_key, workflow, share,
    MAX(workflow_id), MAX(share_id), SUM(CASE WHEN state = 6 THEN 0 ELSE 1 END), SUM(CASE WHEN state IN (2, 6) THEN 0 ELSE 1 END),
    SUM(model_images), SUM(credential_calls), SUM(input_tokens), SUM(output_tokens)
  FROM runs WHERE state <> 1 GROUP BY 1, 2, 3, 4, 5, 6;

INSERT INTO usage_visitors SELECT owner_workspace, visitor, start_time / 3600000000, MAX(charged_workspace), charged_key, workflow, share,
    MAX(workflow_id), MAX(share_id), SUM(CASE WHEN state = 6 THEN 0 ELSE 1 END), SUM(CASE WHEN state IN (2, 6) THEN 0 ELSE 1 END),
    SUM(model_images), SUM(credential_calls), SUM(input_tokens), SUM(output_tokens)
  FROM runs WHERE state <> 1 GROUP BY 1, 2, 3, 5, 6, 7;

INSERT INTO usage_items SELECT workspace, section, kind, resource, hour, visitor, charged_key, workflow, share,
    MAX(charged_workspace), MAX(owner_workspace), MAX(workflow_id), MAX(share_id),
    COUNT(DISTINCT CASE WHEN state <> 6 THEN id END), COUNT(DISTINCT CASE WHEN state NOT IN (2, 6) THEN id END),
    SUM(quantity), SUM(failed), SUM(input_tokens), SUM(output_tokens)
  FROM (
    SELECT r.charged_workspace AS workspace, 0 AS section, l.kind AS kind,
        CASE WHEN r.owner_workspace <> r.charged_workspace AND l.resource LIKE 'workspaces/' || r.owner_workspace || '/%' THEN '' ELSE l.resource END AS resource,
        r.start_time / 3600000000 AS hour, CASE WHEN r.owner_workspace = r.charged_workspace THEN r.visitor ELSE '' END AS visitor,
        r.charged_key AS charged_key, r.workflow AS workflow, r.share AS share, r.charged_workspace AS charged_workspace,
        r.owner_workspace AS owner_workspace, r.workflow_id AS workflow_id, r.share_id AS share_id,
        r.id AS id, r.state AS state, l.quantity AS quantity, l.failed AS failed, l.input_tokens AS input_tokens, l.output_tokens AS output_tokens
      FROM runs r JOIN line_items l ON l.run = r.id WHERE r.state <> 1
    UNION ALL
    SELECT r.owner_workspace, 1, k.kind, CASE WHEN k.kind = '' THEN '' ELSE l.resource END,
        r.start_time / 3600000000, r.visitor, r.charged_key, r.workflow, r.share, r.charged_workspace, r.owner_workspace, r.workflow_id, r.share_id,
        r.id, r.state, l.quantity, l.failed, l.input_tokens, l.output_tokens
      FROM runs r JOIN line_items l ON l.run = r.id JOIN (SELECT '' AS kind UNION ALL SELECT 'credential') AS k ON 1 = 1
      WHERE r.state <> 1 AND l.kind = 'credential' AND l.resource LIKE 'workspaces/' || r.owner_workspace || '/credentials/%'
  ) AS i GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;

-- +goose Down
DROP TABLE usage_items;
DROP TABLE usage_visitors;
DROP TABLE usage_hours;
