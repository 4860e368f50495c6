/** The one port to an object store. Strongly consistent, as R2 is: a read after a write sees it. */
export interface ObjectStore {
  /** Whole object, or `length` bytes from `offset`; null when absent. `size` is always the whole object's. */
  get(key: string, range?: { offset: number; length: number }): Promise<StoredObject | null>;
  /** The object's etag without its bytes: what a poll costs. Null when absent. */
  etag(key: string): Promise<string | null>;
  /** Null when the condition does not hold, and then nothing was written. */
  put(key: string, bytes: Uint8Array, condition?: PutCondition): Promise<{ etag: string } | null>;
  /** Keys under a prefix in lexicographic order, at most 1,000 a page. */
  list(prefix: string, cursor?: string): Promise<ObjectPage>;
  /** Absent keys are no error. At most 1,000 keys. */
  delete(keys: readonly string[]): Promise<void>;
}

export interface StoredObject {
  bytes: Uint8Array<ArrayBuffer>;
  etag: string;
  size: number;
}

export type PutCondition = { ifAbsent: true } | { ifEtag: string };

export interface ObjectPage {
  objects: { key: string; size: number; etag: string; uploadedMs: number }[];
  cursor?: string;
}

/** All keys under a prefix, page by page. */
export async function* listAll(
  store: ObjectStore,
  prefix: string,
): AsyncGenerator<ObjectPage["objects"][number]> {
  let cursor: string | undefined;
  do {
    const page = await store.list(prefix, cursor);
    yield* page.objects;
    cursor = page.cursor;
  } while (cursor !== undefined);
}
