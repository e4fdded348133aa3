-- 0003: what the newest run said of accounts beyond their states, so that it can be told without its report.

-- Replaced as a whole when a run ends. What is plainly well (shared as expected, a second endpoint agrees) has no row, nor
-- has a row of the register that could not be judged: the register tells those.
CREATE TABLE account_notes (
    client_id            INTEGER NOT NULL, -- who expects the account; 0: nobody
    account_id           INTEGER NOT NULL, -- the ad account
    seq                  INTEGER NOT NULL, -- the run that said it; not the newest one if that was killed
    confidence           TEXT,             -- how sure it was
    suggested_account_id INTEGER,          -- for a mistyped id: which is probably meant
    evidence             TEXT NOT NULL,    -- what was seen, in sentences
    next_step            TEXT NOT NULL,    -- the one step that mends it; empty where there is none
    reminder_state       TEXT,             -- what the mails do about it; NULL where nothing is to be mended
    next_mail_on         TEXT,             -- day of the next mail about it
    PRIMARY KEY (client_id, account_id)
) WITHOUT ROWID;
