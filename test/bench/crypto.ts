/**
 * `npm run bench:crypto`: what our layer costs over libsodium's own calls, in the same run. Figures
 * are medians of interleaved rounds, so a machine that changes its speed changes both sides.
 *
 * "raw" makes the libsodium calls that the design asks for, on inputs that lie ready: for sealing a
 * keyed hash over the plaintext (the nonce), one over the head (the message key), one encryption; for
 * opening one keyed hash and one decryption. "aead" leaves the hashes out: what committing, and not
 * trusting the random source, cost.
 */
import sodium from "libsodium-wrappers";
import { openBody, sealBody } from "../../packages/crypto/src/envelope/body.ts";
import { bodyHashOf } from "../../packages/crypto/src/envelope/bodyForm.ts";
import { asVerified, verifySignedHead } from "../../packages/crypto/src/envelope/envelope.ts";
import {
  EnvelopeKind,
  type HeadFields,
  headPrefixBytes,
} from "../../packages/crypto/src/envelope/head.ts";
import { newChain, verifyRun } from "../../packages/crypto/src/envelope/run.ts";
import { chainIds, noEnvelope } from "../../packages/crypto/src/ids.ts";
import { pad } from "../../packages/crypto/src/padding.ts";
import { asSignature } from "../../packages/crypto/src/publicKeys.ts";
import { systemRandomBytes } from "../../packages/crypto/src/random.ts";
import {
  createChain,
  createPerson,
  createVault,
  must,
} from "../../packages/crypto/src/testing/people.ts";
import { seededRandomBytes } from "../../packages/crypto/src/testing/seededRandomBytes.ts";

await sodium.ready;

const {
  crypto_aead_xchacha20poly1305_ietf_decrypt: decrypt,
  crypto_aead_xchacha20poly1305_ietf_encrypt: encrypt,
  crypto_generichash: hash,
} = sodium;

const rounds = 15;
const warmUpRounds = 2;
const roundMs = 30;

type Racers = Readonly<Record<string, () => unknown>>;

/** Runs all in turn, round by round; gives each one's median microseconds a call. */
const race = <Names extends Racers>(racers: Names): Record<keyof Names, number> => {
  const taken = new Map<string, number[]>();
  for (let round = 0; round < warmUpRounds + rounds; round++)
    for (const [name, run] of Object.entries(racers)) {
      const startedAt = performance.now();
      let calls = 0;
      for (; performance.now() - startedAt < roundMs; calls++) run();
      const microseconds = ((performance.now() - startedAt) * 1000) / calls;
      if (round >= warmUpRounds) taken.set(name, [...(taken.get(name) ?? []), microseconds]);
    }
  const median = (times: readonly number[] = []): number =>
    times.toSorted((left, right) => left - right)[Math.floor(times.length / 2)] ?? Number.NaN;
  return Object.fromEntries(
    Object.keys(racers).map((name) => [name, median(taken.get(name))]),
  ) as Record<keyof Names, number>; // fromEntries forgets what the keys are
};

const deps = { randomBytes: seededRandomBytes("bench") };
const system = { randomBytes: systemRandomBytes };
const owner = createPerson(deps);
const vault = createVault(deps, owner);
const clear = new Uint8Array();
const fields: HeadFields = {
  kind: EnvelopeKind.Data,
  flags: 0,
  vault: vault.state.vault,
  chain: chainIds.fromBytes(deps.randomBytes(16)),
  seq: 2,
  previous: noEnvelope,
  epoch: 1,
  logHead: vault.state.head.id,
};

const sealRace = (plaintext: Uint8Array) => {
  const padded = pad(plaintext);
  const prefix = headPrefixBytes(fields);
  const [key, nonce] = [systemRandomBytes(32), systemRandomBytes(24)];
  const nonceInput = Buffer.concat([systemRandomBytes(24), prefix, padded]);
  const keyInput = Buffer.concat([prefix, nonce]);
  return race({
    ours: () => sealBody(system, vault.key, fields, { clear, plaintext }),
    raw: () => {
      hash(24, nonceInput, key);
      hash(64, keyInput, key);
      return encrypt(padded, keyInput, null, nonce, key);
    },
    aead: () => encrypt(padded, keyInput, null, nonce, key),
  });
};

const openRace = (plaintext: Uint8Array) => {
  const { nonce, body } = sealBody(system, vault.key, fields, { clear, plaintext });
  const head = { ...fields, nonce, bodyByteLength: body.length, bodyHash: bodyHashOf(body) };
  const signature = asSignature(new Uint8Array(64));
  const envelope = asVerified({ head, body, signature }, noEnvelope);
  const key = systemRandomBytes(32);
  const keyInput = Buffer.concat([headPrefixBytes(fields), nonce]);
  const sealed = encrypt(pad(plaintext), keyInput, null, nonce, key);
  return race({
    ours: () => must(openBody(vault.key, envelope)),
    raw: () => {
      hash(64, keyInput, key);
      return decrypt(null, sealed, keyInput, nonce, key);
    },
    aead: () => decrypt(null, sealed, keyInput, nonce, key),
  });
};

const sizes: ReadonlyMap<string, number> = new Map([
  ["256 B", 256],
  ["4 KiB", 4_096],
  ["64 KiB", 65_536],
  ["1 MiB", 1_048_576],
]);

const cell = (value: number, digits: number): string => value.toFixed(digits).padStart(9);

console.log("Sealing and opening a body: µs a call, and our speed over the other's");
console.log("             size     ours      raw     aead  ours/raw ours/aead");
for (const [name, byteLength] of sizes) {
  const plaintext = systemRandomBytes(byteLength);
  const races = { seal: sealRace(plaintext), open: openRace(plaintext) };
  for (const [verb, { ours, raw, aead }] of Object.entries(races))
    console.log(
      `${verb} ${name.padStart(12)}${[ours, raw, aead].map((time) => cell(time, 1)).join("")} ${cell(raw / ours, 2)} ${cell(aead / ours, 2)}`,
    );
}

const runLength = 2_000;
const chain = createChain(deps, vault, owner.device, { count: runLength });
const [first] = chain;
if (first === undefined) throw new RangeError("a chain of 2,000");
const begun = newChain(first.head.vault, first.head.chain);
const { byHead, bySignature } = race({
  byHead: () => must(verifyRun(begun, chain, owner.device.signKey)),
  bySignature: () => {
    for (const envelope of chain) must(verifySignedHead(envelope, owner.device.signKey));
  },
});
console.log(
  `A run of ${runLength} envelopes with their bodies: by its head ${(byHead / 1000).toFixed(1)} ms, signature by signature ${(bySignature / 1000).toFixed(1)} ms, ${(bySignature / byHead).toFixed(1)} times faster`,
);
