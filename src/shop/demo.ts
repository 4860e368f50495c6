/** What `start` writes beside this page: who may be picked, and the key to ask with. */
export interface Demo {
  key: string;
  tenant: string;
  /** The shop's name. */
  title?: string;
  /** The stored scenario that the first shelf asks by, and what it does. */
  home?: { scenario: string; note: string };
  /** Where to ask for a new item of the catalogue; absent where nobody listens. */
  newcomers?: string;
  shoppers: Shopper[];
}

export interface Shopper {
  userId: string;
  label: string;
  /** The server's signature of `userId`. */
  userToken?: string;
}

/** Null when nobody has started the demo: the page then says how to. */
export async function loadDemo(): Promise<Demo | null> {
  try {
    const reply = await fetch("/demo.json", { cache: "no-store" });
    const demo = (await reply.json()) as Partial<Demo>;
    return typeof demo.key === "string" ? { tenant: "", shoppers: [], ...demo, key: demo.key } : null;
  } catch {
    return null;
  }
}
