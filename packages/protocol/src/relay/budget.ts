/**
 * A bucket of tokens for one connection: what it may ask in a burst, and how fast that comes back. Pure:
 * the time is told.
 */
import type { ClientFrame } from "../wire/clientFrame.ts";

export interface Budget {
  readonly tokens: number;
  readonly atMs: number;
}

/** Whoever opens all vaults at once and asks for all their logs stays below. */
const tokenCountMax = 2_048;
const tokensPerMs = 0.5;
/** A client that goes on asking although it is refused costs refusals: then the connection ends. */
const debtCountMax = 1_024;
/** What is refused cost work, whatever the frame cost. */
export const refusalCost = 1;
/** What is the client's own fault costs this much, so that a program gone wrong stops soon. */
export const faultCost = 128;

export const fullBudget = (nowMs: number): Budget => ({ tokens: tokenCountMax, atMs: nowMs });

/** A Ping's price: the WebSocket has its own, which browsers do not send and proxies seldom do. */
export const controlFrameCost = 1;

/** Roughly what answering costs. Puts are bounded by what may be under way, or cost a refusal. */
const costs: Readonly<Record<ClientFrame["type"], number>> = {
  Login: 16,
  Bye: 0,
  Ping: 1,
  Pong: 1,
  Credit: 1,
  // Looked up for access, and read.
  LogWant: 2,
  AppendRecord: 8,
  OpenVault: 2,
  CloseVault: 1,
  Pull: 2,
  Put: 0,
  BodyWant: 2,
  Presence: 2,
  BlobTokenWant: 2,
  BlobDrop: 4,
  MailboxOpen: 64,
  MailboxJoin: 64,
  MailboxSend: 16,
  MailboxClose: 1,
};

export type Spent =
  | { readonly kind: "paid"; readonly budget: Budget }
  /** Too fast: what was asked is not done. */
  | { readonly kind: "short"; readonly budget: Budget; readonly retryAfterMs: number }
  | { readonly kind: "exhausted" };

export const spend = (budget: Budget, cost: number, nowMs: number): Spent => {
  const passedMs = Math.max(0, nowMs - budget.atMs);
  const filled = Math.min(tokenCountMax, budget.tokens + passedMs * tokensPerMs);
  const tokens = filled - cost;
  const next = { tokens, atMs: nowMs };
  if (tokens >= 0) return { kind: "paid", budget: next };
  if (tokens < -debtCountMax) return { kind: "exhausted" };
  return { kind: "short", budget: next, retryAfterMs: Math.ceil(-tokens / tokensPerMs) };
};

/** Reading a long list and looking up each of its items takes as much as many short frames. */
const byteLengthPerToken = 1_024;

/** What a vault's heads cost to look up, by how many there are. */
const chainsPerToken = 64;
export const costOfHeads = (chainCount: number): number => Math.floor(chainCount / chainsPerToken);

/** A Put is paid for by the credit it holds until it is stored. */
export const costOf = (frame: ClientFrame, byteLength: number): number =>
  frame.type === "Put"
    ? costs.Put
    : costs[frame.type] + Math.floor(byteLength / byteLengthPerToken);
