/** What two machines say to each other once they are paired. docs/crypto.md §9. */
import {
  decode,
  DeviceScope,
  encode,
  type KemPublicKey,
  type Malformed,
  type Reader,
  readKemPublicKey,
  readSignature,
  readSignPublicKey,
  recordIds,
  type Result,
  type Signature,
  type SignPublicKey,
  userIds,
  vaultIds,
  type Writer,
} from "@duro/crypto/types";
import { limits, type LogHead, type UserId, type VaultId } from "@duro/protocol";
import { type DeviceCard, labelByteLengthMax } from "./deviceCard.ts";

/** Numbers on the wire: never reused. */
const Word = { Newcomer: 1, Offer: 2, Cosigned: 3, Welcome: 4 } as const;

export interface Newcomer {
  readonly type: "newcomer";
  readonly signKey: SignPublicKey;
  readonly kemKey: KemPublicKey;
  /** What it is willing to become. */
  readonly scope: DeviceScope;
  /** As it came: whoever shows it cleans it. */
  readonly card: DeviceCard;
}

/** The record that lets the newcomer in, for it to sign too. */
export interface Offer {
  readonly type: "offer";
  readonly relayKey: SignPublicKey;
  readonly user: UserId;
  readonly record: Uint8Array;
}

interface Cosigned {
  readonly type: "cosigned";
  readonly signature: Signature;
}

/** It stands in the log. These heads the newcomer must find at the relay: an older world is none. */
export interface Welcomed {
  readonly type: "welcomed";
  readonly identity: LogHead;
  readonly vaults: readonly VaultHead[];
}

interface VaultHead {
  readonly vault: VaultId;
  readonly head: LogHead;
}

export type PairingWord = Newcomer | Offer | Cosigned | Welcomed;

export const encodePairingWord = (word: PairingWord): Uint8Array =>
  encode((to) => {
    switch (word.type) {
      case "newcomer":
        to.u8(Word.Newcomer);
        to.bytes(word.signKey);
        to.bytes(word.kemKey);
        to.u8(word.scope);
        to.text(word.card.name);
        return to.text(word.card.system);
      case "offer":
        to.u8(Word.Offer);
        to.bytes(word.relayKey);
        userIds.write(to, word.user);
        return to.varBytes(word.record);
      case "cosigned":
        to.u8(Word.Cosigned);
        return to.bytes(word.signature);
      case "welcomed":
        to.u8(Word.Welcome);
        writeHead(to, word.identity);
        return to.list(word.vaults, (_, { vault, head }) => {
          vaultIds.write(to, vault);
          writeHead(to, head);
        });
    }
  });

export const decodePairingWord = (bytes: Uint8Array): Result<PairingWord, Malformed> =>
  decode(
    { what: "pairing word", byteLengthMax: limits.pairingMessageByteLengthMax },
    bytes,
    readWord,
  );

const readWord = (from: Reader): PairingWord => {
  const word = from.u8();
  switch (word) {
    case Word.Newcomer:
      return {
        type: "newcomer",
        signKey: readSignPublicKey(from),
        kemKey: readKemPublicKey(from),
        scope: readScope(from),
        card: { name: from.text(labelByteLengthMax), system: from.text(labelByteLengthMax) },
      };
    case Word.Offer:
      return {
        type: "offer",
        relayKey: readSignPublicKey(from),
        user: userIds.read(from),
        record: from.varBytes(limits.pairingMessageByteLengthMax),
      };
    case Word.Cosigned:
      return { type: "cosigned", signature: readSignature(from) };
    case Word.Welcome:
      return {
        type: "welcomed",
        identity: readHead(from),
        vaults: from.list(limits.vaultsPerUserMax, vaultHeadByteLengthMin, () => ({
          vault: vaultIds.read(from),
          head: readHead(from),
        })),
      };
    default:
      return from.refuse("a word of a pairing", `${word}`);
  }
};

const vaultHeadByteLengthMin = vaultIds.byteLength + 1 + recordIds.byteLength;

/** Nobody joins as a sheet of paper. */
const readScope = (from: Reader): DeviceScope => {
  const scope = from.u8();
  if (scope !== DeviceScope.Full && scope !== DeviceScope.Viewer)
    return from.refuse("scope 1 or 2", `${scope}`);
  return scope;
};

const writeHead = (to: Writer, { index, id }: LogHead): void => {
  to.varUint(index);
  recordIds.write(to, id);
};

const readHead = (from: Reader): LogHead => ({
  index: from.varUint(),
  id: recordIds.read(from),
});
