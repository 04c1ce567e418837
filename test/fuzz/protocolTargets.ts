/** The decoders of frames, bodies, refusals and headers. */
import { headerToLogin, headerToToken } from "../../packages/protocol/src/http/authorization.ts";
import { decodeBody, decodeBodyClear, encodeBody } from "../../packages/protocol/src/body/body.ts";
import { decodeDataContent, encodeDataContent } from "../../packages/protocol/src/body/data.ts";
import {
  bodySpecimens,
  clientFrameSpecimens,
  dataContentSpecimen,
  relayFrameSpecimens,
} from "../../packages/protocol/src/testing/specimens.ts";
import {
  decodeClientFrame,
  encodeClientFrame,
} from "../../packages/protocol/src/wire/clientFrame.ts";
import { decodeRelayFrame, encodeRelayFrame } from "../../packages/protocol/src/wire/relayFrame.ts";
import { readUpdate } from "../../packages/protocol/src/update/readUpdate.ts";
import { type FuzzTarget, oneSpelling, outcomeOf, target, text } from "./target.ts";

/** A text, a map with values in each other, a deletion: as Yjs wrote it for this clientID. */
const updateAuthor = 20;
const updateSpecimen = new Uint8Array(
  Buffer.from(
    "010b14000601017401620474727565841400016881140101841402036c6c6f8614050162046e756c6c2801016d016b017601016175047d01770374776f7c3f0000007e2701016d016e01230014080178020000c6140214030162046e756c6cc5140a1403077b2269223a317dc6140b1403016204747275650114010201",
    "hex",
  ),
);

const frameErrors = ["Malformed", "FrameUnknown", "FrameTooLarge"];
const bodyErrors = ["Malformed", "FormatUnsupported"];

const bodies = Object.values(bodySpecimens);

const bodyTargets = Object.entries(bodySpecimens).flatMap(([name, { head, body }]) => {
  const { clear, plaintext } = encodeBody(body);
  return [
    target(`${name} plaintext`, [plaintext], bodyErrors, (input) =>
      outcomeOf(decodeBody(head, { clear, plaintext: input })),
    ),
    target(`${name} clear part`, [clear], bodyErrors, (input) =>
      outcomeOf(decodeBodyClear(head.kind, input)),
    ),
  ];
});

const asText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export const protocolTargets: readonly FuzzTarget[] = [
  target(
    "frame of a client",
    Object.values(clientFrameSpecimens).map(encodeClientFrame),
    frameErrors,
    (input) => oneSpelling(input, decodeClientFrame(input), encodeClientFrame),
  ),
  target(
    "frame of a relay",
    Object.values(relayFrameSpecimens).map(encodeRelayFrame),
    frameErrors,
    (input) => oneSpelling(input, decodeRelayFrame(input), encodeRelayFrame),
  ),
  ...bodyTargets,
  target(
    "body of any kind",
    bodies.map(({ body }) => encodeBody(body).plaintext),
    bodyErrors,
    (input) => {
      const { head, body } = bodies[input.length % bodies.length] ?? bodySpecimens.Data;
      return outcomeOf(decodeBody(head, { clear: encodeBody(body).clear, plaintext: input }));
    },
  ),
  target("update of a document", [updateSpecimen], ["Malformed"], (input) =>
    outcomeOf(readUpdate(input, updateAuthor)),
  ),
  target("content of a DATA", [encodeDataContent(dataContentSpecimen)], ["Malformed"], (input) =>
    oneSpelling(input, decodeDataContent(input), encodeDataContent),
  ),
  target(
    "authorization header",
    [
      text(`Bearer ${"ab".repeat(32)}`),
      text(`Duro ${"01".repeat(16)}.${"02".repeat(32)}.17.${"03".repeat(64)}`),
    ],
    ["refused"],
    (input) => {
      const header = asText(input);
      return (headerToToken(header) ?? headerToLogin(header)) ? "ok" : "refused";
    },
  ),
];
