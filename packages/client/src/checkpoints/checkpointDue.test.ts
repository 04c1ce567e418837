import { expect, test } from "vitest";
import { checkpointDue } from "./checkpointDue.ts";

test.each([
  [0, 0, false],
  [300, 1_048_576, false],
  [301, 0, true],
  [1, 1_048_577, true],
])("after %i envelopes of %i bytes a checkpoint is due: %s", (envelopeCount, byteLength, isDue) => {
  expect(checkpointDue({ envelopeCount, byteLength })).toBe(isDue);
});
