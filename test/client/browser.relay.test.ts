/** The same engine in a browser on IndexedDB and in Node on SQLite: each has what the other writes. */
import { DeviceScope } from "@duro/crypto/types";
import { approvePairing } from "@duro/client";
import { afterAll, expect, test } from "vitest";
import { endEverything } from "../relay/tools/program.ts";
import { servePage } from "./tools/browserPage.ts";
import type { BrowserDevice } from "./tools/browserDevice.ts";
import {
  closeMachines,
  foundPerson,
  isSent,
  notes,
  openText,
  randomBytes,
  startRelay,
  until,
} from "./tools/machines.ts";

afterAll(endEverything);

test("a page and a machine are two devices of one person, through the relay", async () => {
  const server = await servePage();
  const relay = await startRelay("--allow-origin", server.origin);
  try {
    const laptop = await foundPerson(relay.url);
    const { vault } = laptop;
    const text = await openText(laptop, vault);
    await text.write("from Node. ");
    await until(() => isSent(laptop, vault), "it is sent");

    const page = await server.openPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    let code: string | undefined;
    let checkNumber: string | undefined;
    await page.exposeFunction("showCode", (shown: string) => {
      code = shown;
    });
    await page.exposeFunction("showCheckNumber", (shown: string) => {
      checkNumber = shown;
    });
    await page.goto(server.origin);
    await page.evaluate("globalThis.screenOfTest = { showCode, showCheckNumber }");
    await page.waitForFunction("globalThis.device !== undefined", undefined, { timeout: 60_000 });
    const joined = page.evaluate((url) => globalThis.device.join(url), relay.url);
    await until(() => code !== undefined, `the page shows a code: ${complaints.join()}`, 60_000);
    const approved = await approvePairing(
      { ...laptop, randomBytes, relayUrl: relay.url },
      {
        code: code ?? "",
        as: { scope: DeviceScope.Full },
        choose: async (numbers) => {
          await until(() => checkNumber !== undefined, "the page shows a number");
          return numbers.find((number) => number === checkNumber);
        },
      },
    );
    expect(approved.ok).toBe(true);
    await joined;

    await page.evaluate(([id, doc]) => globalThis.device.open(id ?? "", doc ?? ""), [vault, notes]);
    const inPage = <T>(ask: keyof BrowserDevice): Promise<T> =>
      page.evaluate((name) => (globalThis.device[name] as () => T)(), ask);
    await page.waitForFunction(() => globalThis.device.read() === "from Node. ");
    await page.evaluate(() => globalThis.device.write("from Chromium. "));
    await until(() => text.read() === "from Node. from Chromium. ", "it comes from the page");
    await text.write("And back.");
    await page.waitForFunction(() => globalThis.device.read().endsWith("And back."));
    await page.waitForFunction(() => globalThis.device.isSent());
    expect(await inPage<string>("read")).toBe(text.read());
    expect(await inPage<readonly string[]>("failures")).toEqual([]);
    expect(complaints).toEqual([]);
    await closeMachines();
  } finally {
    await server.close();
  }
});
