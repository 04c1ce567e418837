/**
 * `npm run bench:crypto`: what our layer costs over libsodium's own calls, in the same run. Figures
 * are medians of interleaved rounds, so a machine that changes its speed changes both sides.
 *
 * "raw" makes the same libsodium calls that sealing needs, on inputs that lie ready: a keyed hash for
 * the nonce, one for the message key, one AEAD. "aead alone" leaves the two hashes out; it shows what
 * committing and not trusting the random source cost.
 */
import sodium from "libsodium-wrappers";
import { type Envelope, runStart, verifyRun, verifySignedHead } from "../../packages/crypto/src/verify.ts";
import { asVerified } from "../../packages/crypto/src/envelope/envelope.ts";
import { noEnvelope } from "../../packages/crypto/src/ids.ts";
import { asSignature } from "../../packages/crypto/src/publicKeys.ts";
import { openBody, sealBody } from "../../packages/crypto/src/envelope/body.ts";
import { bodyHashOf } from "../../packages/crypto/src/envelope/bodyForm.ts";
import { EnvelopeKind, headPrefixBytes } from "../../packages/crypto/src/envelope/head.ts";
import { systemRandomBytes } from "../../packages/crypto/src/random.ts";
import { must, createChain, createPerson, createVault } from "../../packages/crypto/src/testing/people.ts";
import { seededRandomBytes } from "../../packages/crypto/src/testing/seededRandomBytes.ts";
import { pad } from "../../packages/crypto/src/padding.ts";

await sodium.ready;

const deps = { randomBytes: seededRandomBytes("bench") };
const owner = createPerson(deps);
const vault = createVault(deps, owner);

const rounds = 15;

/** Runs all bodies in turn, round by round; gives each one's median microseconds a call. */
const race = (bodies: Readonly<Record<string, () => unknown>>, roundMs: number) => {
  const times = new Map<string, number[]>(Object.keys(bodies).map((name) => [name, []]));
  for (let round = 0; round < rounds + 2; round++)
    for (const [name, body] of Object.entries(bodies)) {
      let calls = 0;
      const startedAt = performance.now();
      while (performance.now() - startedAt < roundMs) {
        body();
        calls++;
      }
      // The first two rounds warm up.
      if (round >= 2) times.get(name)?.push(((performance.now() - startedAt) * 1000) / calls);
    }
  return Object.fromEntries(
    [...times].map(([name, taken]) => [
      name,
      taken.toSorted((left, right) => left - right)[Math.floor(taken.length / 2)] ?? 0,
    ]),
  );
};

const sizeNames: ReadonlyMap<number, string> = new Map([
  [256, "256 B"],
  [4096, "4 KiB"],
  [65_536, "64 KiB"],
  [1_048_576, "1 MiB"],
]);

const us = (value: number | undefined): string => (value ?? 0).toFixed(1).padStart(9);
const ratio = (left: number | undefined, right: number | undefined): string =>
  ((left ?? 0) / (right ?? 1)).toFixed(2).padStart(6);

console.log("Sealing and opening a body, µs a call; ratios are speeds, ours over the other's");
console.log("          size      ours       raw  aead alone   ours/raw  ours/aead");
for (const [byteLength, name] of sizeNames) {
  const plaintext = systemRandomBytes(byteLength);
  const clear = new Uint8Array();
  const fields = {
    kind: EnvelopeKind.Data,
    flags: 0,
    vault: vault.state.vault,
    chain: createChain(deps, vault, owner.device, { count: 1 })[0]?.head.chain ?? must({ ok: false, error: "no chain" }),
    seq: 2,
    previous: noEnvelope,
    epoch: 1,
    logHead: vault.state.head.id,
  };
  const { nonce, body } = sealBody({ randomBytes: systemRandomBytes }, vault.key, fields, { clear, plaintext });
  const head = { ...fields, nonce, bodyByteLength: body.length, bodyHash: bodyHashOf(body) };
  const envelope = asVerified({ head, body, signature: asSignature(new Uint8Array(64)) }, noEnvelope);
  // What libsodium is handed directly: the same bytes, made before.
  const padded = pad(plaintext);
  const prefix = headPrefixBytes(fields);
  const random = systemRandomBytes(24);
  const nonceInput = Buffer.concat([random, prefix, padded]);
  const keyInput = Buffer.concat([prefix, nonce]);
  const key = systemRandomBytes(32);
  const sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(padded, keyInput, null, nonce, key);
  const seal = race(
    {
      ours: () => sealBody({ randomBytes: systemRandomBytes }, vault.key, fields, { clear, plaintext }),
      raw: () => {
        sodium.crypto_generichash(24, nonceInput, key);
        sodium.crypto_generichash(64, keyInput, key);
        return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(padded, keyInput, null, nonce, key);
      },
      aead: () => sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(padded, keyInput, null, nonce, key),
    },
    30,
  );
  const open = race(
    {
      ours: () => must(openBody(vault.key, envelope)),
      raw: () => {
        sodium.crypto_generichash(64, keyInput, key);
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, keyInput, nonce, key);
      },
      aead: () => sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, keyInput, nonce, key),
    },
    30,
  );
  for (const [verb, times] of [
    ["seal", seal],
    ["open", open],
  ] as const)
    console.log(
      `${verb}  ${name.padStart(8)} ${us(times["ours"])} ${us(times["raw"])}   ${us(times["aead"])}     ${ratio(times["raw"], times["ours"])}     ${ratio(times["aead"], times["ours"])}`,
    );
}

const runLength = 2000;
const chain: readonly Envelope[] = createChain(deps, vault, owner.device, { count: runLength });
const verify = race(
  {
    byHead: () => must(verifyRun(runStart, chain, owner.device.signKey)),
    bySignature: () => {
      for (const envelope of chain) must(verifySignedHead(envelope, owner.device.signKey));
    },
  },
  1,
);
console.log(
  `\nVerifying a run of ${runLength} envelopes with their bodies: by its head ${((verify["byHead"] ?? 0) / 1000).toFixed(1)} ms, signature by signature ${((verify["bySignature"] ?? 0) / 1000).toFixed(1)} ms: ${ratio(verify["bySignature"], verify["byHead"]).trim()} times faster`,
);
