-- Chats that may be named after people: direct messages, groups of friends, chats of WhatsApp. Outside the workspace they stand
-- under a pseudonym. What was imported before is taken for one until it is imported again.
ALTER TABLE channels ADD COLUMN personal INTEGER NOT NULL DEFAULT 1 CHECK (personal IN (0, 1));
UPDATE channels SET personal = 0 WHERE platform = 'table' OR platform = 'reddit' AND platform_id NOT GLOB '*[^a-z0-9_]*';
