-- Second opinions: what a larger model says of a message, asked in the community's own words. Never a decision.

-- One stretch of asking. `question` is SHA-256 of what was asked: policy, labels, and the words around them.
CREATE TABLE opinion_runs (
  id           INTEGER PRIMARY KEY,
  model        TEXT NOT NULL,
  model_sha256 BLOB NOT NULL,
  question     BLOB NOT NULL,
  started_at   INTEGER NOT NULL
) STRICT;

-- The latest about each item.
CREATE TABLE opinions (
  item        INTEGER PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
  run         INTEGER NOT NULL REFERENCES opinion_runs (id),
  version     INTEGER NOT NULL,      -- of the text that was read
  label       INTEGER NOT NULL REFERENCES labels (id),
  probability REAL NOT NULL CHECK (probability BETWEEN 0 AND 1), -- among the labels that it could choose from
  made_at     INTEGER NOT NULL
) STRICT;
