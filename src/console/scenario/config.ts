/** A scenario's configuration as it is written. The form changes what it knows of it and leaves all else as it stands. */
export type Config = Readonly<Record<string, unknown>>;

export type Path = readonly (string | number)[];

/** A configuration while it is edited: as a form and as JSON it is one and the same. */
export interface Draft {
  config: Config;
  /** JSON as somebody is typing it; null: the configuration's own. */
  text: string | null;
  /** Why that text is no configuration; null: it is one, and `config` is what it says. */
  fault: string | null;
}

export function draftOf(config: Config): Draft {
  return { config, text: null, fault: null };
}

/** The draft after somebody typed; the last configuration stays while the text is none. */
export function typed({ config }: Draft, text: string): Draft {
  try {
    const read: unknown = JSON.parse(text);
    if (isObject(read)) return { config: read, text, fault: null };
    return { config, text, fault: "A configuration is an object: { … }." };
  } catch (error) {
    return { config, text, fault: `This is no JSON yet: ${(error as Error).message}` };
  }
}

export function textOf({ config, text }: Draft): string {
  return text ?? JSON.stringify(config, null, 2);
}

/** What stands at a place; undefined where nothing does. */
export function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const key of path) {
    if (Array.isArray(at)) at = at[Number(key)];
    else at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}

/** With a value at a place, made where there was none. `undefined` takes it out, and what is empty without it too. */
export function withValue(config: Config, path: Path, value: unknown): Config {
  const next = replaced(config, path, value);
  return isObject(next) ? next : {};
}

function replaced(of: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const next = replaced(valueAt(of, [key]), rest, value);
  if (typeof key === "number") {
    const list: readonly unknown[] = Array.isArray(of) ? of : [];
    const changed = next === undefined ? list.toSpliced(key, 1) : list.toSpliced(key, 1, next);
    return changed.length === 0 ? undefined : changed;
  }
  const { [key]: _, ...others } = isObject(of) ? of : {};
  if (next === undefined) return Object.keys(others).length === 0 ? undefined : others;
  return { ...(isObject(of) ? of : {}), [key]: next };
}

const SHOWN = [
  "description",
  "limit",
  "fields",
  "repeat",
  "fallback",
  "exploration",
  "holdout",
  "rules",
] as const;
const SHOWN_RULES = ["filter", "boost", "pin", "cap", "diversity", "rotation", "min_score"] as const;

/** The parts that have no place in the form, by their dotted paths. */
export function partsInJsonAlone(config: Config): string[] {
  const top = Object.keys(config).filter((key) => !SHOWN.some((shown) => shown === key));
  if (config.rules === undefined) return top;
  if (!isObject(config.rules)) return [...top, "rules"];
  const rules = Object.keys(config.rules).filter((key) => !SHOWN_RULES.some((shown) => shown === key));
  return [...top, ...rules.map((key) => `rules.${key}`)];
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
