"""Apache Spark reads every case through the REST catalog, and makes a gold table of ours by Spark SQL.

Arguments: the folder of the expectations, and the jars of Iceberg's runtime, separated by commas.
"""

import pathlib
import sys

from pyspark.sql import SparkSession

from rows import Report, canonical, compare, compare_sums, expectations, own_rows

CATALOG = "lakeshore"


def session(uri, jars):
    name = f"spark.sql.catalog.{CATALOG}"
    builder = (
        SparkSession.builder.master("local[2]")
        .appName("lakeshore-interop")
        .config("spark.jars", jars)
        .config("spark.driver.memory", "2g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.extensions", "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
        .config(name, "org.apache.iceberg.spark.SparkCatalog")
        .config(f"{name}.type", "rest")
        .config(f"{name}.uri", uri)
        .config(f"{name}.io-impl", "org.apache.iceberg.aws.s3.S3FileIO")
        .config("spark.sql.defaultCatalog", CATALOG)
    )
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def select_list(columns):
    """Times as microseconds: Python's datetimes would pass through the zone of this machine."""
    return ", ".join(
        f"unix_micros(`{column['name']}`) AS `{column['name']}`"
        if column["type"] == "timestamp_ms"
        else f"`{column['name']}`"
        for column in columns
    )


def literal(column, value, columns):
    kind = next(one["type"] for one in columns if one["name"] == column)
    text = str(value).replace("'", "''")
    return f"TIMESTAMP '{text}'" if kind == "timestamp_ms" else f"'{text}'" if kind == "string" else text


def read(spark, case):
    snapshot = case.get("snapshot_id")
    version = "" if snapshot is None else f" VERSION AS OF {snapshot}"
    conditions = [
        f"`{one['column']}` {one['operator']} {literal(one['column'], one['value'], case['columns'])}"
        for one in case.get("where", [])
    ]
    where = "" if not conditions else f" WHERE {' AND '.join(conditions)}"
    frame = spark.sql(f"SELECT {select_list(case['columns'])} FROM {case['table']}{version}{where}")
    return rows_of(frame, case["columns"])


def rows_of(frame, columns):
    return [canonical(row.asDict(), columns) for row in frame.toLocalIterator()]


def make_gold(spark, folder, expected):
    """The gold table by the SQL that stands beside our job, against the rows that our job made."""
    gold = expected["gold"]
    case = next(one for one in expected["cases"] if one["kind"] == "whole" and one["table"] == gold["table"])
    made = spark.sql((pathlib.Path(folder) / gold["sql"]).read_text())
    made.createOrReplaceTempView("made_by_spark")
    frame = spark.sql(f"SELECT {select_list(case['columns'])} FROM made_by_spark")
    return compare_sums(own_rows(case), rows_of(frame, case["columns"]), case["columns"])


def main(folder, jars):
    expected = expectations(folder)
    report = Report("Spark")
    spark = session(expected["catalog"], jars)
    for case in expected["cases"]:
        report.check(case["name"], lambda case=case: compare(own_rows(case), read(spark, case)))
    report.check(f"{expected['gold']['table']} made by Spark SQL", lambda: make_gold(spark, folder, expected))
    spark.stop()
    report.end()


main(sys.argv[1], sys.argv[2])
