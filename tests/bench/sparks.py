"""sparks - ten-minute windows by path, count and sum of bytes, by PySpark on
all cores of this machine; prints CSV, no header.

usage: sparks.py FILE.csv
"""
import csv
import sys

from pyspark.sql import SparkSession, functions as f

SCHEMA = "ts timestamp, user string, method string, path string, " \
    "status bigint, bytes bigint, latency double"


def main(path):
    spark = SparkSession.builder.master("local[*]").config(
        "spark.sql.session.timeZone", "UTC").config(
            "spark.ui.enabled", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    rows = spark.read.csv(path, schema=SCHEMA, header=True)
    result = rows.groupBy(f.window("ts", "10 minutes"), "path").agg(
        f.count("*"), f.sum("bytes")).select(
            f.date_format("window.start", "yyyy-MM-dd'T'HH:mm:ss'Z'"),
            "path", "count(1)", "sum(bytes)")
    csv.writer(sys.stdout).writerows(tuple(r) for r in result.collect())
    spark.stop()


main(sys.argv[1])
