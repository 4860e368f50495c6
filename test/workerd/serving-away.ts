/** Ways in which what a Worker depends on may be away. */
export const WAYS = ["error", "hang", "slow"] as const;
export type Way = (typeof WAYS)[number];

/** What is away, how, and how long `slow` takes. */
export interface Away<Part extends string> {
  parts: ReadonlySet<Part>;
  way: Way;
  slowMs: number;
}

/** What a call of a part comes to. `away` is looked at with each call, so that it may change. */
export async function through<Part extends string, T>(
  away: Away<Part>,
  part: Part,
  call: () => Promise<T>,
): Promise<T> {
  if (!away.parts.has(part)) return call();
  if (away.way === "error") throw new Error(`${part} is away`);
  if (away.way === "hang") return new Promise<T>(() => {});
  await new Promise((resolve) => setTimeout(resolve, away.slowMs));
  return call();
}

/** A binding whose named methods fail as its part does; `partOf` may tell by the first argument. */
export function bindingAway<Part extends string, B extends object>(
  away: Away<Part>,
  real: B,
  methods: readonly string[],
  partOf: (first: unknown) => Part | null,
): B {
  return new Proxy(real, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (!methods.includes(String(name))) return value.bind(target);
      return (...args: unknown[]) => {
        const part = partOf(args[0]);
        const call = () => value.apply(target, args);
        return part === null ? call() : through(away, part, call);
      };
    },
  });
}

/** A database, its sessions and statements. */
export function databaseAway<Part extends string>(
  away: Away<Part>,
  part: Part,
  real: D1Database,
): D1Database {
  const wrapped = (inner: object): object =>
    new Proxy(inner, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        if (["withSession", "prepare", "bind"].includes(String(name)))
          return (...args: unknown[]) => wrapped(value.apply(target, args));
        if (["first", "all", "raw", "run", "batch"].includes(String(name)))
          return (...args: unknown[]) => through(away, part, () => value.apply(target, args));
        return value.bind(target);
      },
    });
  return wrapped(real) as D1Database;
}
