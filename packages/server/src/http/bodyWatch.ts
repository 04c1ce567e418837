/**
 * Cuts bodies that stop coming or drip. Node has one time for a whole request, and it must be long
 * enough for a chunk over a slow phone line; this one looks whether anything moves.
 */
import type { IncomingMessage } from "node:http";
import { bodyByteRateMin, type HttpTimes } from "./httpLimits.ts";
import { refuseOnSocket } from "./rawRefusal.ts";

interface Watched {
  readonly sinceMs: number;
  readonly byteLengthBefore: number;
  byteLength: number;
  movedAtMs: number;
}

export interface BodyWatch {
  readonly begin: (request: IncomingMessage) => void;
  readonly end: (request: IncomingMessage) => void;
  readonly close: () => void;
}

export const createBodyWatch = (
  times: Pick<HttpTimes, "bodySilenceMs" | "checkIntervalMs">,
  nowMs: () => number,
  onCut: () => void,
): BodyWatch => {
  const watched = new Map<IncomingMessage, Watched>();
  const check = (): void => {
    for (const [request, body] of watched) {
      if (request.complete || request.destroyed) watched.delete(request);
      else if (isStuck(request, body, nowMs(), times.bodySilenceMs)) {
        watched.delete(request);
        onCut();
        refuseOnSocket(request.socket, "RequestTimeout");
      }
    }
  };
  const timer = setInterval(check, times.checkIntervalMs).unref();
  return {
    begin: (request) => {
      if (request.complete) return;
      const { bytesRead } = request.socket;
      const now = nowMs();
      watched.set(request, {
        sinceMs: now,
        byteLengthBefore: bytesRead,
        byteLength: bytesRead,
        movedAtMs: now,
      });
    },
    end: (request) => {
      watched.delete(request);
    },
    close: () => clearInterval(timer),
  };
};

/** Silent for too long, or so slow that it would never end. */
const isStuck = (
  { socket }: IncomingMessage,
  body: Watched,
  now: number,
  silenceMs: number,
): boolean => {
  if (socket.bytesRead !== body.byteLength) {
    body.byteLength = socket.bytesRead;
    body.movedAtMs = now;
  }
  const countedSeconds = Math.max(0, now - body.sinceMs - silenceMs) / 1_000;
  const received = body.byteLength - body.byteLengthBefore;
  return now - body.movedAtMs >= silenceMs || received < countedSeconds * bodyByteRateMin;
};
