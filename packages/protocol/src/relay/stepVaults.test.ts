import { describe, expect, test } from "vitest";
import { vaultsPerUserMax } from "../limits.ts";
import {
  channelOf,
  credit,
  liveBatch,
  liveTalk,
  openVault,
  page,
  pull,
  readyTalk,
  vaultOf,
  vaultOpened,
} from "../testing/relayTranscript.ts";
import { clientFrameSpecimens } from "../testing/specimens.ts";
import { refused } from "./refused.ts";

const { Put, Presence, BodyWant, BlobTokenWant, BlobDrop } = clientFrameSpecimens;

describe("a vault on a connection", () => {
  test("[RELAY9] is opened, brought up to date page by page, and then live", () => {
    const talk = readyTalk()
      .says(credit(10_000))
      .says(openVault(1))
      .learns(vaultOpened(1, 25))
      .learns(page([1, 1], 20, { isEnd: false }))
      .learns(page([1, 2], 25, { isEnd: true }))
      .learns({ kind: "live", batch: liveBatch(vaultOf(1), [26, 27]) });
    expect(talk.lines()).toEqual([
      "client: Credit byteLength=10000",
      "client: OpenVault #1",
      "do openVault #1",
      "vaultOpened #1 @25",
      "relay: VaultHeads #1 @25",
      "do readPage #1 reading=1 afterPosition=0",
      "page #1 reading=1 @20 isEnd=false",
      "relay: Envelopes #1 @20 x1",
      "do readPage #1 reading=2 afterPosition=20",
      "page #1 reading=2 @25 isEnd=true",
      "relay: Envelopes #1 @25 x1",
      "relay: CatchUpDone #1 @25",
      "live",
      "relay: Envelopes #1 @27 x1",
    ]);
  });

  test("[RELAY9] waits for credit before its first page", () => {
    const talk = readyTalk().says(openVault(1)).learns(vaultOpened(1, 10));
    expect(talk.answers()).toEqual(["do openVault #1", "relay: VaultHeads #1 @10"]);
    expect(talk.says(credit(1)).answers()).toEqual(["do readPage #1 reading=1 afterPosition=0"]);
  });

  test("[RELAY9] is read from the vector that was said last", () => {
    const { vector } = clientFrameSpecimens.Pull;
    const talk = readyTalk()
      .says(openVault(1))
      .says({ ...pull(1, 500), vector });
    talk.learns(vaultOpened(1, 10));
    expect(talk.answers().at(-1)).toBe("do readPage #1 reading=1 afterPosition=0");
    expect(talk.state.session).toMatchObject({
      channels: new Map([[channelOf(1), { stage: { kind: "catchingUp", vector } }]]),
    });
  });

  test("[RELAY6] a channel number is used once, whatever became of its vault", () => {
    const channel = channelOf(3);
    const ended = [
      readyTalk().says(openVault(3)),
      readyTalk().says(openVault(3)).says({ type: "CloseVault", channel }),
      readyTalk()
        .says(openVault(3))
        .learns({ kind: "vaultRefused", channel, refused: refused("VaultUnknown") }),
    ];
    const answers = ended.map((talk) => talk.says(openVault(3)).answers().slice(-2));
    const refusal = "relay: Refusal connection ProtocolOrder channel=3";
    expect(answers).toEqual(ended.map(() => [refusal, "close ProtocolOrder"]));
  });

  test("[RELAY6] channel numbers rise", () => {
    const talk = readyTalk().says(openVault(3)).says(openVault(5));
    expect(talk.answers()).toEqual(["do openVault #3", "do openVault #5"]);
    expect(talk.says(openVault(4)).answers()).toContain("close ProtocolOrder");
  });

  test("[RELAY6] what comes late for a closed vault meets no other one", () => {
    const talk = readyTalk()
      .says(credit(10_000))
      .says(openVault(1, vaultOf(1)))
      .says({ type: "CloseVault", channel: channelOf(1) })
      .says(openVault(2, vaultOf(2)));
    talk.lines();
    expect(talk.learns(vaultOpened(1, 10)).answers()).toEqual([]);
    expect(talk.learns(vaultOpened(2, 10)).answers()).toEqual([
      "relay: VaultHeads #2 @10",
      "do readPage #2 reading=1 afterPosition=0",
    ]);
  });

  test(`[RELAY6] ${vaultsPerUserMax} may be open at once`, () => {
    const talk = readyTalk();
    for (let count = 0; count < vaultsPerUserMax; count++) talk.says(openVault(count, vaultOf(1)));
    talk.says({ type: "CloseVault", channel: channelOf(0) });
    talk.says(openVault(vaultsPerUserMax, vaultOf(1)));
    expect(talk.answers()).not.toContain("close ProtocolOrder");
    talk.says(openVault(vaultsPerUserMax + 1, vaultOf(1)));
    expect(talk.answers().slice(-2)).toEqual([
      "relay: Refusal connection ProtocolOrder channel=257 limit=256",
      "close ProtocolOrder",
    ]);
  });

  test("[RELAY7] until its heads are here nothing is done for it", () => {
    const channel = channelOf(1);
    const talk = readyTalk().says(credit(10_000)).says(openVault(1));
    talk.lines();
    talk
      .says({ ...Put, channel })
      .says({ ...BodyWant, channel })
      .says({ ...BlobTokenWant, channel })
      .says({ ...BlobDrop, channel })
      .says({ ...Presence, channel })
      .learns({ kind: "live", batch: liveBatch(vaultOf(1), [11, 12]) })
      .learns({ kind: "presence", vault: vaultOf(1), sealed: new Uint8Array(3) });
    expect(talk.answers()).toEqual([
      "relay: Refusal channel #1 VaultUnknown chain=040404040404 seq=1",
      "relay: Refusal channel #1 VaultUnknown chain=040404040404",
      "relay: Refusal request ?300 VaultUnknown",
      "relay: Refusal request ?300 VaultUnknown",
    ]);
  });

  test("[RELAY7] from then on all of that is done", () => {
    const channel = channelOf(1);
    const talk = liveTalk()
      .says({ ...Put, channel }, 700)
      .says({ ...BodyWant, channel })
      .says({ ...BlobTokenWant, channel })
      .says({ ...BlobDrop, channel })
      .says({ ...Presence, channel })
      .learns({ kind: "presence", vault: vaultOf(1), sealed: new Uint8Array(3) });
    expect(talk.answers()).toEqual([
      "do putRun #1 byteLength=700",
      "do readBodies #1",
      "do grantToken ?300",
      "do dropBlob",
      "do passPresence",
      "relay: Presence #1",
    ]);
  });

  test("[RELAY7] a vault that is refused is gone with its channel", () => {
    const talk = readyTalk().says(openVault(1));
    talk.lines();
    talk
      .learns({ kind: "vaultRefused", channel: channelOf(1), refused: refused("VaultUnknown") })
      .says({ ...Put, channel: channelOf(1) });
    expect(talk.answers()).toEqual([
      "relay: Refusal channel #1 VaultUnknown",
      "relay: Refusal channel #1 VaultUnknown chain=040404040404 seq=1",
    ]);
  });

  test("[RELAY8] access that is lost ends that vault's channels and no other", () => {
    const talk = liveTalk()
      .says(openVault(2, vaultOf(2)))
      .says(openVault(3, vaultOf(1)));
    talk.lines();
    talk
      .learns({ kind: "accessLost", vault: vaultOf(1) })
      .learns({ kind: "live", batch: liveBatch(vaultOf(1), [11, 11]) })
      .learns(vaultOpened(3, 10))
      .learns(vaultOpened(2, 10));
    expect(talk.answers()).toEqual([
      "do closeVault #1",
      "relay: Refusal channel #1 VaultUnknown",
      "do closeVault #3",
      "relay: Refusal channel #3 VaultUnknown",
      "relay: VaultHeads #2 @10",
      "do readPage #2 reading=2 afterPosition=0",
    ]);
  });

  test("[RELAY8] a closed vault is left, and what it was asked for is thrown away", () => {
    const talk = liveTalk().says(openVault(2)).learns(vaultOpened(2, 90));
    talk.lines();
    talk
      .says({ type: "CloseVault", channel: channelOf(2) })
      .says({ type: "CloseVault", channel: channelOf(2) })
      .learns(page([2, 2], 90, { isEnd: true }));
    expect(talk.answers()).toEqual(["do closeVault #2"]);
  });
});
