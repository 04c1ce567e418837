/** A relay that is started, stopped, killed and started again, by root and by an ordinary user. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { Exit } from "../../packages/server/src/exits.ts";
import {
  canBecomeOrdinary,
  isRoot,
  ordinaryUid,
} from "../../packages/server/src/embedded/testing/machine.ts";
import { isAlive, newFolder, postmastersIn, waitUntil } from "./tools/folders.ts";
import { endEverything, postmasterOf, startProgram, type StartOptions } from "./tools/program.ts";

afterEach(endEverything);

/** What is promised is 5 s and 2 s; a machine that tests in parallel gets more. */
const firstStartMsMax = 30_000;
const secondStartMsMax = 15_000;
const goneMsMax = 5_000;

interface Case {
  readonly who: string;
  readonly data: () => string;
  readonly options: StartOptions;
}

const self: Case = { who: isRoot ? "root" : "an ordinary user", data: newFolder, options: {} };

/** Only who may become others can try these; a clone in a folder of root's is closed to them, too. */
const others: readonly Case[] = [
  ...(canBecomeOrdinary
    ? [
        {
          who: "an ordinary user",
          data: () => newFolder({ uid: ordinaryUid }),
          options: { uid: ordinaryUid },
        },
      ]
    : []),
  ...(isRoot
    ? [
        {
          who: "root, in a folder that only root may enter",
          data: () => {
            const closed = join(newFolder(), "closed");
            mkdirSync(closed, { mode: 0o700 });
            return join(closed, "deeper", "data");
          },
          options: {},
        },
      ]
    : []),
];

const about = async (url: string): Promise<unknown> => {
  const answer = await fetch(`${url}/.well-known/duro`);
  expect(answer.status).toBe(200);
  return answer.json();
};

describe.each([self, ...others])("started by $who", ({ who, data, options }) => {
  test("it says its URL first, is the same relay each time, and stops its Postgres, also one that a killed relay left", async () => {
    const folder = data();
    const start = () => startProgram(["--json", "--port", "0", "--data", folder], options);
    const first = start();
    const before = await about(await first.url());
    expect(first.firstLineMs()).toBeLessThan(firstStartMsMax);
    expect(isAlive(postmasterOf(folder))).toBe(true);
    expect(await first.stop()).toEqual({ code: Exit.Done, signal: null });
    expect(postmastersIn(folder)).toEqual([]);

    const second = start();
    expect(await about(await second.url())).toEqual(before);
    expect(second.firstLineMs()).toBeLessThan(secondStartMsMax);
    const orphan = postmasterOf(folder);
    await second.kill();
    expect(isAlive(orphan)).toBe(true);

    const third = start();
    expect(await about(await third.url())).toEqual(before);
    expect(postmastersIn(folder)).toEqual([orphan]);
    expect(await third.stop()).toEqual({ code: Exit.Done, signal: null });
    expect(await waitUntil(() => !isAlive(orphan), goneMsMax)).toBe(true);
    const [firstMs, secondMs, thirdMs] = [first, second, third].map((program) =>
      Math.round(program.firstLineMs() ?? 0),
    );
    console.log(`${who}: ${firstMs} ms, then ${secondMs} ms, on what was left ${thirdMs} ms`);
  });
});
