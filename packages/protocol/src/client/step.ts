/** What a step gives back, and small moves that many steps share. */
import { type RequestId, requestIds } from "../ids.ts";
import { requestIdMax } from "../limits.ts";
import { fullBudget } from "../relay/budget.ts";
import { type ClientFrame, encodeClientFrame } from "../wire/clientFrame.ts";
import { isLasting } from "./backoff.ts";
import type { ClientEffect } from "./clientEffect.ts";
import type { Asked, ClientConnection, EncodedFrame, Line, Link } from "./clientState.ts";
import type { Ended, RelayFault } from "./ended.ts";

export interface ClientStep {
  readonly state: ClientConnection;
  readonly effects: readonly ClientEffect[];
}

export const stay = (state: ClientConnection, ...effects: readonly ClientEffect[]): ClientStep => ({
  state,
  effects,
});

export const withLink = (
  state: ClientConnection,
  link: Link,
  ...effects: readonly ClientEffect[]
): ClientStep => ({ state: { ...state, link }, effects });

export const withLine = (state: ClientConnection, line: Partial<Line>): ClientConnection => ({
  ...state,
  line: { ...state.line, ...line },
});

/** One step, and the next one from where it led. */
export const andThen = (
  first: ClientStep,
  next: (state: ClientConnection) => ClientStep,
): ClientStep => {
  const { state, effects } = next(first.state);
  if (first.effects.length === 0) return { state, effects };
  return { state, effects: effects.length === 0 ? first.effects : [...first.effects, ...effects] };
};

export const encoded = (frame: ClientFrame): EncodedFrame => ({
  frame,
  bytes: encodeClientFrame(frame),
});

export const newLine = (timeMs: number): Line => ({
  heardAtMs: timeMs,
  pingedAtMs: timeMs,
  pongedAtMs: undefined,
  pingCount: 0,
  probedAtMs: undefined,
  budget: fullBudget(timeMs),
  quietUntilMs: 0,
  asks: [],
  asked: new Map(),
  requestCount: 0,
  mailboxes: new Set(),
});

/** Whatever waits or was asked for on this connection gets its answer. */
export const lostRequests = ({ line }: ClientConnection): ClientEffect[] =>
  [...line.asked.values()].flatMap((asked) =>
    asked.kind === "log" ? [] : [{ kind: "requestLost", request: asked.request }],
  );

/** What the connection knew is forgotten at once; the rim says when the socket is gone. */
export const hangUp = (state: ClientConnection, ended: Ended): ClientStep => ({
  state: {
    ...state,
    line: newLine(state.time.timeMs),
    link: {
      kind: "hangingUp",
      ended,
      hasLasted: isLasting(state.link, state.time.timeMs),
      isWanted: false,
    },
  },
  effects: [...lostRequests(state), { kind: "hangUp" }],
});

export const misbehaved = (state: ClientConnection, fault: RelayFault): ClientStep => {
  const { state: next, effects } = hangUp(state, { kind: "misbehaved", fault });
  return { state: next, effects: [{ kind: "relayMisbehaved", fault }, ...effects] };
};

/** It goes out with the others, in their order, when there is credit. */
export const ask = (state: ClientConnection, frame: ClientFrame): ClientConnection =>
  withLine(state, { asks: [...state.line.asks, encoded(frame)] });

/** Under a number of its own, so that the answer finds it. */
export const askUnderNumber = (
  state: ClientConnection,
  kind: Exclude<Asked["kind"], "log">,
  engineRequest: number,
  frameOf: (request: RequestId) => ClientFrame,
): ClientStep => {
  const { line } = state;
  if (line.requestCount >= requestIdMax) return hangUpAndLose(state, engineRequest);
  const request = requestIds.fromNumber(line.requestCount);
  const frame = encoded(frameOf(request));
  return stay(
    withLine(state, {
      asks: [...line.asks, frame],
      requestCount: line.requestCount + 1,
      asked: new Map(line.asked).set(request, { kind, request: engineRequest, encoded: frame }),
    }),
  );
};

const hangUpAndLose = (state: ClientConnection, request: number): ClientStep =>
  andThen(stay(state, { kind: "requestLost", request }), (next) =>
    hangUp(next, { kind: "numbersUsedUp" }),
  );

export const withoutAsked = (state: ClientConnection, request: RequestId): ClientConnection => {
  const asked = new Map(state.line.asked);
  asked.delete(request);
  return withLine(state, { asked });
};

export const withEntry = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> =>
  new Map(map).set(key, value);

export const withoutEntry = <K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> => {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
};
