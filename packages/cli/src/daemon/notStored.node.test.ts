import { expect, test } from "vitest";
import { editNotStored } from "./notStored.ts";

test("an edit that waits for the disk is not said to be gone, and one that no device reads is not said to wait", () => {
  const waiting = editNotStored("SaveFailed", "StoreFull");
  expect(waiting).toMatchObject({ code: "SaveFailed", exit: 1 });
  expect(waiting.message).toContain("tries again");
  expect(waiting.next).toContain("duro list");
  const refused = editNotStored("SaveFailed", "EditRefused");
  expect(refused.message).not.toContain("disk");
  expect(refused.next).toBe("go on without that value");
});
