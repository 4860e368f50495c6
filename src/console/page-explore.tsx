import { Beginnings, ChoiceForm } from "./explore/choice.tsx";
import { ItemView } from "./explore/item.tsx";
import type { Subject } from "./explore/lists.ts";
import { useAddress } from "./explore/use-address.ts";
import { UserView } from "./explore/user.tsx";
import { Page } from "./parts.tsx";

/** What does somebody see, and why? */
export function ExplorePage() {
  const [address, change] = useAddress();
  const asked = subjectOf(address);
  const key = asked === null ? "nobody" : `${asked.kind} ${asked.id}`;
  return (
    <Page question="What does somebody see, and why?">
      <ChoiceForm
        key={`form of ${key}`}
        asked={asked}
        choose={({ kind, id }) => change({ user: "", item: "", about: "", [kind]: id })}
      />
      {asked === null ? <Beginnings /> : null}
      {asked?.kind === "user" ? <UserView key={key} id={asked.id} {...{ address, change }} /> : null}
      {asked?.kind === "item" ? <ItemView key={key} id={asked.id} {...{ address, change }} /> : null}
    </Page>
  );
}

function subjectOf(address: URLSearchParams): Subject | null {
  for (const kind of ["user", "item"] as const) {
    const id = address.get(kind);
    if (id !== null && id !== "") return { kind, id };
  }
  return null;
}
