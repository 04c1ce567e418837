/**
 * The one primitive under logs and chains: a link is named by a hash of its content, names its
 * predecessor in that content, and its name is signed. So a valid link vouches for all before it.
 */
import { hash32 } from "./hash.ts";
import type { Label } from "./labels.ts";
import type { Signature, SignPublicKey } from "./publicKeys.ts";
import { err, ok, type Result } from "./result.ts";
import { isSignedBy, sign, type SignSecretKey } from "./sign.ts";

export interface LinkLabels {
  readonly id: Label;
  readonly signature: Label;
}

export interface LinkPoint<Id> {
  /** A log's index or a chain's seq. */
  readonly at: number;
  readonly id: Id;
}

export interface Link<Id> extends LinkPoint<Id> {
  readonly previous: Id;
}

/** A link is missing: the next one is not the one after what we have. */
export interface LinkGap {
  readonly type: "LinkGap";
  readonly have: number;
  readonly got: number;
}

/** The next link follows another predecessor than ours: one of the two is a fork. */
export interface LinkForked<Id> {
  readonly type: "LinkForked";
  readonly at: number;
  readonly have: Id;
  readonly got: Id;
}

export const linkHash = (names: LinkLabels, content: Uint8Array): Uint8Array =>
  hash32(names.id, content);

export const signLink = (names: LinkLabels, id: Uint8Array, key: SignSecretKey): Signature =>
  sign(key, names.signature, id);

export const isLinkSignedBy = (
  names: LinkLabels,
  id: Uint8Array,
  key: SignPublicKey,
  signature: Signature,
): boolean => isSignedBy(key, signature, names.signature, id);

/** Whether `next` stands right behind `last`. */
export const followLink = <Id>(
  last: LinkPoint<Id>,
  next: Link<Id>,
): Result<LinkPoint<Id>, LinkGap | LinkForked<Id>> => {
  if (next.at !== last.at + 1) return err({ type: "LinkGap", have: last.at, got: next.at });
  if (next.previous !== last.id)
    return err({
      type: "LinkForked",
      at: last.at,
      have: last.id,
      got: next.previous,
    });
  return ok({ at: next.at, id: next.id });
};
