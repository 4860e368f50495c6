import {
  RULE_DEPTH_MAX,
  RULE_ISSUES_MAX,
  RULE_NODES_MAX,
  RULE_SHOWN_WITHIN_MAX_MS,
  RULE_TEXT_CHARS_MAX,
  RULE_WITHIN_MAX_MS,
} from "./limits.ts";

export type Path = readonly (string | number)[];

/** What is wrong, and where: `filter.and[1].price.gt`. */
export interface RuleIssue {
  path: string;
  /** The same in parts. */
  keys: (string | number)[];
  message: string;
}

/** Stands for what could not be read; the issue has been told. */
export const BAD = Symbol("bad");
export type Bad = typeof BAD;

/** Collects what is wrong while rules are read, and counts what they may not have without end. */
export class Reader {
  readonly issues: RuleIssue[] = [];
  readonly #isStored: boolean;
  #nodes = 0;

  constructor(isStored: boolean) {
    this.#isStored = isStored;
  }

  /** For `return reader.bad(…)`. */
  bad(path: Path, message: string): Bad {
    if (this.issues.length < RULE_ISSUES_MAX) {
      this.issues.push({ path: pathText(path), keys: [...path], message });
    }
    return BAD;
  }

  /** Counts one more condition or group. False when it is one too many. */
  count(path: Path): boolean {
    this.#nodes++;
    // Told once: what follows would each be one too many as well.
    if (this.#nodes === RULE_NODES_MAX + 1)
      this.bad(path, `is more than the ${RULE_NODES_MAX} conditions and groups that rules may have`);
    return this.#nodes <= RULE_NODES_MAX;
  }

  /** False for an expression in too many groups. */
  enter(path: Path, depth: number): boolean {
    if (depth > RULE_DEPTH_MAX) this.bad(path, `stands more than ${RULE_DEPTH_MAX} groups deep`);
    return depth <= RULE_DEPTH_MAX;
  }

  object(value: unknown, path: Path, allowed: readonly string[]): Record<string, unknown> | Bad {
    if (!isObject(value)) return this.bad(path, "must be an object");
    for (const key of Object.keys(value)) {
      if (!allowed.includes(key))
        return this.bad([...path, key], `is unknown: ${allowed.join(", ")} are known`);
    }
    return value;
  }

  list(value: unknown, path: Path, { min, max }: { min: number; max: number }): unknown[] | Bad {
    if (!Array.isArray(value)) return this.bad(path, "must be a list");
    if (value.length < min) return this.bad(path, "must not be empty");
    if (value.length > max) return this.bad(path, `has ${value.length} entries, over the ${max} allowed`);
    return value;
  }

  number(value: unknown, path: Path, { min, max }: { min: number; max: number }): number | Bad {
    const isNumber = typeof value === "number" && Number.isFinite(value);
    if (!isNumber || value < min || value > max)
      return this.bad(path, `must be a number from ${min} to ${max}`);
    return value;
  }

  whole(value: unknown, path: Path, { min, max }: { min: number; max: number }): number | Bad {
    const number = this.number(value, path, { min, max });
    return number === BAD || Number.isInteger(number) ? number : this.bad(path, "must be a whole number");
  }

  text(value: unknown, path: Path): string | Bad {
    if (typeof value !== "string" || value === "" || value.length > RULE_TEXT_CHARS_MAX)
      return this.bad(path, `must be a text of 1 to ${RULE_TEXT_CHARS_MAX} characters`);
    return value;
  }

  name(value: unknown, path: Path): string | Bad {
    if (typeof value !== "string" || !/^[a-z0-9_-]{1,40}$/.test(value))
      return this.bad(path, "must match [a-z0-9_-]{1,40}");
    return value;
  }

  /** `30d`, `12h`, `15m`, `90s` → milliseconds. */
  duration(value: unknown, path: Path): number | Bad {
    const [, count, unit = ""] = typeof value === "string" ? (/^(\d{1,9})([smhdw])$/.exec(value) ?? []) : [];
    const durationMs = Number(count) * (UNITS_MS[unit] ?? Number.NaN);
    if (!(durationMs <= RULE_WITHIN_MAX_MS))
      return this.bad(path, "must be a duration such as 90s, 15m, 12h, 30d or 4w, of at most 400d");
    return durationMs;
  }

  /** A time for impressions. Stored rules may ask for more than is kept, as was allowed once: they get what is kept. */
  shownWithin(value: unknown, path: Path): number | Bad {
    const withinMs = this.duration(value, path);
    if (withinMs === BAD || withinMs <= RULE_SHOWN_WITHIN_MAX_MS) return withinMs;
    if (this.#isStored) return RULE_SHOWN_WITHIN_MAX_MS;
    return this.bad(path, "must be at most 7d: impressions are kept no longer");
  }
}

const UNITS_MS: Record<string, number> = { s: 1e3, m: 60e3, h: 3_600e3, d: 86_400e3, w: 604_800e3 };

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function pathText(path: Path): string {
  return path.map((key, at) => (typeof key === "number" ? `[${key}]` : at === 0 ? key : `.${key}`)).join("");
}
