/** What a DATA carries once inflated, and what it may not carry. */
import { encode } from "../../../packages/crypto/src/bytes/writer.ts";
import { encodeDataContent, limits } from "../../../packages/protocol/src/index.ts";
import { dataContentSpecimen } from "../../../packages/protocol/src/testing/specimens.ts";
import { hexOf, jsonOf, type VectorFile } from "../format.ts";
import type { DataContentInput } from "../run/body.ts";
import { filled, lengthened, shortened } from "./bytes.ts";
import { fault, golden } from "./cases.ts";

const contentOf = (
  docs: readonly number[],
  seen: readonly (readonly [number, number])[],
): Uint8Array =>
  encode((to) => {
    to.list(docs, (_, doc) => {
      to.bytes(filled(16, doc));
      to.varBytes(filled(2, 0x55));
    });
    to.list(seen, (_, [chain, seq]) => {
      to.bytes(filled(16, chain));
      to.varUint(seq);
    });
  });

export const makeDataContent = (): VectorFile<DataContentInput> => {
  const bytes = encodeDataContent(dataContentSpecimen);
  const wrong = (name: string, why: string, content: Uint8Array) =>
    fault<DataContentInput>("Malformed", name, why, { content: hexOf(content) });
  return {
    layer: "data-content",
    about: "The content of a DATA, once inflated (docs/protocol.md §6).",
    cases: [
      golden(
        "a content",
        "updates, and what was seen",
        { content: hexOf(bytes) },
        jsonOf(dataContentSpecimen),
      ),
      golden("an empty content", "two empty lists", { content: "0000" }, { updates: [], seen: [] }),
      wrong("no bytes", "two lists", new Uint8Array()),
      wrong("a content cut short", "BODY4: every field is whole", shortened(bytes)),
      wrong("a byte behind", "BODY4: nothing is left over", lengthened(bytes)),
      wrong("documents in falling order", "WIRE2: a set has one spelling", contentOf([7, 6], [])),
      wrong("a document twice", "WIRE2: nothing stands twice in a set", contentOf([6, 6], [])),
      wrong(
        "chains in falling order",
        "WIRE2: a set has one spelling",
        contentOf(
          [],
          [
            [5, 1],
            [4, 1],
          ],
        ),
      ),
      wrong(
        "a chain seen twice",
        "WIRE2: nothing stands twice in a set",
        contentOf(
          [],
          [
            [4, 1],
            [4, 2],
          ],
        ),
      ),
      wrong("seq 0 seen", "seqs begin at 1", contentOf([], [[4, 0]])),
      wrong(
        "more documents than the limit",
        "at most 1,024",
        encode((to) => to.varUint(limits.docsPerBodyMax + 1)),
      ),
      wrong(
        "more chains than the limit",
        "at most 4,096",
        encode((to) => {
          to.varUint(0);
          to.varUint(limits.chainsPerVectorMax + 1);
        }),
      ),
    ],
  };
};
