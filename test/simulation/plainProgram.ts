/**
 * The least that can take part: it keeps envelopes and the names of edits, and asks the world's books
 * instead of following logs. The world is proved with it, and where the engine and it disagree about what a
 * relay does, one of them is wrong.
 */
import { openBody, sealEnvelope, signLogin } from "@duro/crypto";
import {
  assert,
  EnvelopeKind,
  type Incarnation,
  incarnations,
  noEnvelope,
} from "@duro/crypto/types";
import {
  chainIdOf,
  decodeEnvelope,
  encodeEnvelope,
  envelopeIdOf,
  newChain,
  readClear,
  type VerifiedEnvelope,
  verifyRun,
} from "@duro/crypto/verify";
import {
  type ChainId,
  channelNumbers,
  type ClientFrame,
  decodeBodyClear,
  decodeRelayFrame,
  encodeBody,
  encodeClientFrame,
  envelopesToRun,
  limits,
  loginNonces,
  OpenReason,
  refusalOfNumber,
  type RelayFrame,
  type Run,
  runToEnvelopes,
  times,
  type Vector,
} from "@duro/protocol";
import type { AlarmType } from "../../packages/client/src/index.ts";
import { wholeTable, type Write } from "../../packages/client/src/ports/localStore.ts";
import type { Socket } from "../../packages/client/src/ports/transport.ts";
import type { Program, ProgramDeps, Seen } from "./program.ts";

const everything = Number.MAX_SAFE_INTEGER;
const backoffMeanMs = 4_000;
const editsPerEnvelopeMax = 8;
const envelopesPerPutMax = 16;
const ownFact = Uint8Array.of(1);

interface Waiting {
  readonly key: Uint8Array;
  readonly text: string;
}

interface Chain {
  readonly envelopes: VerifiedEnvelope[];
}

/** One connection, from its dial to its end. */
interface Dialled {
  socket: Socket;
  isReady: boolean;
  isCaughtUp: boolean;
  isPutOut: boolean;
  relayVector: Vector;
  receivedByteLength: number;
  heardAtMs: number;
}

const numberKey = (number: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
};

export const startPlainProgram = async (deps: ProgramDeps): Promise<Program> => {
  const { store, clock, device, books, machine } = deps;
  const { vault } = books.vault.state;
  const chains = new Map<ChainId, Chain>();
  const waiting: Waiting[] = [];
  const alarms: AlarmType[] = [];
  const misbehaved = (): void => void alarms.push("RelayMisbehaved");
  let nextNumber = 1;
  let envelopeNumber = 1;
  let incarnation: Incarnation | undefined;
  let dialled: Dialled | undefined;
  let isStopped = false;
  let receiptedSeq = 0;
  let jobs: Promise<unknown> = Promise.resolve();
  const parsed = channelNumbers.parse(1);
  assert(parsed.ok, "one is a channel");
  const channel = parsed.value;

  const owner = books.people.find(({ state }) => state.devices.has(device.id));
  assert(owner !== undefined, "the device is in the books");

  /** One after the other, each of them whole. */
  const queue = <T>(job: () => Promise<T>): Promise<T> => {
    const done = jobs.then(job);
    jobs = done.catch(() => {});
    return done;
  };

  const headOf = (chain: ChainId) => {
    const last = chains.get(chain)?.envelopes.at(-1);
    return last === undefined
      ? newChain(vault, chain)
      : { vault, chain, head: { at: last.head.seq, id: last.id }, epoch: last.head.epoch };
  };
  const ownChain = (): ChainId | undefined =>
    incarnation === undefined ? undefined : chainIdOf(device.signKey, incarnation);
  const vector = (): Vector =>
    [...chains.keys()]
      .toSorted()
      .map((chain) => ({ chain, seq: headOf(chain).head.at, id: headOf(chain).head.id }));

  const keep = (envelopes: readonly VerifiedEnvelope[]): readonly Write[] =>
    envelopes.map((envelope) => ({
      kind: "put",
      table: "envelopes",
      key: numberKey(envelopeNumber++),
      value: encodeEnvelope(envelope),
    }));
  const add = (envelopes: readonly VerifiedEnvelope[]): void => {
    for (const envelope of envelopes) {
      const of = chains.get(envelope.head.chain) ?? { envelopes: [] };
      chains.set(envelope.head.chain, of);
      of.envelopes.push(envelope);
    }
  };

  const load = async (): Promise<void> => {
    incarnation = await store
      .get("facts", ownFact)
      .then((bytes) => bytes && incarnations.fromBytes(bytes));
    for (const { key, value } of await store.range("envelopes", wholeTable, everything)) {
      envelopeNumber = new DataView(key.buffer, key.byteOffset).getUint32(0) + 1;
      const envelope = decodeEnvelope(value);
      assert(envelope.ok, "it was written here");
      // Verified before it was written.
      add([{ ...envelope.value, id: envelopeIdOf(envelope.value.head) } as VerifiedEnvelope]);
    }
    for (const { key, value } of await store.range("outbox", wholeTable, everything)) {
      nextNumber = new DataView(key.buffer, key.byteOffset).getUint32(0) + 1;
      waiting.push({ key, text: new TextDecoder().decode(value) });
    }
  };

  const send = (of: Dialled, frame: ClientFrame): void => of.socket.send(encodeClientFrame(frame));

  const sealWaiting = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const mine = incarnation ?? incarnations.fromBytes(deps.randomBytes(16));
    const chain = chainIdOf(device.signKey, mine);
    const sealed: VerifiedEnvelope[] = [];
    const seal = (
      kind: typeof EnvelopeKind.Open | typeof EnvelopeKind.Data,
      content: { clear: Uint8Array; plaintext: Uint8Array },
    ): void => {
      const last = sealed.at(-1);
      const known = headOf(chain).head;
      const fields = {
        kind,
        flags: 0,
        vault,
        chain,
        seq: (last?.head.seq ?? known.at) + 1,
        previous: last?.id ?? (known.at === 0 ? noEnvelope : known.id),
        epoch: books.vault.key.epoch,
        logHead: books.vault.state.head.id,
      };
      const keys = { vaultKey: books.vault.key, signSecret: device.signSecret };
      sealed.push(sealEnvelope(deps, keys, fields, content) as VerifiedEnvelope);
    };
    if (incarnation === undefined)
      seal(
        EnvelopeKind.Open,
        encodeBody({
          type: "Open",
          clear: { user: owner.state.user, device: device.id, incarnation: mine },
          plaintext: { predecessor: undefined, reason: OpenReason.First, note: "" },
        }),
      );
    const taken = waiting.slice(0, editsPerEnvelopeMax);
    seal(EnvelopeKind.Data, {
      clear: new Uint8Array(),
      plaintext: new TextEncoder().encode(taken.map(({ text }) => text).join("\n")),
    });
    const committed = await store.commit([
      { kind: "put", table: "facts", key: ownFact, value: incarnations.toBytes(mine) },
      ...keep(sealed),
      ...taken.map(({ key }) => ({ kind: "delete", table: "outbox", key }) as const),
    ]);
    if (!committed.ok) return;
    incarnation = mine;
    add(sealed);
    waiting.splice(0, taken.length);
  };

  const pump = (): Promise<void> =>
    queue(async () => {
      const of = dialled;
      if (of === undefined || !of.isReady || !of.isCaughtUp || of.isPutOut) return;
      const unsealed = ownChain();
      if (unsealed === undefined || headOf(unsealed).head.at <= receiptedSeq) await sealWaiting();
      const chain = ownChain();
      if (chain === undefined || dialled !== of || of.isPutOut) return;
      const next = chains.get(chain)?.envelopes.filter(({ head }) => head.seq > receiptedSeq) ?? [];
      if (next.length === 0) return;
      of.isPutOut = true;
      send(of, { type: "Put", channel, run: envelopesToRun(next.slice(0, envelopesPerPutMax)) });
    });

  const takeRun = async (of: Dialled, run: Run): Promise<void> => {
    // What came behind something that could not be kept comes again on the next connection.
    if (dialled !== of) return;
    const envelopes = runToEnvelopes(vault, run, envelopeIdOf);
    const known = headOf(run.chain);
    const fresh = envelopes.filter(({ head }) => head.seq > known.head.at);
    const [first] = fresh;
    if (first === undefined) return;
    const opening = chains.get(run.chain)?.envelopes[0] ?? first;
    const clear = opening.body === undefined ? undefined : readClear(opening.body);
    const said = clear?.ok === true ? decodeBodyClear(opening.head.kind, clear.value) : undefined;
    if (said?.ok !== true || said.value.type !== "Open") return misbehaved();
    const { user, device: author } = said.value;
    const signKey = books.people
      .find(({ state }) => state.user === user)
      ?.state.devices.get(author)?.signKey;
    if (signKey === undefined) return misbehaved();
    const verified = verifyRun(known, fresh, signKey);
    if (!verified.ok) return misbehaved();
    const committed = await store.commit(keep(verified.value.envelopes));
    if (committed.ok) add(verified.value.envelopes);
    else end(of);
    return undefined;
  };

  const login = (of: Dialled, frame: Extract<RelayFrame, { type: "Challenge" }>): void => {
    const nowMs = clock.nowMs();
    const signature = signLogin(device.signSecret, {
      relayHost: new URL(deps.relayUrl).host,
      relayKey: frame.relayKey,
      relayNonce: loginNonces.toBytes(frame.nonce),
      device: device.id,
      nowMs,
    });
    send(of, { type: "Login", device: device.id, nowMs, signature, clientVersion: "plain 1" });
  };

  const onFrame = (of: Dialled, frame: RelayFrame, byteLength: number): unknown => {
    switch (frame.type) {
      case "Challenge":
        return login(of, frame);
      case "Welcome":
        of.isReady = true;
        send(of, { type: "Credit", byteLength: limits.creditWindowByteLength });
        return send(of, {
          type: "OpenVault",
          channel,
          vault,
          logHead: books.vault.state.head,
          vector: vector(),
          wantsBodies: true,
          wantsPresence: false,
        });
      case "VaultHeads":
        of.relayVector = frame.chains;
        receiptedSeq = frame.chains.find(({ chain }) => chain === ownChain())?.seq ?? 0;
        return undefined;
      case "Envelopes": {
        of.receivedByteLength += byteLength;
        if (of.receivedByteLength >= limits.creditWindowByteLength / 2) {
          send(of, { type: "Credit", byteLength: of.receivedByteLength });
          of.receivedByteLength = 0;
        }
        return queue(async () => {
          for (const run of frame.runs) await takeRun(of, run);
        });
      }
      case "CatchUpDone":
        return queue(async () => {
          of.isCaughtUp = true;
        }).then(pump);
      case "Nudge":
        return queue(async () => {
          send(of, { type: "Pull", channel, vector: vector(), creditByteLength: 0 });
        });
      case "Receipt":
        of.isPutOut = false;
        receiptedSeq = Math.max(receiptedSeq, frame.firstSeq + frame.count - 1);
        return pump();
      case "Ping":
        return send(of, { type: "Pong", count: frame.count });
      case "Refusal":
        deps.note(`${machine} is refused: ${refusalOfNumber(frame.number).name ?? frame.number}`);
        return frame.subject.kind === "connection" ? undefined : end(of);
      case "BlobDropped":
      case "BlobTokenGranted":
      case "BodyMissing":
      case "Credit":
      case "LogNudge":
      case "LogRecords":
      case "MailboxClosed":
      case "MailboxMessage":
      case "MailboxOpened":
      case "Pong":
      case "Presence":
      case "RecordAppended":
        return undefined;
    }
  };

  const end = (of: Dialled): void => {
    if (dialled !== of) return;
    dialled = undefined;
    of.socket.close();
    redial();
  };

  const redial = (): void => {
    if (isStopped) return;
    const [random = 0] = deps.randomBytes(1);
    clock.after((backoffMeanMs * (64 + random)) / 256, dial);
  };

  const dial = (): void => {
    if (isStopped || dialled !== undefined) return;
    const of: Dialled = {
      socket: { send: () => {}, close: () => {}, bufferedByteLength: 0 },
      isReady: false,
      isCaughtUp: false,
      isPutOut: false,
      relayVector: [],
      receivedByteLength: 0,
      heardAtMs: clock.nowMs(),
    };
    dialled = of;
    let heard = 0;
    const watch = (): void => {
      const before = heard;
      clock.after(times.heartbeatIntervalMs, () => {
        if (dialled === of) send(of, { type: "Ping", count: 1 });
      });
      clock.after(times.heartbeatTimeoutMs, () => {
        if (dialled !== of) return;
        if (heard === before) end(of);
        else watch();
      });
    };
    of.socket = deps.transport.dial(deps.relayUrl, {
      onOpen: () => {},
      onMessage: (bytes) => {
        if (dialled !== of) return;
        heard += 1;
        const frame = decodeRelayFrame(bytes);
        assert(frame.ok, "the relay's frames can be read");
        onFrame(of, frame.value, bytes.length);
      },
      onText: () => {},
      onClosed: () => {
        if (dialled !== of) return;
        dialled = undefined;
        redial();
      },
    });
    watch();
  };

  const look = async (): Promise<ReadonlyMap<number, Seen>> => {
    const texts = waiting.map(({ text }) => text);
    for (const { envelopes } of chains.values())
      for (const envelope of envelopes) {
        if (envelope.head.kind !== EnvelopeKind.Data) continue;
        const body = openBody(books.vault.key, envelope);
        assert(body.ok, "what counts can be opened");
        texts.push(...new TextDecoder().decode(body.value.plaintext).split("\n"));
      }
    const ids = new Map<number, Set<string>>();
    for (const text of texts) {
      const [document = "", editId = ""] = text.split(" ");
      const of = ids.get(Number(document)) ?? new Set();
      ids.set(Number(document), of.add(editId));
    }
    return new Map(
      [...ids].map(([document, editIds]) => [
        document,
        { editIds, text: "", digest: [...editIds].toSorted().join() },
      ]),
    );
  };

  await load();
  dial();
  return {
    edit: (document, editId, text) =>
      queue(async () => {
        const entry = { key: numberKey(nextNumber++), text: `${document} ${editId} ${text}` };
        const value = new TextEncoder().encode(entry.text);
        const committed = await store.commit([
          { kind: "put", table: "outbox", key: entry.key, value },
        ]);
        if (!committed.ok) return false;
        waiting.push(entry);
        void pump();
        return true;
      }),
    compact: async () => undefined,
    look: () => queue(look),
    get unrest() {
      const chain = ownChain();
      const hasSent = chain === undefined || headOf(chain).head.at <= receiptedSeq;
      const isAtRest = dialled?.isCaughtUp === true && waiting.length === 0 && hasSent;
      return isAtRest ? undefined : `${waiting.length} edits wait`;
    },
    alarms,
    standingAlarms: alarms,
    steward: undefined,
    doorkeeper: undefined,
    stop: async () => {
      isStopped = true;
      const of = dialled;
      dialled = undefined;
      of?.socket.close();
      await queue(async () => {});
      await store.close();
    },
  };
};
