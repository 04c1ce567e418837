/** Chains of members at many points of one vault log. */
import { chainIdOf } from "../../../packages/crypto/src/envelope/envelope.ts";
import { noEnvelope, type RecordId } from "../../../packages/crypto/src/ids.ts";
import type { DeviceKeys } from "../../../packages/crypto/src/keys/deviceKeys.ts";
import type { Standing } from "../../../packages/crypto/src/logs/standing.ts";
import { Role } from "../../../packages/crypto/src/logs/vaultRecords.ts";
import {
  incarnationOf,
  type Person,
  type Vault,
  withVaultRecord,
} from "../../../packages/crypto/src/testing/people.ts";
import { chainCut, someEnvelopeId } from "../../../packages/crypto/src/testing/records.ts";
import { addingOf } from "../../../packages/crypto/src/testing/team.ts";
import { jsonOf, type VectorCase, type VectorFile } from "../format.ts";
import type { StandingInput } from "../run/standing.ts";
import type { VaultLogTables } from "../run/vaultLog.ts";
import { golden } from "./cases.ts";
import { wholeLog } from "./vaultLog.ts";
import { withSeed } from "./vaultSteps.ts";
import { memberTable, recordHex, type VaultWorld, vaultWorld } from "./vaultWorld.ts";
import { deviceOf, recordsHex } from "./world.ts";

interface Opened {
  readonly person: Person;
  readonly device: DeviceKeys;
  readonly life: number;
  /** Under the log head behind this record. */
  readonly at: number | RecordId;
}

const makerOf = (vault: Vault) => {
  const headOf = (at: Opened["at"]): RecordId => {
    const head = typeof at === "string" ? at : vault.records[at]?.id;
    if (head === undefined) throw new RangeError("the log has that record");
    return head;
  };
  return (
    name: string,
    why: string,
    input: Pick<StandingInput, "take" | "before" | "identity">,
    { person, device, life, at: openedAt }: Opened,
    standing: Standing,
  ): VectorCase<StandingInput> =>
    golden<StandingInput>(
      name,
      why,
      {
        base: "vault",
        ...input,
        chain: chainIdOf(device.signKey, incarnationOf(life)),
        user: person.state.user,
        device: device.id,
        incarnation: incarnationOf(life),
        logHead: headOf(openedAt),
      },
      jsonOf(standing),
    );
};

const counts: Standing = { kind: "counts" };

const cut = (seq: number): Standing => ({
  kind: "cut",
  seq,
  id: chainCut(incarnationOf(1), seq).id,
});

const never = (why: Extract<Standing, { kind: "never" }>["why"]): Standing => ({
  kind: "never",
  why,
});

const held = (why: Extract<Standing, { kind: "held" }>["why"]): Standing => ({ kind: "held", why });

const whileMember = ({ team }: VaultWorld, vault: Vault): readonly VectorCase<StandingInput>[] => {
  const made = makerOf(vault);
  const { writer: person, spare, phone, guest, admin } = team;
  const { device } = person;
  const identity = "writer";
  const first = { person, device, life: 1, at: 2 };
  const foreign = made(
    "a chain under another device's name",
    "COUNT1: its id does not follow from that device's key",
    { take: 5, identity },
    { ...first, device: admin.device },
    never("foreign chain"),
  );
  return [
    made(
      "a writer's chain",
      "COUNT4: opened when writing was given",
      { take: 5, identity },
      first,
      counts,
    ),
    made(
      "a writer's chain on a second device",
      "COUNT4: any full device of theirs",
      { take: 5, identity },
      { ...first, device: spare, at: 4 },
      counts,
    ),
    { ...foreign, input: { ...foreign.input, device: device.id } },
    made(
      "a chain of a viewer device",
      "COUNT4: full devices write",
      { take: 5, identity },
      { ...first, device: phone },
      never("not a full device"),
    ),
    made(
      "a chain of somebody who may only read",
      "COUNT4: a member who may write",
      { take: 5, identity: "guest" },
      { person: guest, device: guest.device, life: 1, at: 3 },
      never("not a writer"),
    ),
    made(
      "a chain opened while its user could only read",
      "COUNT4: behind the record that gave them writing",
      { take: 7, identity: "guest" },
      { person: guest, device: guest.device, life: 1, at: 5 },
      never("opened before writing was given"),
    ),
    made(
      "a chain opened under the record that gave writing",
      "COUNT4: at that record or behind it",
      { take: 7, identity: "guest" },
      { person: guest, device: guest.device, life: 1, at: 6 },
      counts,
    ),
    made(
      "a chain opened under a log head that is not here",
      "COUNT5: asked again when the log has grown",
      { take: 5, identity },
      { ...first, at: 5 },
      held("log head unknown"),
    ),
    made(
      "a chain of a device that is not in the identity log",
      "COUNT5: asked again when that log has grown",
      { take: 5, identity },
      { ...first, device: deviceOf("writer's device to come") },
      held("device unknown"),
    ),
    made(
      "a chain whose identity log is not here",
      "COUNT5: asked again when that log has come",
      { take: 5 },
      first,
      held("device unknown"),
    ),
  ];
};

const whenCut = ({ team }: VaultWorld, vault: Vault): readonly VectorCase<StandingInput>[] => {
  const made = makerOf(vault);
  const { writer: person, spare, guest } = team;
  const identity = "writer";
  const ofSpare = { person, device: spare, life: 1, at: 4 };
  const ofWriter = { person, device: person.device, life: 1, at: 4 };
  const ofGuest = { person: guest, device: guest.device, life: 1, at: 6 };
  const proof = vault.state.cutsByChain.get(chainIdOf(person.device.signKey, incarnationOf(1)));
  if (proof === undefined) throw new RangeError("the log proves an equivocation");
  return [
    made("a chain before its cut", "nothing stands yet", { take: 7, identity }, ofSpare, counts),
    made("a chain that is cut", "COUNT2: up to its cut", { take: 8, identity }, ofSpare, cut(5)),
    made(
      "a chain of a cut device that no cut lists",
      "COUNT3: it counts for nothing",
      { take: 8, identity },
      { ...ofSpare, life: 2 },
      { kind: "cut", seq: 0, id: noEnvelope },
    ),
    made(
      "a cut that was raised",
      "COUNT2: late honest envelopes",
      { take: 9, identity },
      ofSpare,
      cut(9),
    ),
    made(
      "a chain with a proved equivocation",
      "COUNT2: up to the envelope before both",
      { take: 12, identity },
      ofWriter,
      { kind: "cut", seq: 2, id: proof.id },
    ),
    made(
      "another chain of that device",
      "a proof is of one chain",
      { take: 12, identity },
      { ...ofWriter, life: 2 },
      counts,
    ),
    made(
      "an anchored chain",
      "its user said where it ends",
      { take: 13, identity },
      { ...ofWriter, life: 2 },
      { kind: "cut", seq: 7, id: someEnvelopeId(7) },
    ),
    made(
      "a removed member's chain",
      "COUNT2: up to its cut, whoever its author is by now",
      { take: 17, identity: "guest" },
      ofGuest,
      cut(2),
    ),
    made(
      "a removed member's chain that no cut lists",
      "COUNT3: it counts for nothing",
      { take: 17, identity: "guest" },
      { ...ofGuest, life: 2 },
      { kind: "cut", seq: 0, id: noEnvelope },
    ),
  ];
};

const afterReturn = (world: VaultWorld, whole: Vault): readonly VectorCase<StandingInput>[] => {
  const { guest, people, owner } = world.team;
  const team = withSeed({ ...world.team, vault: whole }, "return");
  const record = addingOf(team, owner, guest, Role.Writer);
  const made = makerOf(withVaultRecord(whole, record, people));
  const input = { take: 17, before: [recordHex(record)], identity: "guest" };
  const ofGuest = { person: guest, device: guest.device, life: 1, at: 6 };
  return [
    made(
      "the cut chain of a member who came back",
      "COUNT2: it stays where it was cut",
      input,
      ofGuest,
      cut(2),
    ),
    made(
      "a chain that no cut listed, of a member who came back",
      "COUNT4: opened before writing was given again",
      input,
      { ...ofGuest, life: 2 },
      never("opened before writing was given"),
    ),
    made(
      "a new chain of a member who came back",
      "COUNT4: opened when writing was given again",
      input,
      { ...ofGuest, life: 3, at: 17 },
      counts,
    ),
  ];
};

export const makeStanding = (): VectorFile<StandingInput, VaultLogTables> => {
  const world = vaultWorld();
  const whole = wholeLog(world).at(-1);
  if (whole === undefined) throw new RangeError("the log has records");
  return {
    layer: "standing",
    about:
      "How far a chain counts, by the vault log, the identity log of its user, and what its OPEN says (docs/protocol.md §5, COUNT1 to COUNT5). Nothing here is refused: the answer is the output.",
    identityLogs: memberTable(world),
    logs: { vault: recordsHex(whole.records) },
    cases: [...whileMember(world, whole), ...whenCut(world, whole), ...afterReturn(world, whole)],
  };
};
