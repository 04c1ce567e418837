/** A refusal, by what it refuses. */
import type { RefusalFrame } from "../wire/refusal.ts";
import type { ClientConnection } from "./clientState.ts";
import { refusalSaid } from "./ended.ts";
import { type ClientStep, hangUp, misbehaved, stay } from "./step.ts";
import { onMailboxRefused } from "./stepMailboxes.ts";
import { onPutRefused } from "./stepPuts.ts";
import { onRequestRefused } from "./stepRequests.ts";
import { wasUsed } from "./channels.ts";
import { onChannelRefused } from "./stepVaults.ts";

/** What it refuses may be answered already, or closed: that is no fault. */
export const onRefusal = (state: ClientConnection, frame: RefusalFrame): ClientStep => {
  const { subject } = frame;
  const refusal = refusalSaid(frame);
  switch (subject.kind) {
    case "connection":
      return hangUp(state, { kind: "refused", refusal });
    case "request":
      return onRequestRefused(state, subject.request, refusal);
    case "mailbox":
      return onMailboxRefused(state, subject.mailbox, refusal);
    case "channel": {
      const { channel } = subject;
      const { link } = state;
      if (link.kind !== "ready") return stay(state);
      if (!wasUsed(link, channel))
        return misbehaved(state, { type: "ChannelUnknown", frame: "Refusal", channel });
      return (
        onPutRefused(state, link, channel, refusal) ??
        onChannelRefused(state, link, channel, refusal)
      );
    }
  }
};
