import { useEffect, useState } from "preact/hooks";

/** What stands behind the `?` of `#/explore?user=ann`. */
function searchNow(): string {
  const [, search = ""] = location.hash.split("?");
  return search;
}

/**
 * The page's own choices, kept in its address, so that a link can be sent to somebody and the back button undoes one. `change` sets names to texts; an
 * empty one takes the name away.
 */
export function useAddress(): readonly [URLSearchParams, (changes: Record<string, string>) => void] {
  const [search, setSearch] = useState(searchNow());
  useEffect(() => {
    const read = () => setSearch(searchNow());
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);
  const change = (changes: Record<string, string>) => {
    const next = new URLSearchParams(search);
    for (const [name, value] of Object.entries(changes)) {
      if (value === "") next.delete(name);
      else next.set(name, value);
    }
    const [page] = location.hash.split("?");
    // Without the event of a new address, which would take the focus from what was just used.
    history.pushState(null, "", next.size === 0 ? page : `${page}?${next}`);
    setSearch(next.toString());
  };
  return [new URLSearchParams(search), change];
}
