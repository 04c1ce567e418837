/** Tells whoever listens what changed, as server-sent events, a few times a second at the most. */
import type { ServerResponse } from "node:http";
import type { Change } from "./openHome.ts";

export interface ChangeStream {
  follow(response: ServerResponse): void;
  changed(change: Change): void;
  end(): void;
}

const gatherMs = 200;

export const createChangeStream = (
  after: (ms: number, run: () => void) => () => void,
): ChangeStream => {
  const listeners = new Set<ServerResponse>();
  let gathered: Set<string> | "all" = new Set();
  let isStatusNew = false;
  let endGathering: (() => void) | undefined;

  const tell = (): void => {
    endGathering = undefined;
    const ids = gathered === "all" ? "all" : [...gathered];
    const lines = [
      ...(ids.length > 0 ? [`event: entries\ndata: ${JSON.stringify({ ids })}\n\n`] : []),
      ...(isStatusNew ? ["event: status\ndata: {}\n\n"] : []),
    ];
    gathered = new Set();
    isStatusNew = false;
    for (const listener of listeners) listener.write(lines.join(""));
  };

  return {
    follow: (response) => {
      response.writeHead(200, {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
      });
      response.write(": follow\n\n");
      listeners.add(response);
      response.on("close", () => listeners.delete(response));
    },
    changed: (change) => {
      if (listeners.size === 0) return;
      if (change === "status") isStatusNew = true;
      else if (change.ids === "all") gathered = "all";
      else if (gathered !== "all") for (const id of change.ids) gathered.add(id);
      endGathering ??= after(gatherMs, tell);
    },
    end: () => {
      endGathering?.();
      for (const listener of listeners) listener.end();
    },
  };
};
