"""Rows in one form, whoever read them, and checks that compare them whole: every column of every row.

What Lakeshore's own scan found stands in a folder: `tables.json`, and one JSON line for each row, times in ms, in a file per
table. A reader's rows are brought to the same form by the column's declared type; order does not matter, repetition does.
"""

import hashlib
import json
import math
import pathlib
import sys
import time
from collections import Counter


def expectations(folder):
    """What `tables.json` says, with its folder."""
    path = pathlib.Path(folder)
    said = json.loads((path / "tables.json").read_text())
    for case in said["cases"]:
        case["path"] = path / case["file"]
    return said


def own_rows(case):
    """The rows that Lakeshore's scan found, as canonical text."""
    with open(case["path"], encoding="utf-8") as lines:
        return [canonical(json.loads(line), case["columns"], from_lake=True) for line in lines]


def canonical(row, columns, from_lake=False):
    """One row as text: equal rows, and only those, have equal texts. Times become microseconds."""
    values = [cell(row[column["name"]], column["type"], from_lake) for column in columns]
    return json.dumps(values, ensure_ascii=False)


def cell(value, kind, from_lake):
    if value is None:
        return None
    if kind == "timestamp_ms":
        return value * 1000 if from_lake else micros(value)
    if kind == "double":
        # `repr` tells all doubles apart but for -0.0, which JSON, and so our side, does not know.
        return repr(float(value) + 0.0)
    if kind == "json":
        return json.dumps(plain(value if from_lake else json.loads(value)), sort_keys=True, ensure_ascii=False)
    expected = {"string": str, "long": int, "boolean": bool}[kind]
    if type(value) is not expected:
        raise TypeError(f"{value!r} is no {kind}")
    return value


def micros(value):
    """Microseconds since the epoch of an aware datetime, or of what is microseconds already."""
    if isinstance(value, int):
        return value
    if value.tzinfo is None:
        raise TypeError(f"{value!r} has no zone, where the column is a timestamptz")
    seconds = value.replace(microsecond=0).timestamp()
    return int(seconds) * 1_000_000 + value.microsecond


def plain(value):
    """JSON's one kind of number: 1 and 1.0 are the same."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value


def compare(own, theirs):
    """Raises with the first differences, else says how many rows were equal, and the hash of them all."""
    missing = Counter(own)
    missing.subtract(theirs)
    lost = [row for row, count in missing.items() if count > 0]
    extra = [row for row, count in missing.items() if count < 0]
    if lost or extra:
        examples = "".join(f"\n    only ours:   {row[:400]}" for row in sorted(lost)[:2])
        examples += "".join(f"\n    only theirs: {row[:400]}" for row in sorted(extra)[:2])
        raise AssertionError(f"{len(own)} rows of ours, {len(theirs)} of theirs{examples}")
    digest = hashlib.sha256("\n".join(sorted(own)).encode()).hexdigest()
    return f"{len(own)} rows, sha256 {digest[:12]}"


def compare_sums(own, theirs, columns):
    """As `compare`, for rows that were added up in another order: doubles may differ in their last digits, nothing else."""
    doubles = [index for index, column in enumerate(columns) if column["type"] == "double"]

    def split(text):
        values = json.loads(text)
        sums = [float(values[index]) for index in doubles]
        return json.dumps([value for index, value in enumerate(values) if index not in doubles]), sums

    left, right = dict(map(split, own)), dict(map(split, theirs))
    if len(left) != len(own):
        raise AssertionError("rows without their sums are not unique: nothing tells which belong together")
    compare(list(left), [key for key, _ in map(split, theirs)])
    for key, sums in left.items():
        if not all(math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12) for a, b in zip(sums, right[key])):
            raise AssertionError(f"{key}: {sums} of ours, {right[key]} of theirs")
    return f"{len(own)} rows"


class Report:
    """Runs checks one after the other and prints one JSON line for each."""

    def __init__(self, reader):
        self.reader = reader
        self.failed = 0

    def check(self, name, run):
        started = time.monotonic()
        try:
            status, detail = "passed", run()
        except Exception as error:  # Whatever a reader raises is the finding.
            status, detail = "failed", f"{type(error).__name__}: {error}"
            self.failed += 1
        seconds = round(time.monotonic() - started, 1)
        line = {"name": f"{self.reader}: {name}", "status": status, "detail": detail, "seconds": seconds}
        print(json.dumps(line), flush=True)

    def end(self):
        sys.exit(1 if self.failed else 0)
