-- +goose Up

-- Sums of the ledger, which reports read. The transaction that ends runs adds them here. A row has the runs of an
-- hour, counted from 1970, that have a value in a dimension (key, share, workflow, visitor, model, credential; the
-- total has none), as the workspace may see it. In section 0 its keys were charged; in section 1 its credentials
-- were used.
CREATE TABLE usage_sums (
  workspace        TEXT NOT NULL,
  section          BIGINT NOT NULL,
  dimension        TEXT NOT NULL,
  value            TEXT NOT NULL,
  hour             BIGINT NOT NULL,
  runs             BIGINT NOT NULL,
  failed_runs      BIGINT NOT NULL,
  model_images     BIGINT NOT NULL,
  credential_calls BIGINT NOT NULL,
  failed_calls     BIGINT NOT NULL,
  input_tokens     BIGINT NOT NULL,
  output_tokens    BIGINT NOT NULL,
  PRIMARY KEY (workspace, section, dimension, value, hour)
);

-- Who ran the links of a workspace on a day, counted from 1970. own_key is the key of the workspace that paid, if it did.
CREATE TABLE usage_visits (
  owner_workspace TEXT NOT NULL,
  own_key         TEXT NOT NULL,
  workflow_id     TEXT NOT NULL,
  share_id        TEXT NOT NULL,
  visitor         TEXT NOT NULL,
  day             BIGINT NOT NULL,
  runs            BIGINT NOT NULL,
  PRIMARY KEY (owner_workspace, own_key, workflow_id, share_id, visitor, day)
);

INSERT INTO usage_sums
  SELECT r.charged_workspace AS workspace, 0 AS section, d.dimension AS dimension,
    CASE d.dimension WHEN '' THEN '' WHEN 'key' THEN r.charged_key
    WHEN 'visitor' THEN CASE WHEN r.owner_workspace = r.charged_workspace THEN r.visitor ELSE '' END
    WHEN 'share' THEN CASE WHEN r.share = '' THEN '' WHEN r.owner_workspace = r.charged_workspace THEN 'workspaces/' || r.owner_workspace || '/workflows/' || r.workflow_id || '/shares/' || r.share_id ELSE r.share END
    ELSE CASE WHEN r.workflow_id = '' THEN '' WHEN r.owner_workspace = r.charged_workspace THEN 'workspaces/' || r.owner_workspace || '/workflows/' || r.workflow_id ELSE r.share END END AS value,
    r.start_time / 3600000000 AS hour,
    CAST(SUM(CASE WHEN r.state = 6 THEN 0 ELSE 1 END) AS BIGINT) AS runs, CAST(SUM(CASE WHEN r.state IN (2, 6) THEN 0 ELSE 1 END) AS BIGINT) AS failed_runs,
    CAST(SUM(r.model_images) AS BIGINT) AS model_images, CAST(SUM(r.credential_calls) AS BIGINT) AS credential_calls, CAST(0 AS BIGINT) AS failed_calls,
    CAST(SUM(r.input_tokens) AS BIGINT) AS input_tokens, CAST(SUM(r.output_tokens) AS BIGINT) AS output_tokens
    FROM runs r JOIN (SELECT '' AS dimension UNION ALL SELECT 'key' UNION ALL SELECT 'share' UNION ALL SELECT 'workflow' UNION ALL SELECT 'visitor') AS d ON 1 = 1
    WHERE r.state <> 1 GROUP BY 1, 2, 3, 4, 5;

INSERT INTO usage_sums
  SELECT workspace, section, dimension, value, hour,
    COUNT(DISTINCT CASE WHEN state <> 6 THEN id END) AS runs, COUNT(DISTINCT CASE WHEN state NOT IN (2, 6) THEN id END) AS failed_runs,
    CAST(SUM(CASE WHEN kind = 'model' THEN quantity ELSE 0 END) AS BIGINT) AS model_images, CAST(SUM(CASE WHEN kind = 'credential' THEN quantity ELSE 0 END) AS BIGINT) AS credential_calls,
    CAST(SUM(failed) AS BIGINT) AS failed_calls, CAST(SUM(input_tokens) AS BIGINT) AS input_tokens, CAST(SUM(output_tokens) AS BIGINT) AS output_tokens
    FROM (
    SELECT r.charged_workspace AS workspace, 0 AS section, l.kind AS dimension,
    CASE WHEN r.owner_workspace <> r.charged_workspace AND l.resource LIKE 'workspaces/' || r.owner_workspace || '/%' THEN '' ELSE l.resource END AS value,
    r.start_time / 3600000000 AS hour, r.id AS id, r.state AS state, l.kind AS kind, l.quantity AS quantity, l.failed AS failed, l.input_tokens AS input_tokens, l.output_tokens AS output_tokens
    FROM runs r JOIN line_items l ON l.run = r.id WHERE r.state <> 1
    UNION ALL
    SELECT r.owner_workspace, 1, d.dimension,
    CASE d.dimension WHEN '' THEN '' WHEN 'key' THEN CASE WHEN r.owner_workspace = r.charged_workspace THEN r.charged_key ELSE '' END
    WHEN 'visitor' THEN r.visitor WHEN 'credential' THEN l.resource
    WHEN 'share' THEN CASE WHEN r.share = '' THEN '' ELSE 'workspaces/' || r.owner_workspace || '/workflows/' || r.workflow_id || '/shares/' || r.share_id END
    ELSE CASE WHEN r.workflow_id = '' THEN '' ELSE 'workspaces/' || r.owner_workspace || '/workflows/' || r.workflow_id END END,
    r.start_time / 3600000000, r.id, r.state, l.kind, l.quantity, l.failed, l.input_tokens, l.output_tokens
    FROM runs r JOIN line_items l ON l.run = r.id
    JOIN (SELECT '' AS dimension UNION ALL SELECT 'key' UNION ALL SELECT 'share' UNION ALL SELECT 'workflow' UNION ALL SELECT 'visitor' UNION ALL SELECT 'credential') AS d ON 1 = 1
    WHERE r.state <> 1 AND l.kind = 'credential' AND l.resource LIKE 'workspaces/' || r.owner_workspace || '/credentials/%'
    ) AS i GROUP BY 1, 2, 3, 4, 5;

INSERT INTO usage_visits
  SELECT r.owner_workspace, CASE WHEN r.owner_workspace = r.charged_workspace THEN r.charged_key ELSE '' END,
    r.workflow_id, r.share_id, r.visitor, r.start_time / 86400000000, COUNT(*)
    FROM runs r WHERE r.state NOT IN (1, 6) AND r.share <> '' AND r.visitor <> '' GROUP BY 1, 2, 3, 4, 5, 6;

-- +goose Down
DROP TABLE usage_visits;
DROP TABLE usage_sums;
