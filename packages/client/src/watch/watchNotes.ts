/** What a watch remembers of a vault beside claims and alarms: who opened what, who was heard when. */
import { decode, encode, type Malformed, type Result } from "@duro/crypto/types";
import { type ChainId, type DeviceId, limits } from "@duro/protocol";
import {
  boolField,
  chainField,
  countField,
  deviceField,
  textField,
  timeField,
} from "../alarms/fields.ts";

export interface WatchNotes {
  /** Every chain that this device opened. */
  readonly ownChains: ReadonlySet<ChainId>;
  /** Of every chain whose opening has counted once, its device. */
  readonly opens: ReadonlyMap<ChainId, DeviceId>;
  /** By our own clock, when something of it came last; to the hour. */
  readonly heard: ReadonlyMap<DeviceId, number>;
  /** What comes after is news; what came before is history. */
  readonly hasCaughtUp: boolean;
  /** The relay that has shown what is here, by its key in hex; empty: none has. */
  readonly relay: string;
  /** How far that relay has shown the vault's log; one more than the index, 0: not at all. */
  readonly recordCount: number;
}

export const noNotes: WatchNotes = {
  ownChains: new Set(),
  opens: new Map(),
  heard: new Map(),
  hasCaughtUp: false,
  relay: "",
  recordCount: 0,
};

/** Counted up with every change of this form. */
const notesFormat = 1;
/** An id of a chain and of a device for each chain that there may be, three times over. */
const notesByteLengthMax = 1_048_576;
const idByteLength = 16;
const countMax = limits.chainsPerVectorMax;

export const encodeNotes = (notes: WatchNotes): Uint8Array =>
  encode((to) => {
    to.u8(notesFormat);
    to.list([...notes.ownChains].slice(-countMax), (_, chain) => chainField.write(to, chain));
    to.list([...notes.opens].slice(-countMax), (_, [chain, device]) => {
      chainField.write(to, chain);
      deviceField.write(to, device);
    });
    to.list([...notes.heard].slice(-countMax), (_, [device, heardMs]) => {
      deviceField.write(to, device);
      timeField.write(to, heardMs);
    });
    boolField.write(to, notes.hasCaughtUp);
    textField.write(to, notes.relay);
    countField.write(to, notes.recordCount);
  });

export const decodeNotes = (bytes: Uint8Array): Result<WatchNotes, Malformed> =>
  decode({ what: "notes", byteLengthMax: notesByteLengthMax }, bytes, (from) => {
    const format = from.u8();
    if (format !== notesFormat) from.refuse(`format ${notesFormat}`, `${format}`);
    return {
      ownChains: new Set(from.list(countMax, idByteLength, () => chainField.read(from))),
      opens: new Map(
        from.list(
          countMax,
          2 * idByteLength,
          () => [chainField.read(from), deviceField.read(from)] as const,
        ),
      ),
      heard: new Map(
        from.list(
          countMax,
          idByteLength + 1,
          () => [deviceField.read(from), timeField.read(from)] as const,
        ),
      ),
      hasCaughtUp: boolField.read(from),
      relay: textField.read(from),
      recordCount: countField.read(from),
    };
  });

/** Behind so much time the note is moved: finer steps would write it with every edit. */
const heardStepMs = 3_600_000;

export const heardNow = (notes: WatchNotes, device: DeviceId, nowMs: number): WatchNotes => {
  const before = notes.heard.get(device);
  const isFresh = before !== undefined && before <= nowMs && nowMs - before < heardStepMs;
  return isFresh ? notes : { ...notes, heard: new Map(notes.heard).set(device, nowMs) };
};
