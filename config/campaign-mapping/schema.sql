-- A Campaign Mapping database as this program can read it: for PostgreSQL and for SQLite, word for word.
-- Yours will have other tables. What counts are the names of the columns that the queries in expected.toml give.

CREATE TABLE countries (
    code         VARCHAR(2) PRIMARY KEY,          -- DK
    name         VARCHAR(100) NOT NULL,
    access_email VARCHAR(254)                     -- the login that clients of this country invite; NULL: the first configured
);

CREATE TABLE clients (
    client_id    INTEGER PRIMARY KEY,
    country_code VARCHAR(2) NOT NULL REFERENCES countries (code),
    client_code  VARCHAR(20) NOT NULL,            -- C07
    name         VARCHAR(200) NOT NULL,           -- 365discount
    parent_code  VARCHAR(20),                     -- clients with the same one may share accounts
    UNIQUE (country_code, client_code)
);

-- What is in use: Client Info, Data Sources.
CREATE TABLE data_sources (
    data_source_id     INTEGER PRIMARY KEY,
    client_id          INTEGER NOT NULL REFERENCES clients (client_id),
    platform           VARCHAR(20) NOT NULL,      -- tiktok, and others that the queries leave out
    account_id         VARCHAR(30) NOT NULL,      -- text or BIGINT, never a floating-point number: 19 digits count
    account_name       VARCHAR(200),
    business_center_id VARCHAR(30),
    start_date         DATE,                      -- NULL: no limit
    end_date           DATE,                      -- inclusive
    last_added_by      VARCHAR(254),
    tags               VARCHAR(500)
);

-- What waits in the Onboard dialog.
CREATE TABLE onboarding_requests (
    request_id   INTEGER PRIMARY KEY,
    client_id    INTEGER NOT NULL REFERENCES clients (client_id),
    platform     VARCHAR(20) NOT NULL,
    account_id   VARCHAR(30) NOT NULL,
    requested_by VARCHAR(254),
    start_date   DATE
);

CREATE TABLE contacts (
    contact_id   INTEGER PRIMARY KEY,
    country_code VARCHAR(2) NOT NULL REFERENCES countries (code),
    client_id    INTEGER REFERENCES clients (client_id), -- NULL: for clients of the country without one of their own
    email        VARCHAR(254) NOT NULL,
    name         VARCHAR(200),
    language     VARCHAR(5),                      -- en da sv nb de; NULL: the country's
    role         VARCHAR(10) NOT NULL             -- client, or owner: the agency's person
);

-- Gaps that are known and not mailed for a while: of a client, or of an account, or of a Business Center.
CREATE TABLE exceptions (
    exception_id       INTEGER PRIMARY KEY,
    client_id          INTEGER REFERENCES clients (client_id),
    account_id         VARCHAR(30),
    business_center_id VARCHAR(30),
    reason             VARCHAR(500) NOT NULL,
    until              DATE NOT NULL              -- inclusive
);
