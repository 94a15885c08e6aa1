-- The first schema of a workspace. A released migration is never edited: what changes later is a new file.
-- Times are milliseconds since 1970 UTC. SHA-256 sums are 32-byte blobs.

CREATE TABLE migrations (
  number     INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  checksum   BLOB NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT;

-- One value per name, as JSON.
CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One export file, or one member of an archive. The same bytes imported again are the same source.
CREATE TABLE sources (
  id               INTEGER PRIMARY KEY,
  path             TEXT NOT NULL,
  member           TEXT NOT NULL,
  format           TEXT NOT NULL,
  sha256           BLOB NOT NULL,
  size             INTEGER NOT NULL,
  exported_at      INTEGER NOT NULL, -- decides which of two exports is the later one
  importer_version INTEGER NOT NULL,
  imported_at      INTEGER NOT NULL,
  status           TEXT NOT NULL CHECK (status IN ('reading', 'complete', 'partial')),
  report           TEXT,             -- JSON, once read
  UNIQUE (sha256, member)
) STRICT;

CREATE TABLE channels (
  id          INTEGER PRIMARY KEY,
  platform    TEXT NOT NULL,
  platform_id TEXT NOT NULL,
  name        TEXT NOT NULL,
  parent_id   TEXT,
  parent_name TEXT,
  UNIQUE (platform, platform_id)
) STRICT;

-- Authors under their pseudonym. `key` is an HMAC of platform and account with the workspace's own key, so that this
-- table alone names nobody.
CREATE TABLE authors (
  id        INTEGER PRIMARY KEY,
  key       BLOB NOT NULL UNIQUE,
  platform  TEXT NOT NULL,
  pseudonym TEXT NOT NULL UNIQUE,
  bot       INTEGER NOT NULL CHECK (bot IN (0, 1))
) STRICT;

-- The real names, apart: an author may have several over time.
CREATE TABLE author_names (
  author  INTEGER NOT NULL REFERENCES authors (id) ON DELETE CASCADE,
  name    TEXT NOT NULL COLLATE NOCASE,
  account TEXT,                      -- the platform's id of this person, where it has one
  PRIMARY KEY (author, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX author_names_by_name ON author_names (name, author);

-- Records as they stood in the source, some hundred together, compressed; the layout is that of desk/store/raw.ts.
CREATE TABLE raw_blocks (
  id     INTEGER PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES sources (id),
  data   BLOB NOT NULL
) STRICT;

-- One message. `identity` is SHA-256 of platform, channel id and message id; (channel, key) says the same in an order
-- in which neighbours in a channel lie side by side, which makes importing several times faster. `key` is '=' and the
-- platform's message id, or, for exports without ids, '~', time, hash and ordinal (desk/store/identity.ts).
CREATE TABLE items (
  id           INTEGER PRIMARY KEY,
  identity     BLOB NOT NULL,
  channel      INTEGER NOT NULL REFERENCES channels (id),
  key          TEXT NOT NULL,
  author       INTEGER REFERENCES authors (id),
  time         INTEGER,
  edited       INTEGER,
  kind         INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 4), -- message, media-only, deleted, system, share
  flags        INTEGER NOT NULL,     -- desk/store/flags.ts
  deleted      INTEGER,              -- when an import first said that the message was deleted
  reply_to     TEXT,
  thread       TEXT,
  text         TEXT NOT NULL,
  version      INTEGER NOT NULL,     -- of the text, from 1
  language     TEXT NOT NULL,        -- BCP 47, or 'unsure', or '' where there is no text
  content_hash INTEGER NOT NULL,     -- 53 bits of the text, to find equal texts
  extra        TEXT,                 -- JSON: attachments, reactions … (desk/store/extra.ts)
  gold         TEXT,                 -- label of a labelled table
  source       INTEGER NOT NULL REFERENCES sources (id),
  row          INTEGER NOT NULL,     -- in the source, from 1
  raw          INTEGER NOT NULL,     -- raw block * 4096 + place in it
  seen_at      INTEGER NOT NULL      -- exported_at of the latest export that holds this version
) STRICT;
CREATE UNIQUE INDEX items_by_key ON items (channel, key);
CREATE INDEX items_by_time ON items (channel, time, id);

-- Texts that an item had, or that an older export gave it, beside the current one.
CREATE TABLE item_versions (
  item         INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  version      INTEGER NOT NULL,
  text         TEXT NOT NULL,
  edited       INTEGER,
  language     TEXT NOT NULL,
  content_hash INTEGER NOT NULL,
  source       INTEGER NOT NULL REFERENCES sources (id),
  row          INTEGER NOT NULL,
  raw          INTEGER NOT NULL,
  PRIMARY KEY (item, version)
) STRICT;

-- Full text. `unspaced_text` holds only texts in scripts that put no spaces between words.
-- secure-delete: what is taken out of the index is gone from it at once.
CREATE VIRTUAL TABLE item_text USING fts5 (
  text, content = 'items', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO item_text (item_text, rank) VALUES ('secure-delete', 1);
CREATE VIRTUAL TABLE unspaced_text USING fts5 (
  text, content = 'items', content_rowid = 'id', tokenize = 'trigram'
);
INSERT INTO unspaced_text (unspaced_text, rank) VALUES ('secure-delete', 1);

CREATE TABLE rejected (
  source INTEGER NOT NULL REFERENCES sources (id),
  row    INTEGER NOT NULL,
  reason TEXT NOT NULL,
  raw    INTEGER NOT NULL,
  PRIMARY KEY (source, row)
) STRICT;

-- A model as it scores: base, adapter, labels, exit depth. Scores belong to one revision.
CREATE TABLE revisions (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL,
  base_name   TEXT NOT NULL,
  base_sha256 BLOB NOT NULL,
  adapter     BLOB,
  adapter_sha256 BLOB,
  depth       INTEGER NOT NULL,
  labels      TEXT NOT NULL,         -- JSON list, in the order of the probabilities
  fine_label  INTEGER,               -- place in `labels` of the one that means "nothing wrong"; null: none does
  languages   TEXT NOT NULL,         -- JSON list of the languages that it was measured on
  layout      TEXT,                  -- pinned once calibrated
  report      TEXT,                  -- JSON of the training run
  created_at  INTEGER NOT NULL
) STRICT;

-- One stretch of scoring: the same revision may run on another backend tomorrow.
CREATE TABLE score_runs (
  id         INTEGER PRIMARY KEY,
  revision   INTEGER NOT NULL REFERENCES revisions (id) ON DELETE CASCADE,
  backend    TEXT NOT NULL,
  layout     TEXT NOT NULL,
  threads    INTEGER NOT NULL,
  started_at INTEGER NOT NULL
) STRICT;

CREATE TABLE scores (
  revision      INTEGER NOT NULL REFERENCES revisions (id) ON DELETE CASCADE,
  item          INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  run           INTEGER NOT NULL REFERENCES score_runs (id) ON DELETE CASCADE,
  version       INTEGER NOT NULL,    -- of the text that was read
  score         REAL,                -- what the queue is ordered by; null: not read
  probabilities BLOB,                -- little-endian float32 per label
  reason        TEXT,                -- why not read
  CHECK ((score IS NULL) = (reason IS NOT NULL) AND (score IS NULL) = (probabilities IS NULL)),
  PRIMARY KEY (revision, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX scores_by_score ON scores (revision, score, item);
CREATE INDEX scores_by_item ON scores (item);
CREATE INDEX scores_by_run ON scores (run);
CREATE INDEX scores_not_read ON scores (revision, reason, item) WHERE reason IS NOT NULL;

-- The queue by one label, for revisions that have more than one label beside "fine".
CREATE TABLE label_scores (
  revision    INTEGER NOT NULL,
  label       INTEGER NOT NULL,
  probability REAL NOT NULL,
  item        INTEGER NOT NULL,
  PRIMARY KEY (revision, label, probability, item),
  FOREIGN KEY (revision, item) REFERENCES scores (revision, item) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX label_scores_by_item ON label_scores (revision, item);

CREATE TABLE jobs (
  id         INTEGER PRIMARY KEY,
  kind       TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'cancelled')),
  done       INTEGER NOT NULL,
  total      INTEGER,
  detail     TEXT NOT NULL,          -- JSON: what the job needs to go on
  error      TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
