/** How far a chain counts: docs/protocol.md §5, COUNT1 to COUNT5. */
import {
  chainIds,
  deviceIds,
  incarnations,
  recordIds,
  userIds,
} from "../../../packages/crypto/src/ids.ts";
import { chainStanding } from "../../../packages/crypto/src/logs/standing.ts";
import { bytesOf, type Hex, jsonOf, type Ran } from "../format.ts";
import { accepted } from "./ran.ts";
import { identitiesOf, type VaultLogInput, type VaultLogTables, vaultStateOf } from "./vaultLog.ts";

export interface StandingInput extends Pick<VaultLogInput, "base" | "take" | "before"> {
  /** Name of the identity log of the chain's user; none where it is not here. */
  readonly identity?: string;
  readonly chain: Hex;
  readonly user: Hex;
  readonly device: Hex;
  readonly incarnation: Hex;
  readonly logHead: Hex;
}

export const runStanding = (input: StandingInput, tables: VaultLogTables): Ran => {
  const state = vaultStateOf(input, tables);
  if (state === undefined) throw new TypeError("a standing is in a vault");
  const { identity = "" } = input;
  const opening = {
    chain: chainIds.fromBytes(bytesOf(input.chain)),
    user: userIds.fromBytes(bytesOf(input.user)),
    device: deviceIds.fromBytes(bytesOf(input.device)),
    incarnation: incarnations.fromBytes(bytesOf(input.incarnation)),
    logHead: recordIds.fromBytes(bytesOf(input.logHead)),
  };
  const known = identitiesOf(tables.identityLogs)[identity]?.at(-1);
  return accepted(jsonOf(chainStanding(state, known, opening)));
};
