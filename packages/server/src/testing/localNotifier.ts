/**
 * Nodes that tell each other within one process, for tests and the simulation. Whoever makes it decides
 * what becomes of each message: carried at once, later, or never.
 */
import type { Growth, Notifier } from "../ports/notifier.ts";

export interface LocalBus {
  /** One more node. */
  node(): Notifier;
  /** As if every node had been away for a while. */
  gap(): void;
}

interface Node {
  onGrowth: (growth: Growth) => void;
  onGap: () => void;
}

/** `carry` calls `deliver` when the message arrives; not at all where it is lost. */
export const createLocalBus = (
  carry: (deliver: () => void) => void = (deliver) => {
    queueMicrotask(deliver);
  },
): LocalBus => {
  const nodes = new Set<Node>();
  return {
    gap: () => {
      for (const { onGap } of nodes) onGap();
    },
    node: () => {
      const self: Node = { onGrowth: () => {}, onGap: () => {} };
      nodes.add(self);
      return {
        publish: (growth) => {
          if (!nodes.has(self)) return;
          for (const other of nodes)
            if (other !== self)
              carry(() => {
                if (nodes.has(other)) other.onGrowth(growth);
              });
        },
        subscribe: (onGrowth, onGap) => {
          self.onGrowth = onGrowth;
          self.onGap = onGap;
        },
        close: async () => {
          nodes.delete(self);
        },
      };
    },
  };
};
