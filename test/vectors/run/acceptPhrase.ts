/** A phrase is accepted only for an identity that it opens: docs/crypto.md §4. */
import { acceptPhrase } from "../../../packages/crypto/src/logs/acceptPhrase.ts";
import { parsePhrase } from "../../../packages/crypto/src/keys/phrase.ts";
import { type Hex, hexOf, type Ran } from "../format.ts";
import { type IdentityLogInput, type IdentityLogTables, identityStates } from "./identityLog.ts";
import { accepted, refused } from "./ran.ts";

export interface AcceptPhraseInput extends Pick<IdentityLogInput, "base" | "take"> {
  readonly before?: readonly Hex[];
  readonly typed: string;
}

export const runAcceptPhrase = (input: AcceptPhraseInput, { logs }: IdentityLogTables): Ran => {
  const { base, take, before = [], typed } = input;
  const state = identityStates([...(logs[base] ?? []).slice(0, take), ...before]).at(-1);
  const phrase = parsePhrase(typed);
  if (state === undefined || !phrase.ok) throw new TypeError("a phrase is tried on a log");
  const result = acceptPhrase(state, phrase.value);
  if (!result.ok) return refused(result.error);
  const { paperDevice, userKeys } = result.value;
  return accepted({
    device: paperDevice.id,
    keys: [...userKeys.keys].map(([at, { key }]) => ({ at, key: hexOf(key.reveal()) })),
  });
};
