"""DuckDB reads every table twice: its Parquet files as they stand in the bucket, and every case by its Iceberg extension through
the REST catalog, by the lines that `lake serve` prints.

The extensions come from PyPI, as files that DuckDB's own signature proves; nothing is fetched while reading.
"""

import pathlib
import sys
from urllib.parse import urlparse

import duckdb
import duckdb_ext
import s3fs

from rows import Report, canonical, compare, expectations, own_rows

KEYS = {"key": "lakeshore", "secret": "lakeshore"}


def connect():
    connection = duckdb.connect()
    # The session's zone would shift what `epoch_us` is given.
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def with_files(endpoint):
    connection = connect()
    connection.register_filesystem(s3fs.S3FileSystem(endpoint_url=endpoint, **KEYS, skip_instance_cache=True))
    return connection


def with_catalog(endpoint, catalog):
    connection = connect()
    folders = [pathlib.Path(folder) for folder in duckdb_ext.__path__]
    for name in ("avro", "httpfs", "iceberg"):
        files = [file for folder in folders for file in folder.rglob(f"{name}.duckdb_extension")]
        connection.execute(f"LOAD '{files[0]}'")
    host = urlparse(endpoint).netloc
    connection.execute(
        f"CREATE SECRET (TYPE s3, KEY_ID '{KEYS['key']}', SECRET '{KEYS['secret']}', "
        f"ENDPOINT '{host}', URL_STYLE 'path', USE_SSL false)"
    )
    connection.execute(
        f"ATTACH '' AS lakeshore (TYPE iceberg, ENDPOINT '{catalog}', AUTHORIZATION_TYPE 'none')"
    )
    return connection


def select_list(columns, present=None):
    """Times as microseconds. A column that was added later is not in the files before, if none of them has it."""
    names = ((column["name"], column["type"]) for column in columns)
    return ", ".join(
        f'NULL AS "{name}"'
        if present is not None and name not in present
        else f'epoch_us("{name}") AS "{name}"'
        if kind == "timestamp_ms"
        else f'"{name}"'
        for name, kind in names
    )


def read_files(connection, case):
    source = f"read_parquet({case['files']!r}, union_by_name = true, hive_partitioning = false)"
    present = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    return rows_of(connection, f"SELECT {select_list(case['columns'], present)} FROM {source}", case)


def read_table(connection, case):
    snapshot = case.get("snapshot_id")
    version = "" if snapshot is None else f" AT (VERSION => {snapshot})"
    conditions = [f"\"{one['column']}\" {one['operator']} '{one['value']}'" for one in case.get("where", [])]
    where = "" if not conditions else f" WHERE {' AND '.join(conditions)}"
    source = f"lakeshore.{case['table']}{version}{where}"
    return rows_of(connection, f"SELECT {select_list(case['columns'])} FROM {source}", case)


def rows_of(connection, query, case):
    names = [column["name"] for column in case["columns"]]
    return [canonical(dict(zip(names, row)), case["columns"]) for row in connection.execute(query).fetchall()]


def main(folder):
    expected = expectations(folder)
    files = with_files(expected["endpoint"])
    report = Report("DuckDB, files")
    for case in expected["cases"]:
        if case["kind"] == "whole":
            report.check(case["name"], lambda case=case: compare(own_rows(case), read_files(files, case)))
    catalog = with_catalog(expected["endpoint"], expected["catalog"])
    report.reader = "DuckDB, catalog"
    for case in expected["cases"]:
        report.check(case["name"], lambda case=case: compare(own_rows(case), read_table(catalog, case)))
    report.end()


main(sys.argv[1])
