import { describe, expect, test } from "vitest";
import {
  protocolHistory,
  protocolVersion,
  protocolVersionMax,
  protocolVersionMin,
  subprotocol,
} from "./version.ts";

describe("version", () => {
  test("[VER1] the history ends with the version spoken, and skips none", () => {
    expect(protocolHistory.map(({ version }) => version)).toEqual(
      Array.from({ length: protocolVersion }, (_, at) => at + 1),
    );
    for (const { date, changed } of protocolHistory) {
      expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/u);
      expect(changed).toMatch(/\.$/u);
    }
  });

  test("[VER2] the version spoken lies within the range supported, and names the subprotocol", () => {
    expect(protocolVersionMin).toBeLessThanOrEqual(protocolVersion);
    expect(protocolVersionMax).toBeGreaterThanOrEqual(protocolVersion);
    expect(subprotocol).toBe(`duro.${protocolVersion}`);
  });
});
