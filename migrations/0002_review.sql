-- Review: who decides, in which words, and what was decided.

-- People who decide. Each has a key pair of their own; it signs the end of their chain.
CREATE TABLE reviewers (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE COLLATE NOCASE,
  public_key  BLOB NOT NULL UNIQUE,  -- Ed25519, 32 bytes
  private_key BLOB,                  -- 32 bytes; null where the decisions came from another workspace
  created_at  INTEGER NOT NULL
) STRICT;

-- The community's own rules and words.
CREATE TABLE policies (
  id       INTEGER PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE COLLATE NOCASE,
  guidance TEXT NOT NULL,
  place    INTEGER NOT NULL,
  retired  INTEGER NOT NULL CHECK (retired IN (0, 1))
) STRICT;

CREATE TABLE labels (
  id       INTEGER PRIMARY KEY,
  policy   INTEGER REFERENCES policies (id),
  name     TEXT NOT NULL UNIQUE COLLATE NOCASE,
  key      TEXT,                     -- on the keyboard
  guidance TEXT NOT NULL,
  severity INTEGER NOT NULL CHECK (severity BETWEEN 0 AND 3), -- 0: nothing to act on
  place    INTEGER NOT NULL,
  retired  INTEGER NOT NULL CHECK (retired IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX labels_by_key ON labels (key) WHERE key IS NOT NULL AND retired = 0;

-- Every name that a label ever had: links name labels as they were called then.
CREATE TABLE label_names (
  name  TEXT PRIMARY KEY COLLATE NOCASE,
  label INTEGER NOT NULL REFERENCES labels (id)
) STRICT, WITHOUT ROWID;

-- What reviewers did, one chain for each: append-only. `hash` is SHA-256 of `body`, and every body names the hash of the
-- link before it. The columns beside the body repeat what it says, for the queries.
CREATE TABLE links (
  id       INTEGER PRIMARY KEY,      -- in the order in which they came into this workspace
  reviewer INTEGER NOT NULL REFERENCES reviewers (id),
  seq      INTEGER NOT NULL,         -- in the reviewer's chain, from 1
  action   INTEGER NOT NULL,         -- seq of the first link that was made with this one
  kind     TEXT NOT NULL,
  item     INTEGER REFERENCES items (id),
  version  INTEGER,                  -- of the text that was seen
  body     TEXT NOT NULL,            -- JSON
  hash     BLOB NOT NULL,
  salt     BLOB,                     -- of the hashes of texts in the body; gone once the text is erased
  note     TEXT,                     -- covered by a salted hash in the body
  UNIQUE (reviewer, seq)
) STRICT;
CREATE INDEX links_by_item ON links (item, id) WHERE item IS NOT NULL;
CREATE INDEX links_by_action ON links (reviewer, action, seq);

-- Actions that can be undone, and whether they are. An action is what one key or one click did.
CREATE TABLE actions (
  reviewer INTEGER NOT NULL REFERENCES reviewers (id),
  action   INTEGER NOT NULL,
  undone   INTEGER NOT NULL,         -- seq of the undo in force; 0: none is
  PRIMARY KEY (reviewer, action)
) STRICT, WITHOUT ROWID;
CREATE INDEX actions_undone ON actions (reviewer, undone) WHERE undone > 0;

-- What follows from the links that were not undone: of each reviewer about an item …
CREATE TABLE verdicts (
  item     INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  reviewer INTEGER NOT NULL REFERENCES reviewers (id),
  link     INTEGER NOT NULL REFERENCES links (id),
  labels   TEXT NOT NULL,            -- JSON list of ids, in the order of the labels
  version  INTEGER NOT NULL,
  PRIMARY KEY (item, reviewer)
) STRICT, WITHOUT ROWID;
CREATE INDEX verdicts_by_link ON verdicts (link);

-- … and of the item as a whole. No row: nobody did anything yet.
CREATE TABLE reviews (
  item       INTEGER PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
  status     INTEGER NOT NULL,       -- desk/review/status.ts
  label      INTEGER REFERENCES labels (id), -- the most severe one of the latest verdict
  disagree   INTEGER NOT NULL CHECK (disagree IN (0, 1)),
  decided_at INTEGER,
  blind_to   INTEGER REFERENCES reviewers (id), -- whom an appeal must not go to
  link       INTEGER REFERENCES links (id) -- of the verdict that counts; with chains from elsewhere it need not be the last that came
) STRICT;

-- Links that are about something that is not here yet: the message, or the text of it that was seen.
CREATE TABLE waiting_links (
  link     INTEGER PRIMARY KEY REFERENCES links (id),
  identity BLOB NOT NULL             -- of the message
) STRICT;

-- Labels that came with such a file and were not changed here: of the severities that files give, the highest holds.
CREATE TABLE merged_labels (
  label INTEGER PRIMARY KEY REFERENCES labels (id)
) STRICT;

-- What erase and wipe must leave alone, and why.
CREATE TABLE holds (
  item   INTEGER PRIMARY KEY REFERENCES items (id),
  reason TEXT NOT NULL,
  since  INTEGER NOT NULL
) STRICT;

-- That something was erased, without what it was: signed by whoever did it.
CREATE TABLE tombstones (
  id        INTEGER PRIMARY KEY,
  link      INTEGER NOT NULL REFERENCES links (id),
  items     INTEGER NOT NULL,
  revisions TEXT NOT NULL,           -- JSON list of ids of the revisions that were trained on it
  signature BLOB NOT NULL,           -- Ed25519 over the hash of the link
  erased_at INTEGER NOT NULL
) STRICT;

-- Which decisions a revision learned from.
CREATE TABLE trained_on (
  revision INTEGER NOT NULL REFERENCES revisions (id) ON DELETE CASCADE,
  item     INTEGER NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  PRIMARY KEY (revision, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX trained_on_by_item ON trained_on (item);

-- Drawn at random, with the chance that each had. Shown without score, and never trained on.
CREATE TABLE audit_items (
  item        INTEGER PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
  stratum     INTEGER NOT NULL,
  probability REAL NOT NULL CHECK (probability > 0 AND probability <= 1),
  place       REAL NOT NULL,         -- in the random order in which they are shown
  drawn_at    INTEGER NOT NULL
) STRICT;

-- Long work that survives a crash. The table of the first schema was never written to.
DROP TABLE jobs;
CREATE TABLE jobs (
  id         INTEGER PRIMARY KEY,
  input      TEXT NOT NULL,          -- JSON: what was asked for (desk/contract/jobs.ts)
  state      TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'paused', 'done', 'failed', 'cancelled')),
  done       REAL NOT NULL,
  total      REAL,
  report     TEXT,                   -- JSON, once it is over
  message    TEXT,                   -- why it failed, for people
  remedy     TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX jobs_open ON jobs (id) WHERE state IN ('waiting', 'running', 'paused');

-- The queue is filtered and ordered in memory (desk/queue/columns.ts), so that writing a score need not keep its order.
DROP TABLE label_scores;
DROP INDEX scores_by_score;
DROP INDEX scores_not_read;

-- How much there is of what, kept as it changes: counting a million rows takes longer than opening the workspace may.
CREATE TABLE item_counts (
  kind     INTEGER NOT NULL,
  empty    INTEGER NOT NULL,         -- of flags, the bit of what has nothing to read
  language TEXT NOT NULL,
  items    INTEGER NOT NULL,
  PRIMARY KEY (kind, empty, language)
) STRICT, WITHOUT ROWID;
INSERT INTO item_counts SELECT kind, flags & 4, language, count(*) FROM items GROUP BY 1, 2, 3;
CREATE TRIGGER items_come AFTER INSERT ON items BEGIN
  INSERT INTO item_counts VALUES (NEW.kind, NEW.flags & 4, NEW.language, 1) ON CONFLICT DO UPDATE SET items = items + 1;
END;
CREATE TRIGGER items_change AFTER UPDATE OF kind, flags, language ON items BEGIN
  UPDATE item_counts SET items = items - 1
    WHERE kind = OLD.kind AND empty = OLD.flags & 4 AND language = OLD.language;
  INSERT INTO item_counts VALUES (NEW.kind, NEW.flags & 4, NEW.language, 1) ON CONFLICT DO UPDATE SET items = items + 1;
END;

CREATE TABLE score_counts (
  revision INTEGER NOT NULL REFERENCES revisions (id) ON DELETE CASCADE,
  reason   TEXT NOT NULL,            -- why not read; '' where it was
  items    INTEGER NOT NULL,
  PRIMARY KEY (revision, reason)
) STRICT, WITHOUT ROWID;
INSERT INTO score_counts SELECT revision, coalesce(reason, ''), count(*) FROM scores GROUP BY 1, 2;
CREATE TRIGGER scores_come AFTER INSERT ON scores BEGIN
  INSERT INTO score_counts VALUES (NEW.revision, coalesce(NEW.reason, ''), 1) ON CONFLICT DO UPDATE SET items = items + 1;
END;
CREATE TRIGGER scores_change AFTER UPDATE OF reason ON scores BEGIN
  UPDATE score_counts SET items = items - 1 WHERE revision = OLD.revision AND reason = coalesce(OLD.reason, '');
  INSERT INTO score_counts VALUES (NEW.revision, coalesce(NEW.reason, ''), 1) ON CONFLICT DO UPDATE SET items = items + 1;
END;
CREATE TRIGGER scores_go AFTER DELETE ON scores BEGIN
  UPDATE score_counts SET items = items - 1 WHERE revision = OLD.revision AND reason = coalesce(OLD.reason, '');
END;

-- The queue's columns as they were when the workspace was closed, 4,096 items in a row (desk/queue/column-page.ts): a
-- million rows take longer to read than a person waits. Whatever changes about an item takes its page away, so that a page
-- that is there is right.
CREATE TABLE queue_pages (
  page  INTEGER PRIMARY KEY,         -- id of its items / 4096
  model TEXT NOT NULL,               -- whose scores are in it
  data  BLOB NOT NULL
) STRICT;
CREATE TRIGGER queue_item_comes AFTER INSERT ON items BEGIN DELETE FROM queue_pages WHERE page = NEW.id >> 12; END;
CREATE TRIGGER queue_item_changes AFTER UPDATE ON items BEGIN DELETE FROM queue_pages WHERE page = NEW.id >> 12; END;
CREATE TRIGGER queue_item_goes AFTER DELETE ON items BEGIN DELETE FROM queue_pages WHERE page = OLD.id >> 12; END;
CREATE TRIGGER queue_score_comes AFTER INSERT ON scores BEGIN DELETE FROM queue_pages WHERE page = NEW.item >> 12; END;
CREATE TRIGGER queue_score_changes AFTER UPDATE ON scores BEGIN DELETE FROM queue_pages WHERE page = NEW.item >> 12; END;
CREATE TRIGGER queue_score_goes AFTER DELETE ON scores BEGIN DELETE FROM queue_pages WHERE page = OLD.item >> 12; END;
CREATE TRIGGER queue_review_comes AFTER INSERT ON reviews BEGIN DELETE FROM queue_pages WHERE page = NEW.item >> 12; END;
CREATE TRIGGER queue_review_changes AFTER UPDATE ON reviews BEGIN DELETE FROM queue_pages WHERE page = NEW.item >> 12; END;
CREATE TRIGGER queue_review_goes AFTER DELETE ON reviews BEGIN DELETE FROM queue_pages WHERE page = OLD.item >> 12; END;
CREATE TRIGGER queue_audit_comes AFTER INSERT ON audit_items BEGIN DELETE FROM queue_pages WHERE page = NEW.item >> 12; END;
CREATE TRIGGER queue_audit_goes AFTER DELETE ON audit_items BEGIN DELETE FROM queue_pages WHERE page = OLD.item >> 12; END;

-- Segments of the text indexes are merged while an import goes on, a few pages at a time (desk/store/loader/load.ts); on its own
-- FTS5 does so only when very many have come together.
INSERT INTO item_text (item_text, rank) VALUES ('automerge', 0), ('crisismerge', 64);
INSERT INTO unspaced_text (unspaced_text, rank) VALUES ('automerge', 0), ('crisismerge', 64);
