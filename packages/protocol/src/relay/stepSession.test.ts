import { describe, expect, test } from "vitest";
import { mailboxNumbers, requestIds } from "../ids.ts";
import { creditWindowByteLength } from "../limits.ts";
import type { RefusalName } from "../refusals.ts";
import { clientFrameSpecimens } from "../testing/specimens.ts";
import {
  credit,
  liveTalk,
  openTalk,
  openVault,
  readyTalk,
  vaultOpened,
  vaultOf,
  who,
} from "../testing/relayTranscript.ts";
import { heartbeatIntervalMs, heartbeatTimeoutMs, loginNonceLifetimeMs } from "../times.ts";
import type { ClientFrame } from "../wire/clientFrame.ts";
import { refused } from "./refused.ts";
import type { RelayInput } from "./relayInput.ts";

const { Login, Ping, Pong, Bye, MailboxOpen, MailboxJoin } = clientFrameSpecimens;

describe("how a connection begins", () => {
  test("[RELAY1] the relay speaks first, and welcomes whoever proves a device", () => {
    const talk = openTalk();
    talk.says(Login).learns({ kind: "loggedIn", who: who() });
    expect(talk.lines()).toEqual([
      "relay: Challenge",
      "client: Login",
      "do checkLogin",
      "loggedIn",
      `relay: Welcome creditByteLength=${creditWindowByteLength}`,
    ]);
    expect(talk.state.session.kind).toBe("ready");
  });

  const beforeLogin = new Set<ClientFrame["type"]>([
    "Login",
    "Bye",
    "Ping",
    "Pong",
    "MailboxOpen",
    "MailboxJoin",
    "MailboxSend",
    "MailboxClose",
  ]);

  test.each(Object.values(clientFrameSpecimens).filter(({ type }) => !beforeLogin.has(type)))(
    "[RELAY1] before the login $type ends the connection",
    (frame) => {
      const talk = openTalk();
      talk.lines();
      expect(talk.says(frame).answers()).toEqual([
        `relay: Refusal connection ProtocolOrder frame=${frame.type.slice(0, 12)}`,
        "close ProtocolOrder",
      ]);
    },
  );

  test.each(Object.values(clientFrameSpecimens).filter(({ type }) => beforeLogin.has(type)))(
    "[RELAY1] before the login $type does not end it, but for a Bye",
    (frame) => {
      const talk = openTalk().says(frame);
      expect(talk.state.session.kind).toBe(frame.type === "Bye" ? "closed" : "greeting");
    },
  );

  test("[RELAY1] while a login is being checked nothing of a session is done", () => {
    const talk = openTalk().says(Login);
    talk.lines();
    expect(talk.says(openVault(1)).answers()).toEqual([
      "relay: Refusal connection ProtocolOrder frame=OpenVault",
      "close ProtocolOrder",
    ]);
  });

  test.each<[string, RelayInput]>([
    ["what comes live", { kind: "presence", vault: vaultOf(1), sealed: new Uint8Array(1) }],
    ["a frame", { kind: "frame", frame: Ping, byteLength: 2 }],
    ["time", { kind: "tick" }],
  ])("[RELAY1] %s ends the connection of a device whose time is over", (_, input) => {
    const expiring = { ...who(), expiresAtMs: 5_000 };
    const talk = openTalk().says(Login).learns({ kind: "loggedIn", who: expiring });
    talk.at(4_999).learns({ kind: "tick" });
    expect(talk.state.session.kind).toBe("ready");
    talk.lines();
    expect(talk.at(5_000).learns(input).answers()).toEqual([
      "relay: Refusal connection AuthFailed",
      "close AuthFailed",
    ]);
  });

  test.each([
    ["while the first is being checked", () => openTalk().says(Login)],
    ["after the Welcome", () => readyTalk()],
  ])("[RELAY1] a second Login %s ends the connection", (_, begun) => {
    const talk = begun();
    talk.lines();
    expect(talk.says(Login).answers()).toEqual([
      "relay: Refusal connection ProtocolOrder frame=Login",
      "close ProtocolOrder",
    ]);
  });

  test("[RELAY1] nobody is logged in who did not ask for it", () => {
    const talk = openTalk().learns({ kind: "loggedIn", who: who() });
    expect(talk.state.session.kind).toBe("greeting");
  });

  test.each<[RefusalName, string]>([
    ["AuthFailed", "close AuthFailed"],
    // It has no close code, so the rim gets no name to look one up by.
    ["RateLimited", "close quietly"],
  ])("[RELAY1] a login refused with %s is the end", (name, close) => {
    const talk = openTalk().says(Login);
    talk.lines();
    talk.learns({ kind: "loginRefused", refused: refused(name) });
    expect(talk.answers()).toEqual([`relay: Refusal connection ${name}`, close]);
  });
});

describe("how long a connection waits for a login", () => {
  const mailboxOpened: RelayInput = {
    kind: "mailboxOpened",
    request: requestIds.fromNumber(300),
    mailbox: mailboxNumbers.fromNumber(7),
    side: "opener",
    expiresAtMs: 600_000,
  };
  const tooLate = [
    "relay: Refusal connection RequestTimeout waitedFor=Login",
    "close RequestTimeout",
  ];

  const tickAt = (talk: ReturnType<typeof openTalk>, nowMs: number) => {
    talk.lines();
    return talk.at(nowMs).learns({ kind: "tick" }).answers();
  };

  test("[RELAY2] without a login it ends when the nonce is over, and not before", () => {
    expect(tickAt(openTalk(), loginNonceLifetimeMs - 1)).not.toContain("close RequestTimeout");
    expect(tickAt(openTalk(), loginNonceLifetimeMs)).toEqual(tooLate);
  });

  test("[RELAY2] whoever has a mailbox open, or asks for one, may stay", () => {
    const asking = openTalk().says(MailboxOpen);
    expect(tickAt(asking, loginNonceLifetimeMs)).toEqual(["relay: Ping count=1"]);
    asking.learns(mailboxOpened);
    expect(tickAt(asking, loginNonceLifetimeMs + 1)).toEqual([]);
    asking.says({ ...clientFrameSpecimens.MailboxClose, mailbox: mailboxNumbers.fromNumber(7) });
    expect(tickAt(asking, loginNonceLifetimeMs + 2)).toEqual(tooLate);
  });

  test("[RELAY2] a login that came in time is not cut off while it is being checked", () => {
    const talk = openTalk()
      .at(loginNonceLifetimeMs - 1)
      .says(Login);
    expect(tickAt(talk, loginNonceLifetimeMs)).toEqual([]);
  });

  test("[RELAY2] a login over an old nonce is refused, mailbox or not", () => {
    const talk = openTalk().says(MailboxOpen).learns(mailboxOpened).at(loginNonceLifetimeMs);
    talk.lines();
    expect(talk.says(Login).answers()).toEqual(tooLate);
  });
});

describe("how a connection stays alive", () => {
  test("[RELAY3] whoever is silent gets one Ping an interval, and any frame counts as an answer", () => {
    const talk = readyTalk();
    for (const atMs of [1, 2, 2.5, 3].map((count) => count * heartbeatIntervalMs)) {
      talk.at(atMs - 1).learns({ kind: "tick" });
      talk.at(atMs).learns({ kind: "tick" });
      if (atMs === 2 * heartbeatIntervalMs) talk.says(Pong);
    }
    expect(talk.answers()).toEqual([
      "relay: Ping count=1", // at 1
      "relay: Ping count=2", // at 2; the Pong came then, so that 2.5 is no silence
      "relay: Ping count=3", // at 3
    ]);
  });

  test.each([
    ["logged in", () => readyTalk()],
    ["with a mailbox asked for", () => openTalk().says(MailboxJoin)],
  ])("[RELAY3] whoever never answers is given up, %s", (_, begun) => {
    const talk = begun().at(heartbeatTimeoutMs - 1);
    expect(talk.learns({ kind: "tick" }).state.session.kind).not.toBe("closed");
    talk.lines();
    expect(talk.at(heartbeatTimeoutMs).learns({ kind: "tick" }).answers()).toEqual([
      "relay: Refusal connection RequestTimeout waitedFor=Pong",
      "close RequestTimeout",
    ]);
  });

  test.each([
    ["before", () => openTalk()],
    ["after", () => readyTalk()],
  ])("[RELAY3] a client's Ping is answered %s the login", (_, begun) => {
    const talk = begun();
    talk.lines();
    expect(talk.says(Ping).answers()).toEqual(["relay: Pong count=1"]);
  });
});

describe("how a connection ends", () => {
  type End = readonly [string, RelayInput, RefusalName, string];

  const ends: readonly End[] = [
    ["its device was removed", { kind: "deviceRemoved" }, "DeviceRemoved", ""],
    ["the relay stops", { kind: "shutdown" }, "ShuttingDown", ""],
    ["the relay failed at something", { kind: "failed" }, "Internal", ""],
  ];
  const unreadable: readonly End[] = [
    [
      "a frame cannot be read",
      {
        kind: "frameRefused",
        error: { type: "Malformed", what: "Ping frame", expected: "a byte", got: "none", at: 1 },
      },
      "MalformedFrame",
      " at=1 expected=a byte what=Ping frame",
    ],
    [
      "a frame has an unknown tag",
      { kind: "frameRefused", error: { type: "FrameUnknown", tag: 200 } },
      "UnsupportedFrame",
      " tag=200",
    ],
    [
      "a frame is text",
      { kind: "frameRefused", error: { type: "FrameIsText" } },
      "UnsupportedFrame",
      " tag=text",
    ],
    [
      "a frame is too large",
      {
        kind: "frameRefused",
        error: { type: "FrameTooLarge", byteLength: 9_000_000, byteLengthMax: 1_409_076 },
      },
      "FrameTooLarge",
      " byteLength=9000000 limit=1409076",
    ],
  ];

  const answersTo = (input: RelayInput): readonly string[] => {
    const talk = liveTalk().says(openVault(2));
    talk.lines();
    return talk.learns(input).answers();
  };
  const endOf = (name: RefusalName, facts: string): readonly string[] => [
    "do closeVault #1",
    "do closeVault #2",
    `relay: Refusal connection ${name}${facts}`,
    `close ${name}`,
  ];

  test.each(ends)(
    "[RELAY4] when %s it says why, and leaves every vault",
    (_, input, name, facts) => {
      expect(answersTo(input)).toEqual(endOf(name, facts));
    },
  );

  test.each(unreadable)("[RELAY5] when %s it says so, and ends", (_, input, name, facts) => {
    expect(answersTo(input)).toEqual(endOf(name, facts));
  });

  test("[RELAY4] a Bye is answered by nothing but the end", () => {
    expect(liveTalk().says(Bye).answers()).toEqual(["do closeVault #1", "close quietly"]);
    const greeting = openTalk();
    greeting.lines();
    expect(greeting.says(Bye).answers()).toEqual(["close quietly"]);
  });

  test("[RELAY4] nothing that comes after the end has an effect", () => {
    const talk = liveTalk().says(Bye);
    const { state } = talk;
    talk.lines();
    for (const frame of Object.values(clientFrameSpecimens)) talk.says(frame);
    talk
      .at(10 * heartbeatTimeoutMs)
      .learns({ kind: "tick" })
      .learns({ kind: "shutdown" })
      .learns({ kind: "loggedIn", who: who() })
      .learns(vaultOpened(1, 5))
      .learns({ kind: "accessLost", vault: vaultOf(1) })
      .learns({ kind: "buffered", byteLength: 100_000_000 });
    expect(talk.answers()).toEqual([]);
    expect(talk.state).toBe(state);
  });

  test("[RELAY4] a vault that was refused or closed before is not left a second time", () => {
    const talk = readyTalk()
      .says(credit(1))
      .says(openVault(1))
      .says(openVault(2))
      .learns({
        kind: "vaultRefused",
        channel: openVault(1).channel,
        refused: refused("VaultUnknown"),
      })
      .says({ type: "CloseVault", channel: openVault(2).channel });
    talk.lines();
    expect(talk.learns({ kind: "shutdown" }).answers()).toEqual([
      "relay: Refusal connection ShuttingDown",
      "close ShuttingDown",
    ]);
  });
});
