/**
 * A certificate for loopback that signs itself, in DER by hand (RFC 5280, RFC 8410): Node makes keys and
 * none of these. Made anew by each test, so that no key lies in the tree.
 */
import { concatBytes } from "@duro/crypto/types";
import { generateKeyPairSync, sign } from "node:crypto";

export interface TestCertificate {
  /** Both in PEM. */
  readonly certificate: string;
  readonly key: string;
}

const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  text: 0x0c,
  sequence: 0x30,
  set: 0x31,
  time: 0x18,
  version: 0xa0,
  extensions: 0xa3,
  dnsName: 0x82,
  address: 0x87,
} as const;

const lengthOf = (byteLength: number): readonly number[] => {
  if (byteLength < 0x80) return [byteLength];
  return byteLength < 0x100 ? [0x81, byteLength] : [0x82, byteLength >> 8, byteLength & 0xff];
};

const der = (tag: number, ...parts: readonly Uint8Array[]): Uint8Array => {
  const content = concatBytes(...parts);
  return Uint8Array.of(tag, ...lengthOf(content.length), ...content);
};

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

const ed25519 = der(Tag.sequence, der(Tag.oid, bytes(0x2b, 0x65, 0x70)));
const commonName = der(Tag.oid, bytes(0x55, 0x04, 0x03));
const alternativeNames = der(Tag.oid, bytes(0x55, 0x1d, 0x11));
const basicConstraints = der(Tag.oid, bytes(0x55, 0x1d, 0x13));
const yes = bytes(0xff);

const pem = (label: string, content: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(content).toString("base64")}\n-----END ${label}-----\n`;

/** Good for `localhost` and 127.0.0.1, and for as long as any test runs. */
export const createTestCertificate = (): TestCertificate => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const name = der(
    Tag.sequence,
    der(Tag.set, der(Tag.sequence, commonName, der(Tag.text, ascii("Duro test")))),
  );
  const validity = der(
    Tag.sequence,
    der(Tag.time, ascii("20200101000000Z")),
    der(Tag.time, ascii("21000101000000Z")),
  );
  const authority = der(
    Tag.sequence,
    basicConstraints,
    der(Tag.boolean, yes),
    der(Tag.octets, der(Tag.sequence, der(Tag.boolean, yes))),
  );
  const names = der(
    Tag.sequence,
    alternativeNames,
    der(
      Tag.octets,
      der(
        Tag.sequence,
        der(Tag.dnsName, ascii("localhost")),
        der(Tag.address, bytes(127, 0, 0, 1)),
      ),
    ),
  );
  const content = der(
    Tag.sequence,
    der(Tag.version, der(Tag.integer, bytes(2))),
    der(Tag.integer, bytes(1)),
    ed25519,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(Tag.extensions, der(Tag.sequence, authority, names)),
  );
  const signature = der(Tag.bits, bytes(0), sign(null, content, privateKey));
  return {
    certificate: pem("CERTIFICATE", der(Tag.sequence, content, ed25519, signature)),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
};
