/**
 * The file that somebody gets who wants everything the relay holds of them. It describes itself, and
 * any program can read it without knowing Duro:
 *
 *     file    = section section …
 *     section = one line of JSON ‖ "\n" ‖ as many bytes as its `byteLength` says ‖ "\n"
 *
 * Every line has `kind` and `byteLength`, and says what its bytes are. The first is `export`, the last
 * `end`, whose `sha256` is of everything before its line; a file without it broke off. Ids are hex as
 * everywhere. What the bytes of a kind mean is in docs/protocol.md: records §3, envelopes §4; a blob's
 * chunks are those that were uploaded, in turn. The relay cannot read what is sealed in them.
 */
import { createHash } from "node:crypto";

export type SectionKind =
  | "export"
  | "account"
  | "identityRecord"
  | "vault"
  | "vaultRecord"
  | "envelope"
  | "blob"
  | "blobChunk"
  | "end";

export type SectionFacts = Readonly<
  Record<string, string | number | boolean | undefined | readonly SectionFacts[]>
>;

export interface Section {
  readonly kind: SectionKind;
  readonly facts: SectionFacts;
  /** One behind the other. */
  readonly parts: readonly Uint8Array[];
}

export const section = (
  kind: SectionKind,
  facts: SectionFacts,
  ...parts: readonly Uint8Array[]
): Section => ({ kind, facts, parts });

const newline = Buffer.from("\n");

const sectionBytes = ({ kind, facts, parts }: Section): Buffer => {
  const byteLength = parts.reduce((sum, part) => sum + part.length, 0);
  const line = Buffer.from(`${JSON.stringify({ kind, ...facts, byteLength })}\n`);
  return Buffer.concat([line, ...parts, newline]);
};

/** One section at a time is in memory. */
export async function* encodeExport(sections: AsyncIterable<Section>): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  for await (const each of sections) {
    const bytes = sectionBytes(each);
    hash.update(bytes);
    yield bytes;
  }
  yield sectionBytes(section("end", { sha256: hash.digest("hex") }));
}
