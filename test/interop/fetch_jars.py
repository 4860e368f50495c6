"""Lets Spark fetch packages by their coordinates, as its users do, into a folder of ours.

Arguments: the folder, and the coordinates, separated by commas. The jars then stand in `<folder>/jars`.
"""

import sys

from pyspark.sql import SparkSession

folder, packages = sys.argv[1:]
(
    SparkSession.builder.master("local[1]")
    .config("spark.jars.packages", packages)
    .config("spark.jars.ivy", folder)
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.ui.enabled", "false")
    .getOrCreate()
    .stop()
)
