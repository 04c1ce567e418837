/** Writes one chain, through the relay's own append, and says what it wrote. */
import { type DeviceKeys, sealEnvelope } from "@duro/crypto";
import type { Deps, Person, SealedEnvelope, Vault } from "@duro/crypto/testing/people";
import {
  assert,
  type BodyContent,
  DeviceScope,
  EnvelopeFlag,
  EnvelopeKind,
  type Incarnation,
  noEnvelope,
} from "@duro/crypto/types";
import { chainIdOf } from "@duro/crypto/verify";
import {
  type Beacon,
  type BlobId,
  type ChainId,
  type ChainMark,
  encodeBody,
  type EnvelopeId,
  envelopesToRun,
  OpenReason,
  relayGenerations,
  type Vector,
  Verdict,
} from "@duro/protocol";
import type { Appender } from "../relay/appender.ts";

export interface CheckpointOptions {
  readonly coverage: Vector;
  readonly blobs?: readonly BlobId[];
  readonly isPurge?: boolean;
  /** In the place of what says all this. */
  readonly clear?: Uint8Array;
}

export interface TidyWriter {
  readonly chain: ChainId;
  /** Of the newest envelope. */
  readonly mark: ChainMark;
  markAt(seq: number): ChainMark;
  readonly envelopes: readonly SealedEnvelope[];
  open(): Promise<void>;
  data(count: number, byteLength?: number): Promise<void>;
  beacon(isFull: boolean): Promise<void>;
  checkpoint(options: CheckpointOptions): Promise<EnvelopeId>;
  attest(checkpoint: EnvelopeId, verdict?: Verdict): Promise<void>;
}

interface Ground {
  readonly deps: Deps;
  readonly appender: Appender;
  readonly vaultNow: () => Vault;
}

interface Author {
  readonly person: Person;
  readonly device: DeviceKeys;
  readonly incarnation: Incarnation;
}

interface Written {
  readonly kind: EnvelopeKind;
  readonly flags?: number;
  readonly content: BodyContent;
}

export const createTidyWriter = (
  { deps, appender, vaultNow }: Ground,
  { person, device, incarnation }: Author,
): TidyWriter => {
  const { user } = person.state;
  const chain = chainIdOf(device.signKey, incarnation);
  const envelopes: SealedEnvelope[] = [];
  const origin = Symbol("a connection");

  const seal = ({ kind, flags = 0, content }: Written): SealedEnvelope => {
    const { state, key } = vaultNow();
    const fields = {
      kind,
      flags,
      vault: state.vault,
      chain,
      seq: envelopes.length + 1,
      previous: envelopes.at(-1)?.id ?? noEnvelope,
      epoch: key.epoch,
      logHead: state.head.id,
    };
    const sealed = sealEnvelope(
      deps,
      { vaultKey: key, signSecret: device.signSecret },
      fields,
      content,
    );
    envelopes.push(sealed);
    return sealed;
  };

  const put = (run: readonly SealedEnvelope[]): Promise<void> =>
    new Promise((resolve, reject) => {
      appender.put({
        vault: vaultNow().state.vault,
        run: envelopesToRun(run),
        byteLength: run.reduce((sum, { body }) => sum + (body?.length ?? 0), 0),
        asker: { user, device: device.id, scope: DeviceScope.Full },
        origin,
        done: ({ refused }) =>
          refused === undefined ? resolve() : reject(new Error(JSON.stringify(refused))),
        fail: () => reject(new Error("the store failed")),
      });
    });

  const write = async (written: Written): Promise<EnvelopeId> => {
    const sealed = seal(written);
    await put([sealed]);
    return sealed.id;
  };

  const markAt = (seq: number): ChainMark => {
    const envelope = envelopes[seq - 1];
    assert(envelope !== undefined, "it was written");
    return { chain, seq, id: envelope.id };
  };

  const beaconNow = (isFull: boolean): Beacon => {
    const { state } = vaultNow();
    return {
      isFull,
      vector: [],
      logHead: state.head,
      identityHeads: [],
      nowMs: 0,
      generation: relayGenerations.fromBytes(new Uint8Array(32)),
    };
  };

  return {
    chain,
    envelopes,
    markAt,
    get mark() {
      return markAt(envelopes.length);
    },
    open: async () => {
      const content = encodeBody({
        type: "Open",
        clear: { user, device: device.id, incarnation },
        plaintext: { predecessor: undefined, reason: OpenReason.First, note: "" },
      });
      await write({ kind: EnvelopeKind.Open, content });
    },
    data: async (count, byteLength = 3) => {
      const content = { clear: new Uint8Array(), plaintext: new Uint8Array(byteLength).fill(9) };
      for (let left = count; left > 0; left -= 128) {
        const run = Array.from({ length: Math.min(left, 128) }, () =>
          seal({ kind: EnvelopeKind.Data, content }),
        );
        await put(run);
      }
    },
    beacon: async (isFull) => {
      const content = encodeBody({ type: "Beacon", plaintext: beaconNow(isFull) });
      const flags = isFull ? EnvelopeFlag.FullBeacon : 0;
      await write({ kind: EnvelopeKind.Beacon, flags, content });
    },
    checkpoint: ({ coverage, blobs = [], isPurge = false, clear }) => {
      const rising = coverage.toSorted((a, b) => (a.chain < b.chain ? -1 : 1));
      const content = encodeBody({
        type: "Checkpoint",
        clear: { coverage: rising, blobs: blobs.toSorted() },
        plaintext: { blobs: [], docs: [], beacon: beaconNow(true) },
      });
      const flags = isPurge ? EnvelopeFlag.Purge : 0;
      const said = clear === undefined ? content : { ...content, clear };
      return write({ kind: EnvelopeKind.Checkpoint, flags, content: said });
    },
    attest: async (checkpoint, verdict = Verdict.Ok) => {
      const content = encodeBody({
        type: "Attest",
        clear: { checkpoint, verdict },
        plaintext: { mismatches: [] },
      });
      await write({ kind: EnvelopeKind.Attest, content });
    },
  };
};
