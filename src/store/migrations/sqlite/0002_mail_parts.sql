-- 0002: a mail asks its reader for some gaps and lists others to him as their owner.

ALTER TABLE mail_gaps ADD COLUMN part TEXT NOT NULL DEFAULT 'asked' CHECK (part IN ('asked', 'owned')); -- in which part of the mail
ALTER TABLE mails ADD COLUMN contact TEXT NOT NULL DEFAULT ''; -- fingerprint of the person's rows in the contacts register
