/** The file of the identity log: a golden of each type of record, then what is refused. */
import type { VectorCase, VectorFile } from "../format.ts";
import {
  describeIdentity,
  type IdentityLogInput,
  type IdentityLogTables,
} from "../run/identityLog.ts";
import { golden } from "./cases.ts";
import { identityFaults } from "./identityFaults.ts";
import { identityViolations } from "./identityViolations.ts";
import { type IdentityWorld, identityWorld } from "./identityWorld.ts";
import { recordsHex } from "./world.ts";

const whys = [
  "type 1: a GENESIS, by the first device",
  "type 2: an ADD_DEVICE of a full device, with a box, signed by both",
  "type 2: an ADD_DEVICE of a viewer device that expires, without a box",
  "type 2: an ADD_DEVICE of the paper device",
  "type 3: a REVOKE_DEVICE of a full device; generation 2 for those that remain",
  "type 3: a REVOKE_DEVICE of the paper device, which signed too",
];

const goldens = ({ whole }: IdentityWorld): readonly VectorCase<IdentityLogInput>[] =>
  whys.flatMap((why, at) => {
    const state = whole.states[at];
    if (state === undefined) throw new RangeError("a why for each record");
    return [
      golden(`record ${at}`, why, { base: "identity", take: at + 1 }, describeIdentity(state)),
    ];
  });

export const makeIdentityLog = (): VectorFile<IdentityLogInput, IdentityLogTables> => {
  const world = identityWorld();
  return {
    layer: "identity-log",
    about:
      "Records of an identity log (docs/protocol.md §3.1, §3.2). A case takes records of a log in the table, then those of its own; all of them hold but the one in question.",
    logs: { identity: recordsHex(world.whole.records) },
    cases: [...goldens(world), ...identityFaults(world), ...identityViolations(world)],
  };
};
