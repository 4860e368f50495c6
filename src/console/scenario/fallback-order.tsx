import { problemAt } from "./check.ts";
import { valueAt } from "./config.ts";
import { FALLBACK_WORDS, FALLBACKS } from "./fields.ts";
import type { Form } from "./inputs.tsx";
import { same } from "./notation.ts";

/** Which lists fill up what the model leaves open, and in what order. */
export function FallbackOrder({ form }: { form: Form }) {
  const given = valueAt(form.config, ["fallback"]);
  const order: readonly unknown[] = given === undefined ? FALLBACKS : Array.isArray(given) ? given : [];
  const leftOut = FALLBACKS.filter((list) => !order.includes(list));
  const problem = problemAt(form.problems, ["fallback"], true);
  const put = (next: readonly unknown[]) => form.set(["fallback"], same(next, FALLBACKS) ? undefined : next);
  const move = (from: number, to: number) => put(order.toSpliced(from, 1).toSpliced(to, 0, order[from]));
  return (
    <fieldset>
      <legend>Where the model leaves places open, in this order</legend>
      {order.length === 0 ? <p class="note">Nothing fills them: the list may be short.</p> : null}
      <ol class="order">
        {order.map((list, at) => {
          const name = String(list);
          return (
            <li key={name}>
              <span>{FALLBACK_WORDS[name] ?? name}</span>
              <button
                type="button"
                aria-label={`${name}: earlier`}
                title="Earlier"
                disabled={at === 0}
                onClick={() => move(at, at - 1)}
              >
                ↑
              </button>
              <button
                type="button"
                aria-label={`${name}: later`}
                title="Later"
                disabled={at === order.length - 1}
                onClick={() => move(at, at + 1)}
              >
                ↓
              </button>
              <button
                type="button"
                aria-label={`${name}: leave out`}
                title="Leave out"
                onClick={() => put(order.toSpliced(at, 1))}
              >
                ×
              </button>
            </li>
          );
        })}
      </ol>
      {problem === undefined ? null : <small class="wrong">{problem}</small>}
      {leftOut.map((list) => (
        <button key={list} type="button" onClick={() => put([...order, list])}>
          Add {FALLBACK_WORDS[list] ?? list}
        </button>
      ))}
    </fieldset>
  );
}
