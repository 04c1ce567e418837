import { DeviceScope } from "@duro/crypto/types";
import { describe, expect, test } from "vitest";
import { recordIds } from "../ids.ts";
import {
  channelOf,
  liveTalk,
  openVault,
  readyTalk,
  vaultOpened,
} from "../testing/relayTranscript.ts";
import { clientFrameSpecimens, relayFrameSpecimens } from "../testing/specimens.ts";
import { refused } from "./refused.ts";
import type { RelayInput } from "./relayInput.ts";

const channel = channelOf(1);
const put = { ...clientFrameSpecimens.Put, channel };
const { AppendRecord } = clientFrameSpecimens;

const putsDone = (extra: Partial<Extract<RelayInput, { kind: "putsDone" }>>): RelayInput => ({
  kind: "putsDone",
  channel,
  putCount: 1,
  byteLength: 700,
  receipts: [],
  refused: undefined,
  ...extra,
});

describe("puts", () => {
  test("[RELAY19] are stored under the vault of their channel, and receipted on it", () => {
    const { channel: _, type: __, ...receipt } = relayFrameSpecimens.Receipt;
    const talk = liveTalk()
      .says(put, 700)
      .learns(putsDone({ receipts: [receipt] }));
    expect(talk.lines()).toEqual([
      "client: Put #1",
      "do putRun #1 byteLength=700",
      "putsDone #1 byteLength=700 putCount=1",
      "relay: Receipt #1 @1000 count=3",
    ]);
  });

  test("[RELAY19] of a viewer device are refused before they are looked at", () => {
    const talk = readyTalk(DeviceScope.Viewer).says(openVault(1)).learns(vaultOpened(1, 10));
    talk.lines();
    expect(talk.says(put).answers()).toEqual([
      "relay: Refusal channel #1 RoleForbids chain=040404040404 seq=1",
    ]);
  });

  test("[RELAY19] are receipted although their channel is closed by then: a receipt is evidence", () => {
    const { channel: _, type: __, ...receipt } = relayFrameSpecimens.Receipt;
    const talk = liveTalk().says(put, 700).says({ type: "CloseVault", channel });
    talk.lines();
    expect(talk.learns(putsDone({ receipts: [receipt] })).answers()).toEqual([
      "relay: Receipt #1 @1000 count=3",
    ]);
  });

  test("[RELAY19] that were stored in part are receipted, then refused", () => {
    const { channel: _, type: __, ...receipt } = relayFrameSpecimens.Receipt;
    const talk = liveTalk().says(put, 700).says(put, 700);
    talk.lines();
    talk.learns(
      putsDone({
        putCount: 2,
        byteLength: 1_400,
        receipts: [receipt],
        refused: refused("ChainCut"),
      }),
    );
    expect(talk.answers()).toEqual([
      "relay: Receipt #1 @1000 count=3",
      "relay: Refusal channel #1 ChainCut",
    ]);
  });
});

describe("records", () => {
  test("[RELAY19] are appended and answered by their request", () => {
    const { request } = AppendRecord;
    const talk = readyTalk()
      .says(AppendRecord, 40)
      .learns({
        kind: "recordAppended",
        request,
        index: 6,
        id: recordIds.fromBytes(new Uint8Array(32)),
        byteLength: 40,
      })
      .says(AppendRecord, 40)
      .learns({ kind: "recordRefused", request, refused: refused("LogHeadStale"), byteLength: 40 });
    expect(talk.answers()).toEqual([
      "do appendRecord ?300 byteLength=40",
      "relay: RecordAppended ?300 index=6",
      "do appendRecord ?300 byteLength=40",
      "relay: Refusal request ?300 LogHeadStale",
    ]);
  });
});

describe("blobs", () => {
  test("[RELAY19] a token and a drop are answered by their request", () => {
    const { request, token, expiresAtMs } = {
      ...relayFrameSpecimens.BlobTokenGranted,
    };
    const talk = liveTalk()
      .learns({ kind: "tokenGranted", request, token, expiresAtMs })
      .learns({ kind: "blobDropped", request })
      .learns({ kind: "requestRefused", request, refused: refused("BlobGone") });
    expect(talk.answers()).toEqual([
      "relay: BlobTokenGranted ?300",
      "relay: BlobDropped ?300",
      "relay: Refusal request ?300 BlobGone",
    ]);
  });
});
