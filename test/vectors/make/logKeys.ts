/** Who reaches which keys in one vault log, and what a bad box or wrap takes from whom. */
import { sealBox } from "../../../packages/crypto/src/keys/box.ts";
import type { DeviceKeys } from "../../../packages/crypto/src/keys/deviceKeys.ts";
import type { UserKeys } from "../../../packages/crypto/src/keys/userKey.ts";
import { type VaultKey, vaultKeyBoxContext } from "../../../packages/crypto/src/keys/vaultKey.ts";
import type { LogRecord } from "../../../packages/crypto/src/logs/record.ts";
import type { Rotation } from "../../../packages/crypto/src/logs/vaultRecords.ts";
import { asKeyBox, asKeyWrap, type KeyBox } from "../../../packages/crypto/src/publicKeys.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { must, type Person, type Vault } from "../../../packages/crypto/src/testing/people.ts";
import { vaultPayloadOf } from "../../../packages/crypto/src/testing/records.ts";
import { rotated, rotating } from "../../../packages/crypto/src/testing/vaultMoves.ts";
import { hexOf, type Json, type VectorCase, type VectorFile } from "../format.ts";
import type { LogKeysInput } from "../run/logKeys.ts";
import type { VaultLogTables } from "../run/vaultLog.ts";
import { filled, flipped } from "./bytes.ts";
import { fault, golden } from "./cases.ts";
import { wholeLog } from "./vaultLog.ts";
import { withSeed } from "./vaultSteps.ts";
import { identityTable, recordHex, type VaultWorld, vaultWorld } from "./vaultWorld.ts";
import { depsOf, recordsHex } from "./world.ts";

type Keys = readonly (readonly [at: number, key: UserKeys | VaultKey])[];
type Failures = readonly (readonly [at: number, type: string])[];

const opened = (keys: Keys, failures: Failures = []): Json => ({
  keys: keys.map(([number, { key }]) => ({ at: number, key: hexOf(key.reveal()) })),
  failures: failures.map(([number, type]) => ({ type, at: number })),
});

const readerOf = (
  identity: string,
  { seed }: DeviceKeys,
  as: LogKeysInput["as"] = "member",
): Pick<LogKeysInput, "identity" | "deviceSeed" | "as"> => ({
  identity,
  deviceSeed: hexOf(seed.reveal()),
  as,
});

/** Vault keys of epochs 1 to 3, from the vault behind each record that made one. */
const epochKeys = (vaults: readonly Vault[]): readonly [VaultKey, VaultKey, VaultKey] => {
  const [one, two, three] = [vaults[0]?.key, vaults[9]?.key, vaults[16]?.key];
  if (one === undefined || two === undefined || three === undefined)
    throw new RangeError("the log has three epochs");
  return [one, two, three];
};

const reached = (
  world: VaultWorld,
  vaults: readonly Vault[],
): readonly VectorCase<LogKeysInput>[] => {
  const { owner, writer, guest, outsider, spare, phone, paper } = world.team;
  const [one, two, three] = epochKeys(vaults);
  const whole = { base: "vault", take: 17 };
  const own = (person: Person): Keys => [[1, person.userKeys]];
  const newer = world.withoutSpare;
  const all: Keys = [
    [3, three],
    [2, two],
    [1, one],
  ];
  return [
    golden(
      "an owner's only device",
      "the newest box, then back through the wraps",
      { ...whole, ...readerOf("owner", owner.device) },
      { user: opened(own(owner)), vault: opened(all) },
    ),
    golden(
      "a member's second device",
      "every full device holds the user key",
      { ...whole, ...readerOf("writer", spare) },
      { user: opened(own(writer)), vault: opened(all) },
    ),
    golden(
      "a member's paper device",
      "the words alone bring everything back",
      { ...whole, ...readerOf("writer", paper) },
      { user: opened(own(writer)), vault: opened(all) },
    ),
    golden(
      "a member after a revocation",
      "generation 2 by a box, generation 1 by the wrap in it",
      { ...whole, ...readerOf("writer without spare", writer.device) },
      {
        user: opened([
          [2, newer.userKeys],
          [1, writer.userKeys],
        ]),
        vault: opened(all),
      },
    ),
    golden(
      "the device that was revoked",
      "what it held it holds, and no later generation",
      { ...whole, ...readerOf("writer without spare", spare) },
      { user: opened(own(writer), [[2, "NoBox"]]), vault: opened(all) },
    ),
    golden(
      "a viewer device while it is granted",
      "its own box of the epoch",
      { base: "vault", take: 5, ...readerOf("writer", phone, "viewer") },
      { user: opened([], [[1, "NoBox"]]), vault: opened([[1, one]]) },
    ),
    golden(
      "a viewer device after its grant ended",
      "no box of the next epoch; what it read it has read",
      { ...whole, ...readerOf("writer", phone, "viewer") },
      {
        user: opened([], [[1, "NoBox"]]),
        vault: opened(
          [
            [2, two],
            [1, one],
          ],
          [[3, "NoBox"]],
        ),
      },
    ),
    golden(
      "a removed member",
      "no box of the next epoch; what they read they have read",
      { ...whole, ...readerOf("guest", guest.device) },
      {
        user: opened(own(guest)),
        vault: opened(
          [
            [2, two],
            [1, one],
          ],
          [[3, "NoBox"]],
        ),
      },
    ),
    golden(
      "somebody who was never a member",
      "no box at all",
      { ...whole, ...readerOf("outsider", outsider.device) },
      {
        user: opened(own(outsider)),
        vault: opened(
          [],
          [
            [3, "NoBox"],
            [2, "NoBox"],
            [1, "NoBox"],
          ],
        ),
      },
    ),
  ];
};

/** A rotation behind record 4 that the rules accept, since they open no box. */
const rotatedBy = (
  world: VaultWorld,
  change: (rotation: Rotation) => Partial<Rotation>,
): { readonly record: LogRecord; readonly key: VaultKey } => {
  const team = withSeed(world.team, "keys");
  const record = rotating(team, { change });
  const { key } = rotated(withSeed(world.team, "keys")).vault; // the same randomness, so the same key
  return { record, key };
};

const withBoxOf =
  (user: string, box: KeyBox) =>
  ({ members }: Rotation): Partial<Rotation> => ({
    members: members.map((member) => (member.user === user ? { ...member, box } : member)),
  });

/** Sealed rightly, with another key inside than the one that the rotation commits to. */
const boxOfAnotherKey = ({ team }: VaultWorld, { commitment }: VaultKey): KeyBox => {
  const { vault, writer } = team;
  const context = vaultKeyBoxContext({
    vault: vault.state.vault,
    epoch: 2,
    previous: vault.state.head.id,
    recipient: {
      kind: "member",
      user: writer.state.user,
      generation: 1,
      identityHead: writer.state.head.id,
    },
    commitment,
  });
  const other = secret(filled(32, 0x61));
  return must(sealBox(depsOf("another key"), writer.userKeys.kemKey, context, other));
};

const broken = (
  world: VaultWorld,
  vaults: readonly Vault[],
): readonly VectorCase<LogKeysInput>[] => {
  const { writer, outsider } = world.team;
  const { user } = writer.state;
  const [one] = epochKeys(vaults);
  const lawful = rotatedBy(world, () => ({}));
  const { rotation } = vaultPayloadOf(lawful.record, "rotate");
  const ownBox = rotation.members.find((member) => member.user === user)?.box;
  if (ownBox === undefined) throw new RangeError("the writer gets a box");
  const [changedBox, changedWrap, otherKey] = [
    rotatedBy(world, withBoxOf(user, asKeyBox(flipped(ownBox, -1)))),
    rotatedBy(world, ({ wrap }) => ({ wrap: asKeyWrap(flipped(wrap, 0)) })),
    rotatedBy(world, withBoxOf(user, boxOfAnotherKey(world, lawful.key))),
  ];
  const input = ({ record }: { readonly record: LogRecord }) => ({
    base: "vault",
    take: 5,
    before: [recordHex(record)],
    ...readerOf("writer", writer.device),
  });
  const user1 = opened([[1, writer.userKeys]]);
  return [
    golden(
      "a rotation as it should be",
      "what the broken ones below are to be compared with",
      input(lawful),
      {
        user: user1,
        vault: opened([
          [2, lawful.key],
          [1, one],
        ]),
      },
    ),
    golden(
      "a box that was changed",
      "it hides no other epoch: epoch 1 has a box of its own",
      input(changedBox),
      { user: user1, vault: opened([[1, one]], [[2, "BoxBroken"]]) },
    ),
    golden(
      "a wrap that was changed, where there is a box",
      "the box gives the key, and the broken wrap is told while somebody can mend it",
      input(changedWrap),
      {
        user: user1,
        vault: opened(
          [
            [2, changedWrap.key],
            [1, one],
          ],
          [[1, "WrapBroken"]],
        ),
      },
    ),
    golden(
      "a box with another key inside",
      "everybody named in a rotation holds the same key, or finds out",
      input(otherKey),
      { user: user1, vault: opened([[1, one]], [[2, "KeyCommitmentMismatch"]]) },
    ),
    fault("BoxBroken", "a changed box by itself", "asked for one epoch", {
      ...input(changedBox),
      epoch: 2,
    }),
    fault("KeyCommitmentMismatch", "a box with another key by itself", "asked for one epoch", {
      ...input(otherKey),
      epoch: 2,
    }),
    fault("NoBox", "no box by itself", "asked for one epoch", {
      ...input(lawful),
      ...readerOf("outsider", outsider.device),
      epoch: 2,
    }),
    fault("NoBox", "an epoch that does not exist", "nobody has a box of it", {
      ...input(lawful),
      epoch: 3,
    }),
  ];
};

export const makeLogKeys = (): VectorFile<LogKeysInput, VaultLogTables> => {
  const world = vaultWorld();
  const vaults = wholeLog(world);
  const { owner, admin, writer, guest, outsider, ...branches } = identityTable(world);
  const withoutSpare = branches["writer without spare"];
  if (!owner || !admin || !writer || !guest || !outsider || !withoutSpare)
    throw new RangeError("the table has everybody");
  return {
    layer: "log-keys",
    about:
      "Which keys a device reaches through the boxes and wraps of two logs (docs/crypto.md §4, §7): the newest box that opens, then back through the wraps. User keys by generation, vault keys by epoch, newest first.",
    identityLogs: { owner, admin, writer, guest, outsider, "writer without spare": withoutSpare },
    logs: { vault: recordsHex(vaults.at(-1)?.records ?? []) },
    cases: [...reached(world, vaults), ...broken(world, vaults)],
  };
};
