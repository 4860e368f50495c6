import type {
  D1Database,
  D1PreparedStatement,
  D1Result,
  KVNamespace,
  Queue,
  R2Bucket,
} from "@cloudflare/workers-types";

/** What a Worker has done to its bindings, as they are billed; rows written also by table. */
export interface Counts {
  kvReads: number;
  kvWrites: number;
  rowsRead: number;
  rowsWritten: Record<string, number>;
  messages: number;
  r2ClassA: number;
  r2ClassB: number;
}

export function noCounts(): Counts {
  return { kvReads: 0, kvWrites: 0, rowsRead: 0, rowsWritten: {}, messages: 0, r2ClassA: 0, r2ClassB: 0 };
}

/** Lists are class A as puts are; deletes are free. */
const R2_CLASSES: Record<string, "r2ClassA" | "r2ClassB"> = {
  put: "r2ClassA",
  list: "r2ClassA",
  createMultipartUpload: "r2ClassA",
  get: "r2ClassB",
  head: "r2ClassB",
};

const WRITTEN_TABLE = /(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+(\w+)/;

/** The bindings of a Worker, each call of which is counted. What is no store stays as it is. */
export function countedEnv<Env extends object>(env: Env, counts: Counts): Env {
  const entries = Object.entries(env).map(([name, binding]) => [name, counted(name, binding, counts)]);
  return Object.fromEntries(entries) as Env;
}

function counted(name: string, binding: unknown, counts: Counts): unknown {
  if (name === "KV") return countedKv(binding as KVNamespace, counts);
  if (name === "LAKE") return countedR2(binding as R2Bucket, counts);
  if (name === "DB" || name === "PROFILES_0") return countedD1(binding as D1Database, counts);
  if (name === "EVENTS") return countedQueue(binding as Queue, counts);
  return binding;
}

function countedKv(kv: KVNamespace, counts: Counts): KVNamespace {
  return watched(kv, (member) => {
    if (member === "get" || member === "getWithMetadata") counts.kvReads++;
    else counts.kvWrites++;
  });
}

function countedR2(bucket: R2Bucket, counts: Counts): R2Bucket {
  return watched(bucket, (member) => {
    const kind = R2_CLASSES[member];
    if (kind !== undefined) counts[kind]++;
  });
}

function countedQueue(queue: Queue, counts: Counts): Queue {
  return watched(queue, (member, [messages]) => {
    counts.messages += member === "sendBatch" ? [...(messages as Iterable<unknown>)].length : 1;
  });
}

function watched<Binding extends object>(
  binding: Binding,
  note: (member: string, given: readonly unknown[]) => void,
): Binding {
  return new Proxy(binding, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== "function") return member;
      return (...given: unknown[]) => {
        note(String(name), given);
        return (member as (...values: unknown[]) => unknown).apply(target, given);
      };
    },
  });
}

/** Rows are told only with all results of a statement: whoever wants one is given one of them. */
function countedD1(database: D1Database, counts: Counts): D1Database {
  const sqlOf = new WeakMap<object, string>();
  const note = (sql: string, { meta }: D1Result<unknown>) => {
    counts.rowsRead += meta.rows_read;
    if (meta.rows_written === 0) return;
    const table = WRITTEN_TABLE.exec(sql)?.[1] ?? "other";
    counts.rowsWritten[table] = (counts.rowsWritten[table] ?? 0) + meta.rows_written;
  };
  const statement = (raw: D1PreparedStatement, sql: string): D1PreparedStatement => {
    const all = async () => {
      const answer = await raw.all<Record<string, unknown>>();
      note(sql, answer);
      return answer;
    };
    const own = {
      bind: (...values: unknown[]) => statement(raw.bind(...values), sql),
      all,
      run: all,
      first: async (column?: string) => {
        const [row] = (await all()).results;
        if (row === undefined) return null;
        return column === undefined ? row : row[column];
      },
      raw: async () => (await all()).results.map((row) => Object.values(row)),
      original: raw,
    } as unknown as D1PreparedStatement;
    sqlOf.set(own, sql);
    return own;
  };
  const session = (target: Pick<D1Database, "prepare" | "batch">) => ({
    prepare: (sql: string) => statement(target.prepare(sql), sql),
    batch: async (statements: D1PreparedStatement[]) => {
      const raw = statements.map((each) => (each as unknown as { original: D1PreparedStatement }).original);
      const answers = await target.batch(raw);
      for (const [index, answer] of answers.entries())
        note(sqlOf.get(statements[index] as object) ?? "", answer);
      return answers;
    },
  });
  return {
    ...session(database),
    withSession: (bookmark?: string) => session(database.withSession(bookmark)),
  } as unknown as D1Database;
}

/** A counted Worker answers a request for it with the counts so far, and begins anew. */
export const COUNTS_PATH = "/v1/counted";
