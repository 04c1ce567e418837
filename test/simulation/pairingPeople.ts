/** What people do with their hands at a pairing, and what they do wrong. */
import { parsePairingCode, pairingCodeText, secret } from "@duro/crypto";
import { DeviceScope } from "@duro/crypto/types";
import type { LetInAs } from "../../packages/client/src/flows/addNewcomer.ts";
import type { Books, Resident } from "./people.ts";
import type { Rng } from "./rng.ts";

/** Another code than the one that is shown, another number, none of them, something else to let in. */
export const mistakes = ["code", "number", "none", "scope"] as const;
export type Mistake = (typeof mistakes)[number];

export const otherScope = (
  scope: NonNullable<Resident["pairsAs"]>,
): NonNullable<Resident["pairsAs"]> =>
  scope === DeviceScope.Full ? DeviceScope.Viewer : DeviceScope.Full;

export const letInAs = ({ vault }: Books, scope: NonNullable<Resident["pairsAs"]>): LetInAs =>
  scope === DeviceScope.Full
    ? { scope }
    : { scope, expiresAtMs: undefined, vaults: [vault.state.vault] };

/** At the same mailbox. */
export const anotherCode = (rng: Rng, shown: string): string => {
  const code = parsePairingCode(shown);
  if (!code.ok) throw new RangeError("a code that is shown can be typed");
  const { length } = code.value.secret.reveal();
  return pairingCodeText({ ...code.value, secret: secret(rng.bytes(length)) }).reveal();
};
