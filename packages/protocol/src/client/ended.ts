/** Why a connection is over, and whether another one is worth trying. */
import type { Refused } from "../relay/refused.ts";
import type { RelayFrame } from "../wire/relayFrame.ts";
import type { FrameError } from "../wire/frame.ts";
import { type ClientMove, refusalOfNumber, refusals } from "../refusals.ts";
import type { RefusalFrame } from "../wire/refusal.ts";

/** A refusal as it came: a newer relay's has a number that is not known here. */
export interface RefusalSaid {
  readonly name: Refused["name"] | undefined;
  readonly number: number;
  readonly facts: Readonly<Record<string, string>>;
}

/** What a relay did that no honest one does. */
export type RelayFault =
  | { readonly type: "FrameUnreadable"; readonly error: FrameError["type"] | "FrameIsText" }
  /** A frame that has no place in this state of the connection. */
  | { readonly type: "OutOfOrder"; readonly frame: RelayFrame["type"] }
  | {
      readonly type: "ChannelUnknown";
      readonly frame: RelayFrame["type"];
      readonly channel: number;
    }
  /** An answer to nothing that was asked. */
  | { readonly type: "AnswerUnasked"; readonly frame: RelayFrame["type"] }
  /** More envelopes than it was granted. */
  | { readonly type: "CreditExceeded" };

export type WaitedFor = "socket" | "Challenge" | "signature" | "Welcome" | "any frame";

export type Ended =
  /** The socket closed, or never opened; the refusal where HTTP or the close code named one. */
  | { readonly kind: "closed"; readonly refusal: Refused["name"] | undefined }
  | { readonly kind: "refused"; readonly refusal: RefusalSaid }
  | { readonly kind: "timedOut"; readonly waitedFor: WaitedFor }
  | { readonly kind: "misbehaved"; readonly fault: RelayFault }
  /** It speaks no version that is spoken here. */
  | { readonly kind: "versionUnsupported"; readonly min: number; readonly max: number }
  /** Numbers of channels or requests are used once on a connection: another one has new ones. */
  | { readonly kind: "numbersUsedUp" }
  /** The engine does not want this relay. */
  | { readonly kind: "unwanted" }
  /** A person's wish. */
  | { readonly kind: "paused" };

export const refusalSaid = ({ number, facts }: RefusalFrame): RefusalSaid => ({
  name: refusalOfNumber(number).name,
  number,
  facts: Object.fromEntries(facts.map(({ key, value }) => [key, value])),
});

type Next = "retry" | "retryOnce" | "stop";

const nextByMove: Readonly<Record<ClientMove, Next>> = {
  retryLater: "retry",
  fetchAndRetry: "retry",
  reauthenticate: "retryOnce",
  pauseAndTell: "stop",
  askForUpdate: "stop",
  stopAndTell: "stop",
  fixAndReport: "stop",
  giveUp: "stop",
};

/** What a newer relay says for reasons that are not known here may pass. */
const nextAfterRefusal = (name: Refused["name"] | undefined): Next =>
  name === undefined ? "retry" : nextByMove[refusals[name].clientMust];

export const nextAfter = (ended: Ended): Next => {
  switch (ended.kind) {
    case "closed":
      return nextAfterRefusal(ended.refusal);
    case "refused":
      return nextAfterRefusal(ended.refusal.name);
    case "timedOut":
    case "misbehaved":
    case "numbersUsedUp":
      return "retry";
    case "versionUnsupported":
    case "unwanted":
    case "paused":
      return "stop";
  }
};
