-- 0002: a mail asks its reader for some gaps and lists others to him as their owner; its bytes are stored apart.

ALTER TABLE mail_gaps ADD COLUMN part TEXT NOT NULL DEFAULT 'asked' CHECK (part IN ('asked', 'owned')); -- in which part of the mail
ALTER TABLE mails ADD COLUMN contact TEXT NOT NULL DEFAULT ''; -- fingerprint of the person's rows in the contacts register

-- The finished messages. Apart, for each outcome writes its mail's row anew, and a message is hundreds of times as long as
-- the rest of that row.
CREATE TABLE mail_bytes (
    message_id TEXT COLLATE "C" PRIMARY KEY REFERENCES mails (message_id) ON DELETE CASCADE, -- the mail
    bytes      BYTEA NOT NULL                                                     -- the finished message
);
INSERT INTO mail_bytes (message_id, bytes) SELECT message_id, bytes FROM mails;
ALTER TABLE mails DROP COLUMN bytes;
