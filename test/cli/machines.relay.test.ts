/** More machines of one person, by the program itself: let in, brought back, renamed, removed. */
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { endEverything, startProgram } from "../relay/tools/program.ts";
import { newFolder } from "../relay/tools/folders.ts";
import { createMachine, endMachines, found, mustEnd, pair } from "./tools/machine.ts";

let server: string;

beforeAll(async () => {
  const flags = ["--json", "--port", "0", "--data", newFolder(), "--registration", "open"];
  server = await startProgram(flags).url();
});
afterEach(endMachines);
afterAll(endEverything);

const id = expect.stringMatching(/^[0-9a-f]{32}$/u) as string;

describe("more machines", () => {
  test("a second joins with a code and finds it, a third comes back with the words", async () => {
    const [first, second, third] = [
      await createMachine(),
      await createMachine(),
      await createMachine(),
    ];
    const sheet = await found(first, server);
    mustEnd(await first.duro(["remember", "the tests need port 5432", "--tag", "ci"]), 0);
    const who = (await first.duro(["status"])).json;
    const joined = await pair(first, second, server);
    expect(joined).toEqual({
      user: who.user,
      vault: who.vault,
      device: id,
      fingerprint: expect.stringMatching(/^(?:[a-z]+ ){7}[a-z]+$/u) as string,
    });
    const search = await second.duro(["search", "port"]);
    expect(search.json.items).toMatchObject([{ text: "the tests need port 5432" }]);
    mustEnd(await first.duro(["wait"]), 0);
    const from = ["recover", "--server", server, "--phrase-file", sheet];
    const looked = await third.duro([...from, "--dry-run"]);
    expect(looked.json).toMatchObject({ device: null, devices: 2 });
    const back = await third.duro(from);
    mustEnd(back, 0);
    expect(back.json).toEqual({
      user: who.user,
      vault: who.vault,
      device: id,
      restored: 1,
      devices: 3,
      newest: search.json.items[0].at,
    });
    mustEnd(await second.duro(["wait"]), 0);
    const alarms = (await second.duro(["status"])).json.alarms;
    expect(alarms).toMatchObject([
      { code: "new-device", next: expect.stringContaining(back.json.device) as string },
    ]);
    const { devices } = (await second.duro(["device", "list"])).json;
    expect(devices.map(({ scope }: { scope: string }) => scope)).toEqual([
      "full",
      "full",
      "full",
      "paper",
    ]);
    expect((await second.duro(["status"])).json.alarms).toEqual([]);
  });

  test("a wrong number or an unknown code ends both with 10, and lets nobody in", async () => {
    const [first, second] = [await createMachine(), await createMachine()];
    await found(first, server);
    const joining = second.start(["join", "--server", server]);
    const { code } = await joining.next();
    const approving = first.start(["approve", code, "--no-input"]);
    const { check } = await joining.next();
    expect(check).toMatch(/^\d{6}$/u);
    const { card } = await approving.next();
    expect(card).toMatchObject({ system: expect.stringContaining(process.arch) as string });
    approving.say(check === "123456" ? "123457" : "123456");
    const [joined, approved] = await Promise.all([joining.ended, approving.ended]);
    mustEnd(joined, 10);
    mustEnd(approved, 10);
    mustEnd(await first.duro(["approve", code]), 10);
    mustEnd(await first.duro(["approve", "0000-0000-0000-0000-0000"]), 10);
    expect((await second.duro(["status"])).code).toBe(5);
    expect((await first.duro(["device", "list"])).json.devices).toHaveLength(2);
  });

  test("a machine that is interrupted while it waits burns its code, and nobody is let in", async () => {
    const [first, second] = [await createMachine(), await createMachine()];
    await found(first, server);
    const joining = second.start(["join", "--server", server]);
    const { code } = await joining.next();
    joining.child.kill("SIGINT");
    expect((await joining.ended).code).toBe(130);
    mustEnd(await first.duro(["approve", code]), 10);
  });

  test("one that is renamed and removed is so everywhere, and reads on", async () => {
    const [first, second] = [await createMachine(), await createMachine()];
    await found(first, server);
    const { device } = await pair(first, second, server);
    mustEnd(await first.duro(["device", "rename", device.slice(0, 8), "old laptop"]), 0);
    const revoked = await first.duro(["device", "revoke", "Old Laptop"]);
    mustEnd(revoked, 0);
    expect(revoked.json).toMatchObject({ device });
    const { devices } = (await first.duro(["device", "list"])).json;
    expect(devices[1]).toMatchObject({ id: device, name: "old laptop", revoked: true });
    mustEnd(await first.duro(["device", "revoke", device]), 2);
    const own = (await second.duro(["status"])).json;
    expect(own.device).toBe(device);
    mustEnd(await second.duro(["sync"]), 9);
    mustEnd(await second.duro(["approve", "0000-0000-0000-0000-0000"]), 9);
    mustEnd(await second.duro(["list"]), 0);
  });
});

test("other words take the place of the old ones, which end", async () => {
  const [machine, lost] = [await createMachine(), await createMachine()];
  const old = await found(machine, server);
  const fresh = join(machine.home, "fresh");
  const args = ["key", "new-phrase", "--phrase-file", old, "--recovery-out", fresh];
  mustEnd(await machine.duro(args), 0);
  mustEnd(await machine.duro(["key", "verify", "--phrase-file", fresh]), 0);
  mustEnd(await machine.duro(["key", "verify", "--phrase-file", old]), 10);
  const from = ["recover", "--server", server, "--phrase-file"];
  const revoked = await lost.duro([...from, old]);
  mustEnd(revoked, 10);
  expect(revoked.json.error.code).toBe("PhraseRevoked");
  mustEnd(await lost.duro([...from, fresh, "--dry-run"]), 0);
  expect((await machine.duro(["key", "show"])).json).toMatchObject({ generation: 2 });
});
