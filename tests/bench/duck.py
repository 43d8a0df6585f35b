"""duck - one SQL query by DuckDB's Python module; prints CSV, no header.

usage: duck.py [--arrow FILE] SQL	(FILE is the table "stream")
"""
import sys

import duckdb


def main(args):
    db = duckdb.connect()
    if args[0] == "--arrow":
        import pyarrow.ipc
        db.register("stream", pyarrow.ipc.open_stream(args[1]))
        args = args[2:]
    db.sql("copy (%s) to '/dev/stdout' (format csv, header false)" % args[0])


main(sys.argv[1:])
