/** Ids by tenant. Names of both together would be strings of their own: these are those of the rows, which share them. */
export class TenantSet {
  readonly #tenants = new Map<string, Set<string>>();

  add(tenant: string, id: string): void {
    const ids = this.#tenants.get(tenant);
    if (ids === undefined) this.#tenants.set(tenant, new Set([id]));
    else ids.add(id);
  }

  has(tenant: string, id: string): boolean {
    return this.#tenants.get(tenant)?.has(id) ?? false;
  }

  addAll(others: TenantSet): void {
    for (const [tenant, ids] of others.#tenants) for (const id of ids) this.add(tenant, id);
  }

  get size(): number {
    let size = 0;
    for (const ids of this.#tenants.values()) size += ids.size;
    return size;
  }

  get tenants(): Iterable<string> {
    return this.#tenants.keys();
  }
}
