import { describe, expect, test } from "vitest";
import { deviceIds, loginNonces } from "../ids.ts";
import { refusals } from "../refusals.ts";
import {
  answerTimeoutMs,
  dialTimeoutMs,
  heartbeatIntervalMs,
  heartbeatTimeoutMs,
  loginNonceLifetimeMs,
  loginSignTimeoutMs,
  probeTimeoutMs,
} from "../times.ts";
import { idFilledWith } from "../testing/chains.ts";
import {
  caughtUp,
  challenge,
  envelopes,
  heads,
  liveTalk,
  newTalk,
  nudge,
  openedTalk,
  openVault,
  readyTalk,
  receipt,
  runOf,
  signed,
  welcome,
} from "../testing/clientTranscript.ts";
import { chainOf } from "../testing/relayTranscript.ts";
import { relayFrameSpecimens } from "../testing/specimens.ts";
import type { RelayFrame } from "../wire/relayFrame.ts";

describe("how a connection begins", () => {
  test("[CLIENT1] the client waits for the challenge, logs in, and grants credit with the welcome", () => {
    const talk = newTalk().takes({ kind: "start" });
    expect(talk.lines()).toEqual(["dial"]);
    expect(talk.takes({ kind: "opened" }).lines()).toEqual([]);
    expect(talk.hears(challenge).lines()).toEqual(["signLogin"]);
    expect(talk.takes(signed).lines()).toEqual(["send Login"]);
    expect(talk.hears(welcome).lines()).toEqual(["send Credit byteLength=1048576", "welcome"]);
  });

  test.each([
    { versionMin: 2, versionMax: 3 },
    { versionMin: 0, versionMax: 0 },
  ])("[CLIENT2] a relay that speaks $versionMin to $versionMax is left for good", (range) => {
    const talk = openedTalk().hears({ ...challenge, ...range });
    expect(talk.lines()).toEqual(["hangUp"]);
    talk.takes({ kind: "closed", why: {}, jitter: 0.5 });
    expect(talk.lines()).toEqual([
      `stopped {"kind":"versionUnsupported","min":${range.versionMin},"max":${range.versionMax}}`,
    ]);
    expect(talk.passes(10 * 60_000).lines()).toEqual([]);
  });

  test("[CLIENT2] a relay that speaks newer versions too is spoken to in ours", () => {
    expect(
      openedTalk()
        .hears({ ...challenge, versionMax: 9 })
        .lines(),
    ).toEqual(["signLogin"]);
  });

  test("[CLIENT2] a relay that refuses the subprotocol is not dialled again", () => {
    const talk = newTalk().takes(
      { kind: "start" },
      { kind: "closed", why: { refusal: "VersionUnsupported" }, jitter: 0.5 },
    );
    expect(talk.lines()).toEqual([
      "dial",
      'stopped {"kind":"closed","refusal":"VersionUnsupported"}',
    ]);
    expect(talk.passes(10 * 60_000).lines()).toEqual([]);
  });

  test("[CLIENT3] a signature for the nonce of another connection is not sent", () => {
    const other = { ...signed, nonce: idFilledWith(loginNonces, 0x66) };
    const talk = openedTalk().hears(challenge).takes(other);
    expect(talk.lines()).toEqual(["signLogin"]);
    expect(talk.takes(signed).lines()).toEqual(["send Login"]);
  });

  test("[CLIENT3] a signature is not sent when its nonce is old, and is sent just before", () => {
    expect(loginSignTimeoutMs).toBeLessThan(loginNonceLifetimeMs);
    const old = openedTalk().hears(challenge).at(loginSignTimeoutMs).takes(signed);
    expect(old.lines()).toEqual(["signLogin", "hangUp"]);
    const young = openedTalk()
      .hears(challenge)
      .at(loginSignTimeoutMs - 1)
      .takes(signed);
    expect(young.lines()).toEqual(["signLogin", "send Login"]);
  });

  test("a relay that the engine does not want is left for good", () => {
    const talk = openedTalk().hears(challenge).takes({ kind: "relayRefused" });
    talk.takes({ kind: "closed", why: {}, jitter: 0.5 });
    expect(talk.lines()).toEqual(["signLogin", "hangUp", 'stopped {"kind":"unwanted"}']);
  });
});

describe("a relay that speaks out of turn", () => {
  const run = runOf(chainOf(4), 1);
  const early = Object.values(relayFrameSpecimens).filter(
    ({ type }) =>
      ![
        "Challenge",
        "Ping",
        "Pong",
        "Refusal",
        "MailboxOpened",
        "MailboxMessage",
        "MailboxClosed",
      ].includes(type),
  );

  test.each(early.map((frame) => ({ type: frame.type, frame })))(
    "[CLIENT4] $type before the welcome ends the connection",
    ({ type, frame }) => {
      for (const talk of [openedTalk(), openedTalk().hears(challenge)]) {
        talk.effects();
        expect(talk.hears(frame).lines()).toEqual([
          `relayMisbehaved {"type":"OutOfOrder","frame":"${type}"}`,
          "hangUp",
        ]);
        expect(talk.takes({ kind: "closed", why: {}, jitter: 0 }).lines()).toEqual([
          `lost retryAtMs=0 {"kind":"misbehaved","fault":{"type":"OutOfOrder","frame":"${type}"}}`,
        ]);
      }
    },
  );

  const faults: readonly (readonly [string, RelayFrame, string])[] = [
    ["a second challenge", challenge, '{"type":"OutOfOrder","frame":"Challenge"}'],
    ["a second welcome", welcome, '{"type":"OutOfOrder","frame":"Welcome"}'],
    ["second heads", heads(1), '{"type":"OutOfOrder","frame":"VaultHeads"}'],
    [
      "an unknown channel",
      envelopes(7),
      '{"type":"ChannelUnknown","frame":"Envelopes","channel":7}',
    ],
    ["channel 0", nudge(0), '{"type":"ChannelUnknown","frame":"Nudge","channel":0}'],
    ["a receipt for nothing", receipt(1, run), '{"type":"AnswerUnasked","frame":"Receipt"}'],
    [
      "an answer to nothing",
      relayFrameSpecimens.RecordAppended,
      '{"type":"AnswerUnasked","frame":"RecordAppended"}',
    ],
    [
      "a mailbox for nothing",
      relayFrameSpecimens.MailboxOpened,
      '{"type":"AnswerUnasked","frame":"MailboxOpened"}',
    ],
  ];

  test.each(faults)("[CLIENT4] %s ends the connection", (_, frame, fault) => {
    expect(liveTalk().hears(frame).lines()).toEqual([`relayMisbehaved ${fault}`, "hangUp"]);
  });

  test("[CLIENT4] what cannot be read ends the connection", () => {
    const talk = readyTalk().takes({ kind: "frameRefused", error: { type: "FrameIsText" } });
    expect(talk.lines()).toEqual([
      'relayMisbehaved {"type":"FrameUnreadable","error":"FrameIsText"}',
      "hangUp",
    ]);
  });

  test.each([heads(1), envelopes(1), caughtUp(1), nudge(1)].map((frame) => ({ frame })))(
    "[CLIENT4] $frame.type on a channel without heads but the heads themselves is out of order",
    ({ frame }) => {
      const talk = readyTalk().takes(openVault(1));
      talk.effects();
      const isHeads = frame.type === "VaultHeads";
      expect(talk.hears(frame).lines().includes("hangUp")).toBe(!isHeads);
    },
  );

  test("[CLIENT4] a welcome for another device ends the connection", () => {
    const foreign = { ...welcome, device: idFilledWith(deviceIds, 1) };
    const talk = openedTalk().hears(challenge).takes(signed);
    talk.effects();
    expect(talk.hears(foreign).lines()).toEqual([
      'relayMisbehaved {"type":"AnswerUnasked","frame":"Welcome"}',
      "hangUp",
    ]);
  });

  test("nothing is heard from a socket that was hung up", () => {
    const talk = liveTalk().hears(welcome);
    talk.effects();
    expect(talk.hears(challenge).hears(envelopes(1)).lines()).toEqual([]);
    expect(talk.takes({ kind: "opened" }).lines()).toEqual([]);
  });
});

describe("how a connection stays alive", () => {
  test("[CLIENT5] the client pings after 20 s of silence, and not before", () => {
    const talk = readyTalk().passes(heartbeatIntervalMs - 1);
    expect(talk.lines()).toEqual([]);
    expect(talk.passes(1).lines()).toEqual(["send Ping count=1"]);
  });

  test("[CLIENT5] the relay is given up after 50 s without a frame", () => {
    const talk = readyTalk().passes(heartbeatTimeoutMs - 1);
    expect(talk.lines()).toEqual(["send Ping count=1", "send Ping count=2"]);
    expect(talk.passes(1).lines()).toEqual(["hangUp"]);
  });

  test("[CLIENT5] any frame is a sign of life", () => {
    const talk = readyTalk();
    for (let round = 0; round < 6; round++) talk.passes(19_000).hears({ type: "Pong", count: 1 });
    expect(talk.lines()).toEqual([]);
  });

  test("a ping is answered, and of many only one in a second", () => {
    const talk = readyTalk();
    for (const count of [1, 2, 3]) talk.hears({ type: "Ping", count });
    expect(talk.lines()).toEqual(["send Pong count=1"]);
    expect(talk.at(1_000).hears({ type: "Ping", count: 4 }).lines()).toEqual(["send Pong count=4"]);
  });

  test("[CLIENT6] a machine that wakes asks at once whether the relay is there", () => {
    const talk = readyTalk().takes({ kind: "online", jitter: 0.5 });
    expect(talk.lines()).toEqual(["send Ping count=1"]);
    expect(talk.passes(probeTimeoutMs - 1).lines()).toEqual([]);
    expect(talk.passes(1).lines()).toEqual(["hangUp"]);
  });

  test("[CLIENT6] an answer to that keeps the connection", () => {
    const talk = readyTalk()
      .takes({ kind: "online", jitter: 0.5 })
      .passes(1_000)
      .hears({ type: "Pong", count: 1 })
      .passes(probeTimeoutMs);
    expect(talk.lines()).toEqual(["send Ping count=1"]);
  });

  test("[CLIENT6] a machine that slept longer than a heartbeat dials anew", () => {
    const talk = readyTalk().at(3_600_000).takes({ kind: "tick" });
    expect(talk.lines()).toEqual(["hangUp"]);
  });

  test("[CLIENT6] a clock that is set back ends nothing, and silence is noticed all the same", () => {
    const talk = readyTalk().at(-3_600_000).takes({ kind: "tick" });
    expect(talk.effects()).toEqual([{ kind: "wakeAt", atMs: -3_600_000 + heartbeatIntervalMs }]);
    expect(talk.passes(heartbeatIntervalMs).lines()).toEqual(["send Ping count=1"]);
    expect(talk.passes(heartbeatTimeoutMs).lines()).toContain("hangUp");
  });

  test("[CLIENT6] a timer that was set by a clock that is set back is set anew", () => {
    const talk = readyTalk().at(-60_000).hears({ type: "Pong", count: 0 });
    expect(talk.effects()).toEqual([{ kind: "wakeAt", atMs: -60_000 + heartbeatIntervalMs }]);
  });

  test.each([
    ["a dial", newTalk().takes({ kind: "start" }), dialTimeoutMs, "socket"],
    ["a challenge", openedTalk(), answerTimeoutMs, "Challenge"],
    ["a signature", openedTalk().hears(challenge), loginSignTimeoutMs, "signature"],
    ["a welcome", openedTalk().hears(challenge).takes(signed), answerTimeoutMs, "Welcome"],
  ] as const)("%s that never comes is not waited for for ever", (_, talk, timeoutMs, waitedFor) => {
    talk.effects();
    expect(talk.passes(timeoutMs - 1).lines()).not.toContain("hangUp");
    talk.passes(1).takes({ kind: "closed", why: {}, jitter: 0 });
    expect(talk.lines().slice(-2)).toEqual([
      "hangUp",
      `lost retryAtMs=${timeoutMs} {"kind":"timedOut","waitedFor":"${waitedFor}"}`,
    ]);
  });

  test("a tick that comes too early does nothing but set the timer again", () => {
    const talk = readyTalk().at(100).takes({ kind: "tick" });
    expect(talk.effects()).toEqual([{ kind: "wakeAt", atMs: heartbeatIntervalMs }]);
  });

  test("a refusal of the connection ends it, with its facts", () => {
    const talk = readyTalk().hears({
      type: "Refusal",
      subject: { kind: "connection" },
      number: refusals.Internal.number,
      facts: [{ key: "what", value: "store" }],
    });
    talk.takes({ kind: "closed", why: { refusal: "Internal" }, jitter: 0 });
    expect(talk.lines()).toEqual([
      "hangUp",
      'lost retryAtMs=0 {"kind":"refused","refusal":{"name":"Internal","number":14,"facts":{"what":"store"}}}',
    ]);
  });
});
