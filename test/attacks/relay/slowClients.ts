/** Clients that never finish: headers, bodies and sockets that stay half done. Each ends by itself. */
import { socketPath } from "@duro/protocol";
import { drip, halfOpen, refusalIn, sayNothing } from "./rawHttp.ts";
import type { Target } from "./target.ts";

/** So many of each kind at once; what the relay told them, without repeating itself. */
export const beSlow = async (
  target: Target,
  perKind: number,
): Promise<Readonly<Record<string, readonly string[]>>> => {
  const { port } = target.relay;
  // Each from an address of its own, or they would be counted together and refused before.
  const head = (first: string, ...lines: readonly string[]): string =>
    [`${first} HTTP/1.1`, "Host: 127.0.0.1", `X-Forwarded-For: ${target.address()}`, ...lines].join(
      "\r\n",
    );
  const post = (framing: string): string =>
    `${head("POST /v1/accounts", "Content-Type: application/json", framing)}\r\n\r\n`;
  const kinds = {
    "a word that is never said": () => sayNothing(port),
    "headers that stop": () => drip(port, head("GET /healthz", "X-Slow: ")),
    "headers that drip": () => drip(port, head("GET /healthz", "X-Slow: "), "a"),
    "an upgrade that stops": () => drip(port, head(`GET ${socketPath}`, "Upgrade: websocket")),
    "a body that stops": () => drip(port, `${post("Content-Length: 5000")}{"records":["`),
    "a body that drips": () => drip(port, `${post("Content-Length: 900000")}{"records":["`, "A"),
    "chunks that stop": () => drip(port, `${post("Transfer-Encoding: chunked")}4\r\n{"re`),
  };
  const halves = Array.from({ length: perKind }, () => halfOpen(port));
  const told = await Promise.all(
    Object.entries(kinds).map(async ([name, begin]) => {
      const answers = await Promise.all(Array.from({ length: perKind }, begin));
      const words = answers.map((answer) => `${answer.status} ${refusalIn(answer)}`);
      return [name, [...new Set(words)]] as const;
    }),
  );
  await Promise.all(halves);
  return Object.fromEntries(told);
};
