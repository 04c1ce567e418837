/** Faults of form, link and name in a vault log; rules are in vaultViolations.ts. */
import { signedWith } from "./envelopes.ts";
import { concatBytes } from "../../../packages/crypto/src/bytes/bytes.ts";
import { noEnvelope } from "../../../packages/crypto/src/ids.ts";
import { LogKind } from "../../../packages/crypto/src/logs/kinds.ts";
import { type LogRecord, signRecord } from "../../../packages/crypto/src/logs/record.ts";
import {
  encodeVaultPayload,
  type VaultPayload,
} from "../../../packages/crypto/src/logs/vaultRecords.ts";
import { createVault, incarnationOf } from "../../../packages/crypto/src/testing/people.ts";
import {
  chainCut,
  impostor,
  vaultPayloadOf,
  vaultRecord,
  withFirstTwice,
  withFirstTwoSwapped,
} from "../../../packages/crypto/src/testing/records.ts";
import type { Team } from "../../../packages/crypto/src/testing/team.ts";
import {
  accusing,
  addedOutsider,
  newType,
  pin,
  pinning,
  policyOf,
  rotating,
  stepped,
} from "../../../packages/crypto/src/testing/vaultMoves.ts";
import { hexOf, type VectorCase } from "../format.ts";
import type { VaultLogInput } from "../run/vaultLog.ts";
import { lengthened, replaced, shortened } from "./bytes.ts";
import { type Blame, fault } from "./cases.ts";
import { rawRecord } from "./rawRecords.ts";
import { withSeed } from "./vaultSteps.ts";
import { inputOf, teamCount, type VaultWorld } from "./vaultWorld.ts";
import { depsOf } from "./world.ts";

const applyFault = (
  expect: string,
  name: string,
  why: string,
  input: VaultLogInput,
  blame: Blame = {},
): VectorCase<VaultLogInput> => fault(expect, name, why, input, { stage: "apply", ...blame });

const pinned = ({ vault, owner }: Team, header: Partial<LogRecord> = {}): LogRecord =>
  vaultRecord(vault, owner, pin, { header });

const noBody = new Uint8Array();

const linkFaults = ({ team, unseen }: VaultWorld): readonly VectorCase<VaultLogInput>[] => {
  const { vault, owner, admin, writer, spare } = team;
  const [first] = vault.records;
  const newest = vault.records.at(-1);
  if (first === undefined || newest === undefined) throw new RangeError("a team has records");
  const refused = (expect: string, name: string, why: string, record: LogRecord) =>
    applyFault(expect, name, why, inputOf(team, record));
  const elsewhere = createVault(depsOf("elsewhere"), owner).state.vault;
  const asIdentity = signRecord(LogKind.Identity, pinned(team), new Uint8Array(), [owner.device]);
  const allowing = stepped(team, policyOf(team, { extraTypes: [99] }));
  return [
    refused(
      "BadSignature",
      "a record that its author did not sign",
      "named as the author, signed with another key",
      vaultRecord(vault, owner, pin, { device: impostor(owner.device, admin.device) }),
    ),
    refused(
      "BadSignature",
      "an equivocation whose second head somebody else signed",
      "a proof is two signatures of the device named",
      accusing(withSeed(team, "forged"), ([head, other]) => ({
        heads: [head, signedWith(other.head, noBody, admin.device)],
      })),
    ),
    refused(
      "LinkGap",
      "a record that leaves an index out",
      "a gap is asked for, never skipped",
      pinned(team, { index: teamCount + 1 }),
    ),
    refused("LinkGap", "a record that comes again", "it is not the one after", newest),
    refused(
      "LinkForked",
      "a record behind another predecessor",
      "both ids are evidence",
      pinned(team, { previous: first.id }),
    ),
    refused(
      "WrongLog",
      "a record of another vault",
      "a log is one vault's",
      pinned(team, { log: elsewhere }),
    ),
    refused(
      "WrongLog",
      "a record that calls itself one of an identity log",
      "the kind of log is signed",
      asIdentity,
    ),
    refused(
      "IdentityHeadMissing",
      "a pin of an identity head that nobody here has",
      "no verdict: the log is asked for",
      pinning(team, unseen),
    ),
    refused(
      "IdentityHeadMissing",
      "a pin of a head that is here, under another index",
      "a pin names index and head",
      pinned(team, {
        pins: [{ user: owner.state.user, index: 1, head: owner.state.head.id }],
      }),
    ),
    refused(
      "IdentityHeadMissing",
      "a pin of another user's head",
      "a pin names user and head",
      pinned(team, { pins: [{ user: owner.state.user, index: 0, head: admin.state.head.id }] }),
    ),
    refused(
      "VersionUnsupported",
      "a policy for a version that is not known here",
      "whoever knows no such version stops here",
      policyOf(team, { versionMin: 2 }),
    ),
    applyFault(
      "RecordUnknown",
      "a record of a type that a policy allows",
      "the vault waits for an update",
      inputOf(allowing, vaultRecord(allowing.vault, writer, newType)),
    ),
    applyFault(
      "RuleViolated",
      "a record of an allowed type by a device of another user",
      "who may sign is asked before what it says",
      inputOf(allowing, vaultRecord(allowing.vault, team.guest, newType, { device: spare })),
      { rule: "VL3 the author is an active full device of a member" },
    ),
  ];
};

const decodeFaults = ({ team }: VaultWorld): readonly VectorCase<VaultLogInput>[] => {
  const { owner } = team;
  const { content } = pinned(team);
  const refused = (expect: string, name: string, why: string, changed: Uint8Array) =>
    fault(
      expect,
      name,
      why,
      { base: "vault", take: teamCount, record: hexOf(rawRecord(changed, [owner.device])) },
      { stage: "decode" },
    );
  return [
    refused("VersionUnsupported", "version 2", "never a verdict", replaced(content, 0, [2])),
    refused("VersionUnsupported", "suite 2", "never a verdict", replaced(content, 1, [2])),
    refused(
      "Malformed",
      "a length of the payload beyond the record",
      "a length is bounded by what is there",
      replaced(content, content.length - 1, [127]),
    ),
  ];
};

/** Offsets of parts in payloads, as docs/protocol.md lays them out. */
const within = {
  /** ADD_MEMBER */
  role: 0,
  /** ROTATE: epoch, commitment, wrap, count, then boxes. */
  memberBoxes: { at: 4 + 32 + 48 + 1, itemByteLength: 16 + 1 + 1168 },
  /** CUT_DEVICE: user, count, then devices of one chain each. */
  deviceCuts: { at: 16 + 1, itemByteLength: 16 + 1 + 49 },
  /** CUT_DEVICE: user, count, device, count, then chains. */
  chainCuts: { at: 16 + 1 + 16 + 1, itemByteLength: 49 },
  /** EQUIVOCATION: user, device, incarnation. */
  heads: 48,
  /** POLICY: version, count, then types. */
  types: { at: 2, itemByteLength: 1 },
};

const payloadFaults = ({ team }: VaultWorld): readonly VectorCase<VaultLogInput>[] => {
  const { vault, owner, writer, spare } = team;
  /** The payload of a type, with bytes of it changed, signed by an owner. */
  const malformed = (
    name: string,
    why: string,
    payload: VaultPayload,
    change: (bytes: Uint8Array) => Uint8Array,
  ): VectorCase<VaultLogInput> => {
    const bytes = change(encodeVaultPayload(payload));
    return applyFault(
      "Malformed",
      name,
      why,
      inputOf(team, vaultRecord(vault, owner, payload, { bytes })),
    );
  };
  const added = vaultPayloadOf(addedOutsider(withSeed(team, "outsider")), "addMember");
  const rotate = vaultPayloadOf(rotating(withSeed(team, "malformed")), "rotate");
  const equivocation = vaultPayloadOf(accusing(withSeed(team, "malformed heads")), "equivocation");
  const cut = (chains: readonly ReturnType<typeof chainCut>[], ...more: readonly string[]) =>
    ({
      type: "cutDevice",
      user: writer.state.user,
      cuts: [spare.id, ...more]
        .toSorted()
        .map((device) => ({ device: device as typeof spare.id, chains })),
    }) as const;
  const once = chainCut(incarnationOf(1), 5);
  const twice = [once, chainCut(incarnationOf(2), 6)];
  const policy = { type: "policy", versionMin: 1, extraTypes: [98, 99] } as const;
  const unchanged = (bytes: Uint8Array): Uint8Array => bytes;
  return [
    malformed("a PIN with a byte", "it says nothing but its pins", pin, () => new Uint8Array(1)),
    malformed("role 0", "roles are 1 to 4", added, (it) => replaced(it, within.role, [0])),
    malformed("role 5", "roles are 1 to 4", added, (it) => replaced(it, within.role, [5])),
    malformed("a payload cut short", "a box has 1,168 bytes", added, (it) => shortened(it)),
    malformed("a byte behind a payload", "nothing is left over", added, (it) => lengthened(it)),
    malformed("members' boxes in falling order", "a set has one spelling", rotate, (it) =>
      withFirstTwoSwapped(it, within.memberBoxes),
    ),
    malformed("a member boxed twice", "nothing stands twice in a set", rotate, (it) =>
      withFirstTwice(it, within.memberBoxes),
    ),
    malformed(
      "devices of a cut in falling order",
      "a set has one spelling",
      cut([once], writer.device.id),
      (it) => withFirstTwoSwapped(it, within.deviceCuts),
    ),
    malformed("chains of a cut in falling order", "a set has one spelling", cut(twice), (it) =>
      withFirstTwoSwapped(it, within.chainCuts),
    ),
    malformed(
      "a cut at seq 0 with an id",
      "0 is nothing, and nothing has no id",
      cut([{ ...once, seq: 0 }]),
      unchanged,
    ),
    malformed(
      "a cut at seq 5 without an id",
      "zeros are the id of nothing",
      cut([{ ...once, id: noEnvelope }]),
      unchanged,
    ),
    malformed("a head of kind 6 in a proof", "a head is a head", equivocation, (it) =>
      replaced(it, within.heads + 2, [6]),
    ),
    malformed("a head of version 2 in a proof", "a proof is of this version", equivocation, (it) =>
      replaced(it, within.heads, [2]),
    ),
    malformed("types of a policy in falling order", "a set has one spelling", policy, (it) =>
      withFirstTwoSwapped(it, within.types),
    ),
    malformed("more types than a policy holds", "at most 64", policy, () =>
      concatBytes(
        Uint8Array.of(1, 65),
        Uint8Array.from({ length: 65 }, (_, type) => 100 + type),
      ),
    ),
  ];
};

export const vaultFaults = (world: VaultWorld): readonly VectorCase<VaultLogInput>[] => [
  ...decodeFaults(world),
  ...payloadFaults(world),
  ...linkFaults(world),
];
