"""The judging of P7 in polars: polars_judge.py EXPECTED ACTUAL OUT ENGINE. README.md says what it leaves out."""

import sys

import polars as pl

expected_csv, actual_csv, out, engine = sys.argv[1:]
TODAY, MEMBER, TEXT = "2026-11-23", "data_extract@annalect-data.info", pl.String
CLIENT = ("country", "client_code", "client_name", "parent_code")

expected = pl.scan_csv(expected_csv, schema_overrides=dict.fromkeys(("account_id", "business_center_id"), pl.Int64) |
                       dict.fromkeys(("parent_code", "start_date", "end_date", "added_by", "tags"), TEXT))
actual = pl.scan_csv(actual_csv, schema_overrides=dict.fromkeys(("account_id", "business_center_id"), pl.Int64))
center = actual.group_by("business_center_id").agg(pl.first("business_center_name"))
client = (expected.group_by("business_center_id")
          .agg(pl.n_unique("client_code").alias("clients"), *(pl.first(column).name.prefix("its_") for column in CLIENT))
          .filter(pl.col("clients") == 1).drop("clients"))

seen, status, nothing = pl.col("role").is_not_null(), pl.col("status"), pl.lit(None, dtype=TEXT)


def when_unexpected(its, otherwise):
    return pl.when(status == "unexpected").then(its).otherwise(otherwise)


rows = (
    expected.join(actual.drop("business_center_name"), on="account_id", how="full", coalesce=True, suffix="_seen")
    .with_columns(
        status=pl.when(pl.col("country").is_null()).then(pl.lit("unexpected")).when(~seen).then(pl.lit("missing"))
        .when(pl.col("role") != "ANALYST").then(pl.lit("wrong_role")).otherwise(pl.lit("ok")),
        account_name=pl.coalesce("account_name", "account_name_seen"),
        business_center_id=pl.coalesce("business_center_id_seen", "business_center_id"))
    .join(center, on="business_center_id", how="left")
    .join(client, on="business_center_id", how="left")
    .select(
        pl.when(status != "ok").then(pl.lit("new")).alias("change"),
        "status",
        pl.when(status == "ok").then(pl.lit("shared_as_expected")).when(status == "wrong_role").then(pl.lit("role_too_high"))
        .when(status == "unexpected").then(pl.lit("not_onboarded"))
        .when(pl.col("business_center_name").is_null()).then(pl.lit("not_a_member"))
        .otherwise(pl.lit("not_assigned")).alias("cause"),
        pl.when(status != "ok").then(when_unexpected(pl.lit("data_team"), pl.lit("client"))).alias("action_owner"),
        pl.lit("read_once").alias("confidence"),
        *(when_unexpected(pl.col("its_" + column), pl.col(column)).alias(column) for column in CLIENT),
        "account_id", "account_name", "state", "start_date", "end_date", "added_by", "tags",
        pl.lit(MEMBER).alias("member"),
        when_unexpected(nothing, pl.lit("ANALYST")).alias("expected_role"),
        pl.col("role").alias("actual_role"),
        "business_center_id", "business_center_name",
        pl.when(seen).then(pl.col("business_center_id").cast(TEXT) + "=" + pl.col("role")).alias("sightings"),
        pl.lit(TODAY).alias("since"),
        pl.when(status != "ok").then(pl.lit(0)).alias("days_open"),
        pl.when(seen).then(pl.lit(TODAY)).alias("last_seen_on"),
        *(nothing.alias(column) for column in ("suggested_account_id", "evidence", "next_step", "reminder_state",
                                               "mails_sent", "last_mailed_on", "next_mail_on")))
    .sort("country", "client_code", "account_id", nulls_last=True))

if engine == "streaming":
    pl.collect_all([rows.sink_csv(f"{out}/accounts.csv", lazy=True),
                    rows.filter(status != "ok").sink_csv(f"{out}/diff.csv", lazy=True)], engine="streaming")
else:
    table = rows.collect(engine="in-memory")
    table.write_csv(f"{out}/accounts.csv")
    table.filter(status != "ok").write_csv(f"{out}/diff.csv")
