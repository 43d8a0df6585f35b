"""polar - one of a few jobs by Polars; prints CSV, no header.

usage: polar.py window|sliding|users|errors|sensors|ads|brc FILE
"""
import sys

import polars as pl
from polars import col

ISO = "%Y-%m-%dT%H:%M:%SZ"


def read(path):
    """The rows of a file, lazily; its form by its name."""
    if path.endswith(".arrows"):
        return pl.read_ipc_stream(path).lazy()
    if path.endswith((".ndjson", ".ads")):
        return pl.scan_ndjson(path)
    if path.endswith(".brc"):
        return pl.scan_csv(path, separator=";", has_header=False)
    return pl.scan_csv(path)


def times(rows, name="ts"):
    """The rows with that column as a time without a zone (all are UTC)."""
    if rows.collect_schema()[name] == pl.String:
        parse = col(name).str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ",
                                          time_unit="us")
    else:
        parse = col(name).dt.replace_time_zone(None)
    return rows.with_columns(parse.alias(name))


def by_window(rows, name, every, key):
    return rows.group_by(col(name).dt.truncate(every), key)


def iso(rows, name="ts"):
    return rows.with_columns(col(name).dt.strftime(ISO))


def window(path):
    rows = times(read(path).select("ts", "path", "bytes"))
    return iso(by_window(rows, "ts", "10m", "path").agg(
        pl.len(), col("bytes").sum()))


def sliding(path):
    rows = times(read(path).select("ts", "path", "bytes")).sort("ts")
    return iso(rows.group_by_dynamic(
        "ts", every="10s", period="10m", offset="-590s", group_by="path").agg(
            pl.len(), col("bytes").sum()).select(
                "ts", "path", "len", "bytes"))


def users(path):
    return read(path).group_by("user").agg(pl.len(), col("bytes").sum())


def errors(path):
    return read(path).filter(col("status") >= 500).select(
        "path", col("bytes") / 1024)


def sensors(path):
    t = col("temperature")
    return iso(by_window(times(read(path)), "ts", "1m", "sensor").agg(
        t.mean().alias("mean"), t.min().alias("least"), t.max().alias("most"),
        col("humidity").mean()))


def ads(path):
    rows = read(path).select("ad_id", "event_type", "event_time").filter(
        col("event_type") == "view")
    return iso(by_window(times(rows, "event_time"), "event_time", "10s",
                         "ad_id").agg(pl.len()), "event_time")


def brc(path):
    t = col("column_2")
    return read(path).group_by("column_1").agg(
        t.min().alias("least"), t.mean().alias("mean"), t.max().alias("most"))


JOBS = {f.__name__: f for f in (window, sliding, users, errors, sensors, ads,
                                brc)}
JOBS[sys.argv[1]](sys.argv[2]).collect(engine="streaming").write_csv(
    sys.stdout.buffer, include_header=False)
