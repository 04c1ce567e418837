/** Which test holds the cases of which rule. The compiler sees to it that every rule has a place. */
import type { RuleName } from "../logs/violation.ts";

type Numbered<Id extends string> = Extract<RuleName, `${Id} ${string}`>;

/** ID1 and ID2 hold for vault logs too. */
export type IdentityRule = Numbered<`ID${number}`>;
export type VaultFormRule = Numbered<
  "ID1" | "ID2" | "VL1" | "VL2" | "VL16" | "VL17" | "VL21" | "VL22"
>;
export type MemberRule = Numbered<"VL3" | "VL4" | "VL11" | "VL12" | "VL13" | "VL18" | "VL20">;
export type RecipientRule = Numbered<"VL5" | "VL6" | "VL7" | "VL14" | "VL19">;
export type CutRule = Numbered<"VL8" | "VL9" | "VL10" | "VL15">;

type Untested = Exclude<
  RuleName,
  IdentityRule | VaultFormRule | MemberRule | RecipientRule | CutRule
>;
/** Does not compile while a rule has no place above. */
export const everyRuleHasItsPlace: [Untested] extends [never] ? true : false = true;
