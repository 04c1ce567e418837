import { expect, test } from "vitest";
import { recordIds } from "./ids.ts";
import { createDeviceKeys } from "./keys/deviceKeys.ts";
import { labels } from "./labels.ts";
import { followLink, isLinkSignedBy, linkHash, signLink } from "./link.ts";
import { filled, utf8 } from "./testing/samples.ts";
import { seededRandomBytes } from "./testing/seededRandomBytes.ts";

const [one, two, three] = [1, 2, 3].map((byte) => recordIds.fromBytes(filled(32, byte)));

test("[LINK1] [LINK2] a link follows its predecessor alone", () => {
  const last = { at: 4, id: one };
  const next = { at: 5, id: two, previous: one };
  expect(followLink(last, next)).toEqual({ ok: true, value: { at: 5, id: two } });
});

test.each([
  ["the same again", { at: 4, id: one, previous: three }, { type: "LinkGap", have: 4, got: 4 }],
  ["an older one", { at: 3, id: two, previous: one }, { type: "LinkGap", have: 4, got: 3 }],
  ["the one after next", { at: 6, id: two, previous: one }, { type: "LinkGap", have: 4, got: 6 }],
  [
    "one on another branch",
    { at: 5, id: two, previous: three },
    { type: "LinkForked", at: 4, have: one, got: three },
  ],
])("[LINK1] [LINK2] %s does not follow, and the refusal says why", (_, next, error) => {
  expect(followLink({ at: 4, id: one }, next)).toEqual({ ok: false, error });
});

test("content under another label has another id, and the id's signature another purpose", () => {
  const { signKey, signSecret } = createDeviceKeys({ randomBytes: seededRandomBytes("link") });
  const record = { id: labels.recordId, signature: labels.signRecord };
  const envelope = { id: labels.envelopeId, signature: labels.signEnvelope };
  const hash = linkHash(record, utf8("content"));
  expect(linkHash(envelope, utf8("content"))).not.toEqual(hash);
  const signature = signLink(record, hash, signSecret);
  expect(isLinkSignedBy(record, hash, signKey, signature)).toBe(true);
  expect(isLinkSignedBy(envelope, hash, signKey, signature)).toBe(false);
});
