"""DuckDB reads the Parquet files of every table, as they stand in the bucket, and finds the rows of Lakeshore's own scan.

Its Iceberg extension is a download of its own; which files belong to a table is therefore said by the expectations.
"""

import sys

import duckdb
import s3fs

from rows import Report, canonical, compare, expectations, own_rows


def connect(endpoint):
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    keys = {"key": "lakeshore", "secret": "lakeshore"}
    connection.register_filesystem(s3fs.S3FileSystem(endpoint_url=endpoint, **keys, skip_instance_cache=True))
    return connection


def select_list(columns, present):
    """A column that was added later is null in the files before."""
    names = ((column["name"], column["type"]) for column in columns)
    return ", ".join(
        f'NULL AS "{name}"'
        if name not in present
        else f'epoch_us("{name}") AS "{name}"'
        if kind == "timestamp_ms"
        else f'"{name}"'
        for name, kind in names
    )


def read(connection, case):
    if not case["files"]:
        return []
    options = "union_by_name = true, hive_partitioning = false"
    source = f"read_parquet({case['files']!r}, {options})"
    present = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    result = connection.execute(f"SELECT {select_list(case['columns'], present)} FROM {source}")
    names = [column["name"] for column in case["columns"]]
    return [canonical(dict(zip(names, row)), case["columns"]) for row in result.fetchall()]


def main(folder):
    expected = expectations(folder)
    connection = connect(expected["endpoint"])
    report = Report("DuckDB")
    for case in expected["cases"]:
        if case["kind"] == "whole":
            report.check(case["name"], lambda case=case: compare(own_rows(case), read(connection, case)))
    report.end()


main(sys.argv[1])
