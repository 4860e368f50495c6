"""PyIceberg reads every case through the REST catalog and finds the rows that Lakeshore's own scan found."""

import sys

from pyiceberg.catalog import load_catalog
from pyiceberg.expressions import AlwaysTrue, And, EqualTo, GreaterThanOrEqual, LessThanOrEqual

from rows import Report, canonical, compare, expectations, own_rows

COMPARISONS = {"=": EqualTo, ">=": GreaterThanOrEqual, "<=": LessThanOrEqual}


def row_filter(case):
    """The case's conditions as PyIceberg's expression; times as ISO 8601, which it takes for a timestamptz."""
    parts = [COMPARISONS[one["operator"]](one["column"], one["value"]) for one in case.get("where", [])]
    return AlwaysTrue() if not parts else parts[0] if len(parts) == 1 else And(*parts)


def read(catalog, case):
    table = catalog.load_table(case["table"])
    scan = table.scan(row_filter=row_filter(case), snapshot_id=case.get("snapshot_id"))
    arrow = scan.to_arrow()
    if not case.get("where"):
        assert scan.count() == arrow.num_rows, "the manifests count other rows than the files hold"
    return [canonical(row, case["columns"]) for row in arrow.to_pylist()]


def check_listing(catalog, expected):
    listed = {
        ".".join(identifier) for namespace in catalog.list_namespaces() for identifier in catalog.list_tables(namespace)
    }
    assert listed == set(expected["tables"]), f"listed {sorted(listed)}"
    assert catalog.table_exists(expected["tables"][0]) and not catalog.table_exists("bronze.absent")
    assert catalog.namespace_exists("bronze") and not catalog.namespace_exists("absent")
    return f"{len(listed)} tables"


def check_schema(catalog, case):
    """Ids, types and nullability as they are declared."""
    types = {"timestamp_ms": "timestamptz", "json": "string"}
    fields = catalog.load_table(case["table"]).schema().fields
    said = [(field.field_id, field.name, str(field.field_type), field.required) for field in fields]
    declared = [
        (column["id"], column["name"], types.get(column["type"], column["type"]), column["required"])
        for column in case["columns"]
    ]
    assert said == declared, f"{said}\n    where {declared} is declared"
    return f"{len(said)} columns"


def check_gone(catalog, case):
    table = catalog.load_table(case["table"])
    assert table.snapshot_by_id(case["expired_snapshot_id"]) is None, "the snapshot is still there"
    return f"snapshot {case['expired_snapshot_id']} is gone"


def main(folder):
    expected = expectations(folder)
    catalog = load_catalog("lakeshore", type="rest", uri=expected["catalog"])
    report = Report("PyIceberg")
    report.check("the catalog lists the tables", lambda: check_listing(catalog, expected))
    for case in expected["cases"]:
        if case["kind"] == "whole":
            report.check(f"{case['table']}, its columns", lambda case=case: check_schema(catalog, case))
        report.check(case["name"], lambda case=case: compare(own_rows(case), read(catalog, case)))
    for case in expected["expired"]:
        report.check(f"{case['table']}, after expiry", lambda case=case: check_gone(catalog, case))
    report.end()


main(sys.argv[1])
