/** Questions of the engine that have one answer each: records, tokens of blobs, mailboxes. */
import type { RequestId } from "../ids.ts";
import type { BlobDropped, BlobTokenGranted } from "../wire/blob.ts";
import type { RecordAppended } from "../wire/log.ts";
import type { ClientInput } from "./clientInput.ts";
import type { Asked, ClientConnection, Ready } from "./clientState.ts";
import type { RefusalSaid } from "./ended.ts";
import {
  askUnderNumber,
  type ClientStep,
  misbehaved,
  stay,
  withLine,
  withoutAsked,
} from "./step.ts";
import { keepQuiet } from "./stepFlow.ts";
import { onLogRefused } from "./stepLogs.ts";
import { openChannel } from "./channels.ts";

type Input<Kind extends ClientInput["kind"]> = Extract<ClientInput, { kind: Kind }>;

export const onAppendRecord = (
  state: ClientConnection,
  { request, record }: Input<"appendRecord">,
): ClientStep =>
  askUnderNumber(state, "record", request, (number) => ({
    type: "AppendRecord",
    request: number,
    record,
  }));

export const onWantBlobToken = (
  state: ClientConnection,
  link: Ready,
  { request, vault, action, blob }: Input<"wantBlobToken">,
): ClientStep => {
  const channel = openChannel(link, vault)?.number;
  return channel === undefined
    ? stay(state, { kind: "requestLost", request })
    : askUnderNumber(state, "token", request, (number) => ({
        type: "BlobTokenWant",
        request: number,
        channel,
        action,
        blob,
      }));
};

export const onDropBlob = (
  state: ClientConnection,
  link: Ready,
  { request, vault, blob, device, nowMs, signature }: Input<"dropBlob">,
): ClientStep => {
  const channel = openChannel(link, vault)?.number;
  return channel === undefined
    ? stay(state, { kind: "requestLost", request })
    : askUnderNumber(state, "drop", request, (number) => ({
        type: "BlobDrop",
        request: number,
        channel,
        blob,
        device,
        nowMs,
        signature,
      }));
};

type Answer = RecordAppended | BlobTokenGranted | BlobDropped;

const askedBy: Readonly<Record<Answer["type"], Asked["kind"]>> = {
  RecordAppended: "record",
  BlobTokenGranted: "token",
  BlobDropped: "drop",
};

export const onAnswer = (state: ClientConnection, answer: Answer): ClientStep => {
  const asked = state.line.asked.get(answer.request);
  if (asked === undefined || asked.kind === "log" || asked.kind !== askedBy[answer.type])
    return misbehaved(state, { type: "AnswerUnasked", frame: answer.type });
  const { request } = asked;
  const answered = withoutAsked(state, answer.request);
  switch (answer.type) {
    case "RecordAppended": {
      const { index, id } = answer;
      return stay(answered, { kind: "recordAppended", request, index, id });
    }
    case "BlobTokenGranted": {
      const { token, expiresAtMs } = answer;
      return stay(answered, { kind: "blobToken", request, token, expiresAtMs });
    }
    case "BlobDropped":
      return stay(answered, { kind: "blobDropped", request });
  }
};

/** What was too fast is asked again, before what was asked later. */
export const onRequestRefused = (
  state: ClientConnection,
  number: RequestId,
  refusal: RefusalSaid,
): ClientStep => {
  const asked = state.line.asked.get(number);
  if (asked === undefined) return stay(state);
  if (asked.kind === "log")
    return state.link.kind === "ready"
      ? onLogRefused(state, state.link, { request: number, key: asked.key }, refusal)
      : stay(state);
  if (refusal.name === "RateLimited") {
    const quiet = keepQuiet(state, refusal);
    return stay(withLine(quiet, { asks: [asked.encoded, ...quiet.line.asks] }));
  }
  const { request } = asked;
  return stay(withoutAsked(state, number), { kind: "requestRefused", request, refusal });
};
