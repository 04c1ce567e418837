import { describe, expect, test } from "vitest";
import { bytesToHex } from "./bytes/hex.ts";
import { createDeviceKeys } from "./keys/deviceKeys.ts";
import { createPhrase } from "./keys/phrase.ts";
import { userKeysFrom } from "./keys/userKey.ts";
import { createPairingCode, pairingCodeText } from "./pairing/code.ts";
import { startPairing } from "./pairing/handshake.ts";
import { createRelayKeys } from "./receipt.ts";
import { type Secret, secret } from "./secret.ts";
import { someVaultKey } from "./testing/samples.ts";
import { seededRandomBytes } from "./testing/seededRandomBytes.ts";

const sample = secret("open sesame");

/** As if the types had not warned. */
const inTemplate = (value: unknown): string => `it is ${value as string}`;

describe("a secret", () => {
  test("gives its value to whoever says reveal", () => {
    expect(sample.reveal()).toBe("open sesame");
  });

  test.each([
    ["String", String(sample)],
    ["a template", inTemplate(sample).replace("it is ", "")],
    ["joining", [sample].join("")],
    ["JSON", JSON.parse(JSON.stringify(sample)) as unknown],
  ])("is <secret> to %s", (_, shown) => {
    expect(shown).toBe("<secret>");
  });

  test("is <secret> wherever it stands in something larger", () => {
    expect(JSON.stringify({ device: [{ seed: sample }] })).toBe('{"device":[{"seed":"<secret>"}]}');
  });

  test("is not cloned, so it does not go to another thread by accident", () => {
    expect(() => structuredClone(sample)).toThrow(/clone/u);
    expect(() => structuredClone({ deep: [sample] })).toThrow(/clone/u);
  });

  test("has no property that holds its value, nor has a copy of it", () => {
    const bytes = secret(new Uint8Array([7, 7, 7]));
    for (const shown of [bytes, { ...bytes }, Object.assign({}, bytes)]) {
      const values = Reflect.ownKeys(shown).map((key) => Reflect.get(shown, key) as unknown);
      expect(values.map((value) => typeof value)).toEqual(values.map(() => "function"));
      expect(JSON.stringify(Object.entries(shown))).not.toContain("7");
    }
    expect(Object.keys(bytes)).toEqual(["reveal", "toString", "toJSON"]);
    expect(inTemplate({ ...bytes })).toBe("it is <secret>");
  });

  test("cannot be exchanged under whoever holds it", () => {
    expect(() => Object.assign(sample, { reveal: () => "another" })).toThrow(TypeError);
  });
});

/** The ways in which bytes may stand in a text. */
const spellings = (bytes: Uint8Array): readonly string[] => [
  bytesToHex(bytes),
  bytesToHex(bytes).toUpperCase(),
  [...bytes].join(","),
  [...bytes].map((byte, at) => `"${at}":${byte}`).join(","),
  btoa(String.fromCharCode(...bytes)).replace(/=+$/u, ""),
  btoa(String.fromCharCode(...bytes))
    .replace(/=+$/u, "")
    .replaceAll("+", "-")
    .replaceAll("/", "_"),
  String.fromCharCode(...bytes),
];

describe("nothing of a secret is in the JSON of what holds it", () => {
  const deps = { randomBytes: seededRandomBytes("what holds secrets") };
  const device = createDeviceKeys(deps);
  const user = userKeysFrom(1, secret(deps.randomBytes(32)));
  const vault = someVaultKey(deps);
  const relay = createRelayKeys(deps);
  const code = createPairingCode(deps, 7);
  const pairing = startPairing(deps, "joiner", code);
  const phrase = createPhrase(deps);

  test.each<[string, unknown, readonly Secret<Uint8Array>[]]>([
    ["device keys", device, [device.seed, device.signSecret, device.kemSecret]],
    ["user keys", user, [user.key, user.signSecret, user.kemSecret, user.symmetric]],
    [
      "a vault key",
      vault,
      [
        vault.key,
        ...[vault.bodies, vault.blobs, vault.presence].flatMap((root) => [
          root.messages,
          root.nonces,
        ]),
      ],
    ],
    ["relay keys", relay, [relay.seed, relay.signSecret]],
    ["a pairing code", code, [code.secret]],
    ["a pairing", pairing, [code.secret]],
  ])("%s", (_, holder, secrets) => {
    const text = JSON.stringify(holder);
    expect(secrets.length).toBeGreaterThan(0);
    for (const { reveal } of secrets) {
      // An Ed25519 secret key ends with the public one, which may be shown.
      const bytes = reveal().subarray(0, 32);
      for (const spelling of spellings(bytes)) expect(text).not.toContain(spelling);
    }
  });

  test("a phrase and the text of a code", () => {
    expect(JSON.stringify({ phrase, text: pairingCodeText(code) })).toBe(
      '{"phrase":"<secret>","text":"<secret>"}',
    );
  });

  test("a spelling would be found if it were there", () => {
    const bytes = device.seed.reveal();
    for (const leaking of [bytes, [...bytes], { deep: { seed: bytesToHex(bytes) } }]) {
      const text = JSON.stringify(leaking);
      expect(spellings(bytes).some((spelling) => text.includes(spelling))).toBe(true);
    }
  });
});
