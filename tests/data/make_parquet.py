#!/usr/bin/env python3
"""make_parquet - writes the Parquet files of tests/data/parquet, which
test_parquet reads: one table, in all the ways that the reader knows and some
that it refuses by name.

usage: make_parquet.py FOLDER          (needs pyarrow)
"""
import os
import sys

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 300


def table():
    n = range(ROWS)
    return pa.table({
        "flag": pa.array([None if i % 7 == 3 else i % 3 == 0 for i in n],
                         pa.bool_()),
        "i": pa.array([None if i % 5 == 4 else i * 1000003 - 77 for i in n],
                      pa.int32()),
        "l": pa.array([i * i * 1000003 * (-1) ** i for i in n], pa.int64()),
        "f": pa.array([i / 3 for i in n], pa.float32()),
        "d": pa.array([None if i == 9 else i / 7 for i in n], pa.float64()),
        "s": pa.array([None if i % 11 == 5 else "ä%d" % (i % 13)
                       for i in n], pa.string()),
        "list": pa.array([None if i % 4 == 1 else
                          [j * 0.5 for j in range(i % 6)] for i in n],
                         pa.list_(pa.float64())),
        "deep": pa.array([{"x": i, "words": [["a"] * (i % 3), [],
                                             ["b", str(i)]]} for i in n],
                         pa.struct([("x", pa.int32()),
                                    ("words", pa.list_(pa.list_(
                                        pa.string())))])),
    })


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    os.makedirs(sys.argv[1], exist_ok=True)
    for name, options in (
            ("plain", dict(compression="none", use_dictionary=False)),
            ("snappy", dict(compression="snappy")),
            ("gzip", dict(compression="gzip")),
            ("v2", dict(compression="snappy", data_page_version="2.0")),
            ("v2_plain", dict(compression="none", use_dictionary=False,
                              data_page_version="2.0")),
            ("groups", dict(compression="snappy", row_group_size=37)),
            ("pages", dict(compression="gzip", data_page_size=200,
                           write_batch_size=16, data_page_version="2.0")),
            ("checked", dict(compression="snappy",
                             write_page_checksum=True)),
            ("zstd", dict(compression="zstd")),
            ("delta", dict(compression="none", use_dictionary=False,
                           column_encoding={"l": "DELTA_BINARY_PACKED"}))):
        t = table()
        if name in ("zstd", "delta"):
            t = t.select(["l"])
        pq.write_table(t, os.path.join(sys.argv[1], name + ".parquet"),
                       store_schema=False, write_statistics=False, **options)


if __name__ == "__main__":
    main()
