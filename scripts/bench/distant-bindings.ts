/** One way of the network and back, as far as stores commonly are from a location; the local simulators answer in under a millisecond. */
const D1_REPLICA_MS = 25;
const D1_PRIMARY_MS = 80;
const KV_COLD_MS = 30;
const R2_MS = 60;
/** A location that has read a value answers from its own copy for the shortest `cacheTtl`. */
const KV_COPY_MS = 30_000;

/** Until when a name's copy is near, by this isolate's own reads. */
const copies = new Map<string, number>();

/** A location with no traffic of its own, `isQuiet`, has no copies. */
export function distantKv(kv: KVNamespace, isQuiet: boolean): KVNamespace {
  return through(kv, {
    async get(...given) {
      const names = [given[0]].flat().map(String);
      const nowMs = Date.now();
      const isNear = !isQuiet && names.every((name) => (copies.get(name) ?? 0) > nowMs);
      if (!isNear) {
        await scheduler.wait(KV_COLD_MS);
        for (const name of names) copies.set(name, nowMs + KV_COPY_MS);
      }
      return Reflect.apply(kv.get, kv, given);
    },
  });
}

/** Sessions are the replica's, everything else the primary's. */
export function distantDatabase(database: D1Database): D1Database {
  return through(database, {
    withSession: (...given) => statements(call(database, "withSession", given) as object, D1_REPLICA_MS),
    prepare: (...given) => statements(call(database, "prepare", given) as object, D1_PRIMARY_MS),
  });
}

/** Whatever runs a statement waits first; what only describes one gives another such. */
function statements<T extends object>(inner: T, delayMs: number): T {
  const described = ["prepare", "bind"];
  const run = ["first", "all", "raw", "run", "batch"];
  const methods: Methods = {};
  for (const name of described) {
    methods[name] = (...given) => statements(call(inner, name, given) as object, delayMs);
  }
  for (const name of run) {
    methods[name] = async (...given) => {
      await scheduler.wait(delayMs);
      return call(inner, name, given);
    };
  }
  return through(inner, methods);
}

export function delayed(bucket: R2Bucket): R2Bucket {
  const methods: Methods = {};
  for (const name of ["get", "head", "put", "list"]) {
    methods[name] = async (...given) => {
      await scheduler.wait(R2_MS);
      return call(bucket, name, given);
    };
  }
  return through(bucket, methods);
}

type Methods = Record<string, (...given: unknown[]) => unknown>;

function through<T extends object>(real: T, methods: Methods): T {
  return new Proxy(real, {
    get(target, name) {
      const own = methods[String(name)];
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function call(target: object, name: string, given: unknown[]): unknown {
  const method: unknown = Reflect.get(target, name);
  if (typeof method !== "function") throw new TypeError(`there is no ${name}`);
  return Reflect.apply(method, target, given);
}
