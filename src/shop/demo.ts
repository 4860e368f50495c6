/** What `start` writes beside this page: who may be picked, and the key to ask with. */
export interface Demo {
  key: string;
  tenant: string;
  /** The shop's name. */
  title?: string;
  shoppers: { userId: string; label: string }[];
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
