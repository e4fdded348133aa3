-- 0001: everything that a night leaves behind.
--
-- Days are ISO dates, moments RFC 3339 in UTC, ids of TikTok integers (at most 9223372036854775807), words the
-- contract's. States and sightings are only ever appended: a night in which nothing changed appends nothing, and what
-- held as of a run is the newest row of each key whose seq is not after it. Those two tables carry no foreign keys:
-- at a million rows a night each would cost a tenth of the writing, and their ids come from the same transaction.

-- One row: who may write.
CREATE TABLE lease (
    id        INTEGER PRIMARY KEY CHECK (id = 1), -- there is one lease
    held      BOOLEAN NOT NULL,                   -- whether somebody has it
    holder    TEXT NOT NULL,                      -- who has it, or had it last: host and process, for people
    fence     INTEGER NOT NULL,                   -- rises each time it is taken; who holds an older one can write nothing
    beat      INTEGER NOT NULL,                   -- rises with each renewal and each write; standing still is how death looks
    length_ms INTEGER NOT NULL                    -- the holder's lease length; it renews four times in one
);
INSERT INTO lease (id, held, holder, fence, beat, length_ms) VALUES (1, FALSE, '', 0, 0, 0);

-- One row a run that began.
CREATE TABLE runs (
    seq           INTEGER PRIMARY KEY,   -- order of the runs
    run_id        TEXT NOT NULL,         -- names the report folder; a killed run without a folder can share it with the next
    command       TEXT NOT NULL,         -- run or release
    now           TEXT NOT NULL,         -- the moment the run took for the present
    day           TEXT NOT NULL,         -- its calendar day in the configured zone
    started_at    TEXT NOT NULL,         -- by the machine's clock
    ended_at      TEXT,                  -- by the machine's clock; NULL while under way, and for ever if it was killed
    register_rows INTEGER NOT NULL,      -- data rows of the accounts register, good and bad
    bad_rows      INTEGER NOT NULL,      -- of these, set aside
    judged        INTEGER,               -- rows judged; NULL until the states of this run are stored
    ok_rows       INTEGER,               -- of these, ok
    exit_code     INTEGER,               -- what the process ended with
    exit_codes    TEXT,                  -- all that applied, a JSON list
    complete      BOOLEAN NOT NULL DEFAULT FALSE, -- whether everything was read
    held          BOOLEAN NOT NULL DEFAULT FALSE, -- whether a guard held the mails
    released_at   TEXT,                  -- when a person released its mails
    summary       TEXT,                  -- summary.json
    calls         TEXT                   -- numbers and durations of requests, JSON; never part of a report
);
CREATE INDEX runs_by_day ON runs (day);

-- Clients as the register wrote them last.
CREATE TABLE clients (
    client_id   INTEGER PRIMARY KEY, -- short name for the tables below; 0 there stands for "nobody expects it"
    country_key TEXT NOT NULL,       -- folded: what it is compared by
    code_key    TEXT NOT NULL,       -- folded: what it is compared by
    country     TEXT NOT NULL,       -- as written
    code        TEXT NOT NULL,       -- as written
    name        TEXT NOT NULL,       -- as written; may be empty
    parent_code TEXT NOT NULL,       -- as written; empty where there is none
    UNIQUE (country_key, code_key)
);

-- The agency's members.
CREATE TABLE members (
    member_id INTEGER PRIMARY KEY, -- short name for the tables below
    address   TEXT NOT NULL UNIQUE -- e-mail address, lower case
);

-- What was judged of an account from a run on, until a newer row says otherwise.
CREATE TABLE account_states (
    seq                INTEGER NOT NULL, -- the run from which on it holds
    client_id          INTEGER NOT NULL, -- who expects the account; 0: nobody
    account_id         INTEGER NOT NULL, -- the ad account
    cause              TEXT,             -- why it is as it is, the status follows from it; NULL: not judged any more
    certain_cause      TEXT,             -- where cause is an unknown one: the last certain one, if there was any
    since              TEXT,             -- first certain day of its series
    certain_until      TEXT,             -- where cause is an unknown one: the last day on which certain_cause held
    account_name       TEXT,             -- its name then; may be empty
    member_id          INTEGER,          -- the expected member, or the one that sees an unexpected account
    business_center_id INTEGER,          -- where it was seen, else the client's
    actual_role        TEXT,             -- the member's role; empty: seen, none stated; NULL: not seen
    PRIMARY KEY (seq, client_id, account_id)
) WITHOUT ROWID;

-- The same as intervals, for people and for `history`.
CREATE VIEW account_intervals AS
SELECT clients.country, clients.code AS client_code, s.account_id, s.cause, s.certain_cause, s.since, s.certain_until,
       s.account_name, s.actual_role, s.business_center_id, s.seq AS from_seq,
       LEAD(s.seq) OVER (PARTITION BY s.client_id, s.account_id ORDER BY s.seq) AS to_seq
FROM account_states s LEFT JOIN clients ON clients.client_id = s.client_id;

-- Where a member sees an account, from a run on, until a newer row says otherwise.
CREATE TABLE sighting_states (
    seq                INTEGER NOT NULL, -- the run from which on it holds
    member_id          INTEGER NOT NULL, -- who sees it
    business_center_id INTEGER NOT NULL, -- where
    account_id         INTEGER NOT NULL, -- the ad account
    owner              TEXT,             -- the owner's name as TikTok gives it; NULL: none given, and in the row of an ending: as before
    role               TEXT NOT NULL,    -- the member's role; empty where none is stated, and in the row of an ending
    first_seen_on      TEXT NOT NULL,    -- first day it was ever seen there by this member
    last_seen_on       TEXT,             -- NULL while it is seen; else the last day its Business Center was read before it vanished
    PRIMARY KEY (seq, member_id, business_center_id, account_id)
) WITHOUT ROWID;

-- Business Centers by member. prev_*: the same before the newest day, so that a second run on one day compares with
-- the days before.
CREATE TABLE business_centers (
    member_id          INTEGER NOT NULL REFERENCES members (member_id), -- who is in it
    business_center_id INTEGER NOT NULL, -- which
    name               TEXT NOT NULL,    -- when last listed; may be empty
    status             TEXT NOT NULL,    -- usable, or TikTok's word for a suspension
    first_listed_on    TEXT NOT NULL,    -- first day in the member's list
    last_listed_on     TEXT NOT NULL,    -- last day in the member's list
    last_read_on       TEXT,             -- last day its listing was read completely; NULL: never yet
    listed_accounts    BOOLEAN NOT NULL, -- whether that reading held any account
    empty_since        TEXT,             -- first day it held none although it had held some; NULL: it holds some, or never did
    prev_last_read_on  TEXT,             -- last_read_on before last_read_on's own day
    prev_listed_accounts BOOLEAN NOT NULL, -- listed_accounts then
    prev_empty_since   TEXT,             -- empty_since then
    last_request_id    TEXT,             -- of the last answer, for TikTok's support
    PRIMARY KEY (member_id, business_center_id)
) WITHOUT ROWID;

-- Clients whose accounts were ever seen in a Business Center.
CREATE TABLE business_center_clients (
    business_center_id INTEGER NOT NULL, -- where
    client_id          INTEGER NOT NULL REFERENCES clients (client_id), -- whose accounts
    parent_code        TEXT NOT NULL,    -- the family to which the client then belonged (folded); empty: its own
    first_seen_on      TEXT NOT NULL,    -- first day
    PRIMARY KEY (business_center_id, client_id)
) WITHOUT ROWID;

-- One row a mail; the intent is stored before the dialogue with the server, the outcome after it.
CREATE TABLE mails (
    message_id TEXT PRIMARY KEY,     -- Message-ID
    seq        INTEGER NOT NULL REFERENCES runs (seq), -- the run that wrote it
    kind       TEXT NOT NULL CHECK (kind IN ('person', 'digest')), -- to a contact, or to the operators
    person     TEXT NOT NULL,        -- the contact's address; empty for a digest
    day        TEXT NOT NULL,        -- calendar day for which it was written
    episode    TEXT NOT NULL,        -- first day of the person's episode; the day itself for a digest
    number     INTEGER NOT NULL,     -- number in the episode, for a digest on the day; from 1
    verdict    TEXT NOT NULL,        -- a digest's verdict; empty for a person
    bytes      BLOB NOT NULL,        -- the finished message
    outcome    TEXT NOT NULL,        -- intended, accepted, deferred, failed, suppressed, doubtful or redirected
    outcome_at TEXT,                 -- when that was known; NULL while intended
    reply      TEXT,                 -- the server's last reply
    created_at TEXT NOT NULL         -- when the intent was stored
);
-- Never two mails to a person on one calendar day, whatever crashes, restarts or overlaps.
CREATE UNIQUE INDEX one_mail_a_person_and_day ON mails (person, day) WHERE kind = 'person';
CREATE INDEX mails_by_day ON mails (day);

-- The gaps that a mail listed.
CREATE TABLE mail_gaps (
    message_id  TEXT NOT NULL REFERENCES mails (message_id) ON DELETE CASCADE, -- the mail
    country_key TEXT NOT NULL,    -- folded; empty where nobody expects the account
    code_key    TEXT NOT NULL,    -- folded; empty where nobody expects the account
    account_id  INTEGER NOT NULL, -- the ad account
    PRIMARY KEY (message_id, country_key, code_key, account_id)
) WITHOUT ROWID;

-- Calls to TikTok that gave nothing usable, for its support.
CREATE TABLE faulty_calls (
    seq                INTEGER NOT NULL REFERENCES runs (seq), -- the run
    member             TEXT NOT NULL, -- whose token
    endpoint           TEXT NOT NULL, -- path
    business_center_id INTEGER,       -- where one was asked about
    page               INTEGER,       -- which page
    code               INTEGER,       -- TikTok's code, where there was an envelope
    message            TEXT NOT NULL, -- what it said
    request_id         TEXT           -- its name for the call
);
CREATE INDEX faulty_calls_by_run ON faulty_calls (seq);
