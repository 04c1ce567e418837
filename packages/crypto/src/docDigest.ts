/** What two devices compare of a document: a hash of its state, never of how it came to be. */
import { hash32 } from "./hash.ts";
import { labels } from "./labels.ts";

/** `state` is the V1 encoding of a fresh, garbage-collected document that the state was loaded into. */
export const docDigestOf = (state: Uint8Array): Uint8Array => hash32(labels.docDigest, state);
