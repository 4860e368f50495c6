import type { Prng } from "../../src/base/index.ts";
import type { DeliveredMessage } from "../../src/ingest/index.ts";

/**
 * A Queue's consuming side, by its real rule: what is not acked comes again, message by message, in other batches with other
 * neighbours; now and then a message is delivered twice although it was acked.
 */
export function queueTwin(prng: Prng, bodies: readonly unknown[]) {
  const waiting = bodies.map((body, index) => ({ id: `m${index}`, body, attempts: 0 }));
  return {
    /** The next batch, at most `size` messages; empty when all have been acked. */
    deliver(size: number): DeliveredMessage[] {
      prng.shuffle(waiting);
      return waiting.splice(0, size).map((message) => {
        const delivered = { ...message, attempts: message.attempts + 1 };
        let settled = false;
        const again = () => {
          if (!settled) waiting.push(delivered);
          settled = true;
        };
        return {
          ...delivered,
          ack: () => {
            if (prng.next() < 0.1) again();
            settled = true;
          },
          retry: again,
        };
      });
    },
    get size() {
      return waiting.length;
    },
  };
}
