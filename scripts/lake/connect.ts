/** Any pair of keys will do here: a client insists on having one. */
export const EXAMPLE_KEY = "lakeshore";
/** R2's own region, and good enough for every signature. */
export const REGION = "auto";

/** How four engines are pointed at the endpoint, in lines to paste. */
export function connectText(url: string): string {
  const catalog = `${url}/catalog`;
  return `Lakeshore's lake, for reading only: an Iceberg REST catalog at ${catalog}, and its bucket by S3's API at ${url}.

PyIceberg
  from pyiceberg.catalog import load_catalog
  catalog = load_catalog("lakeshore", type="rest", uri="${catalog}")
  catalog.load_table("bronze.events").scan(limit=10).to_arrow()

Spark (with iceberg-spark-runtime and iceberg-aws-bundle)
  spark-sql --conf spark.sql.catalog.lakeshore=org.apache.iceberg.spark.SparkCatalog \\
    --conf spark.sql.catalog.lakeshore.type=rest --conf spark.sql.catalog.lakeshore.uri=${catalog} \\
    --conf spark.sql.catalog.lakeshore.io-impl=org.apache.iceberg.aws.s3.S3FileIO
  SELECT type, count(*) FROM lakeshore.silver.interactions GROUP BY type;

DuckDB
  INSTALL iceberg; LOAD iceberg;
  CREATE SECRET (TYPE s3, KEY_ID '${EXAMPLE_KEY}', SECRET '${EXAMPLE_KEY}', ENDPOINT '${new URL(url).host}', URL_STYLE 'path', USE_SSL false);
  ATTACH '' AS lakeshore (TYPE iceberg, ENDPOINT '${catalog}', AUTHORIZATION_TYPE 'none');
  SELECT * FROM lakeshore.bronze.events LIMIT 10;

Trino (etc/catalog/lakeshore.properties)
  connector.name=iceberg
  iceberg.catalog.type=rest
  iceberg.rest-catalog.uri=${catalog}
  fs.native-s3.enabled=true
  s3.endpoint=${url}
  s3.path-style-access=true
  s3.region=${REGION}
  s3.aws-access-key=${EXAMPLE_KEY}
  s3.aws-secret-key=${EXAMPLE_KEY}
`;
}
