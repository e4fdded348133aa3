"""The judging of P7 in DuckDB: duckdb_judge.py EXPECTED ACTUAL OUT. README.md says what it leaves out."""

import sys

import duckdb

expected_csv, actual_csv, out = sys.argv[1:]
TODAY, MEMBER = "2026-11-23", "data_extract@annalect-data.info"
EXPECTED = ("country", "client_code", "client_name", "parent_code", "account_id", "account_name", "business_center_id", "state",
            "start_date", "end_date", "added_by", "tags")
ACTUAL = ("account_id", "account_name", "business_center_id", "business_center_name", "role")


def csv(path, columns):
    """Told what it holds, it need not guess."""
    types = {column: "BIGINT" if column in ("account_id", "business_center_id") else "VARCHAR" for column in columns}
    return f"read_csv('{path}', header = true, auto_detect = false, delim = ',', quote = '\"', columns = {types})"


db = duckdb.connect()
db.execute("SET preserve_insertion_order = false")
db.execute(f"""
CREATE TEMP TABLE judged AS
WITH expected AS (FROM {csv(expected_csv, EXPECTED)}),
actual AS (FROM {csv(actual_csv, ACTUAL)}),
center AS (SELECT business_center_id, any_value(business_center_name) AS name FROM actual GROUP BY ALL),
client AS (
    SELECT business_center_id, any_value(country) AS country, any_value(client_code) AS client_code,
           any_value(client_name) AS client_name, any_value(parent_code) AS parent_code
    FROM expected GROUP BY business_center_id HAVING count(DISTINCT client_code) = 1),
met AS (
    SELECT e.country, e.client_code, e.client_name, e.parent_code, coalesce(e.account_id, a.account_id) AS account_id,
           coalesce(e.account_name, a.account_name) AS account_name, e.state, e.start_date, e.end_date, e.added_by, e.tags,
           coalesce(a.business_center_id, e.business_center_id) AS business_center_id, a.role,
           CASE WHEN e.account_id IS NULL THEN 'unexpected' WHEN a.account_id IS NULL THEN 'missing'
                WHEN a.role <> 'ANALYST' THEN 'wrong_role' ELSE 'ok' END AS status
    FROM expected e FULL JOIN actual a ON e.account_id = a.account_id)
SELECT CASE WHEN status <> 'ok' THEN 'new' END AS change, status,
       CASE WHEN status = 'ok' THEN 'shared_as_expected' WHEN status = 'wrong_role' THEN 'role_too_high'
            WHEN status = 'unexpected' THEN 'not_onboarded' WHEN center.name IS NULL THEN 'not_a_member'
            ELSE 'not_assigned' END AS cause,
       CASE status WHEN 'ok' THEN NULL WHEN 'unexpected' THEN 'data_team' ELSE 'client' END AS action_owner,
       'read_once' AS confidence, coalesce(met.country, client.country) AS country,
       coalesce(met.client_code, client.client_code) AS client_code, coalesce(met.client_name, client.client_name) AS client_name,
       coalesce(met.parent_code, client.parent_code) AS parent_code, account_id, account_name, state, start_date, end_date,
       added_by, tags, '{MEMBER}' AS member, CASE WHEN status <> 'unexpected' THEN 'ANALYST' END AS expected_role,
       role AS actual_role, met.business_center_id, center.name AS business_center_name,
       CASE WHEN role IS NOT NULL THEN concat(met.business_center_id, '=', role) END AS sightings, '{TODAY}' AS since,
       CASE WHEN status <> 'ok' THEN 0 END AS days_open, CASE WHEN role IS NOT NULL THEN '{TODAY}' END AS last_seen_on,
       NULL AS suggested_account_id, NULL AS evidence, NULL AS next_step, NULL AS reminder_state, NULL AS mails_sent,
       NULL AS last_mailed_on, NULL AS next_mail_on
FROM met LEFT JOIN center ON met.business_center_id = center.business_center_id
LEFT JOIN client ON status = 'unexpected' AND met.business_center_id = client.business_center_id
ORDER BY country NULLS LAST, client_code, account_id
""")
db.execute("SET preserve_insertion_order = true")
db.execute(f"COPY judged TO '{out}/accounts.csv' (HEADER)")
db.execute(f"COPY (FROM judged WHERE status <> 'ok') TO '{out}/diff.csv' (HEADER)")
