import { chmod, chown, cp, mkdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { assert } from "@duro/crypto/types";
import { afterAll, describe, expect, test } from "vitest";
import { type Binaries, locateBinaries } from "./binaries.ts";
import { chooseWay } from "./chooseWay.ts";
import { errorToSentence } from "./embeddedPostgres.ts";
import { linkLibraries, postgresEnvironment } from "./libraryLinks.ts";
import { placesIn } from "./places.ts";
import {
  connect,
  createFolder,
  isKept,
  keep,
  removeSharedFolder,
  sharedFolder,
  startRefused,
  startRunning,
} from "./testing/fixture.ts";
import {
  canBecomeOrdinary,
  hasCapabilities,
  hasNamespaces,
  isRoot,
  ordinaryUid,
} from "./testing/machine.ts";
import { spawnOwner } from "./testing/owner.ts";
import { type Way, waysFor } from "./ways.ts";

/**
 * As whom Postgres runs. What can be tried depends on who runs the tests and what the machine allows,
 * so the cases are put together from that; a case that is not listed could not be tried here.
 */

afterAll(removeSharedFolder);

interface Case {
  readonly title: string;
  readonly run: () => Promise<void>;
}

const root = { uid: 0, gid: 0 };

const wayNamed = (name: Way["name"]): Way => {
  const way = waysFor(root).find((each) => each.name === name);
  assert(way !== undefined, `root has the way ${name}`);
  return way;
};

/** One that no machine offers. */
const blocked: Way = {
  ...wayNamed("userNamespace"),
  wrap: () => ({ command: "sh", args: ["-c", "echo namespaces are forbidden here >&2; exit 1"] }),
};

/** `nobody` outside of namespaces; what /proc says, since Postgres itself cannot know. */
const statusOf = async (pid: number): Promise<{ uid: string; capabilities: string }> => {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const [, uid = ""] = /^Uid:\t(\d+)/mu.exec(status) ?? [];
  const [, capabilities = ""] = /^CapEff:\t0*([0-9a-f]+)$/mu.exec(status) ?? [];
  return { uid, capabilities };
};

/** Everybody may enter this one, for the way that wants it. */
const createOpenFolder = async (): Promise<string> => {
  const folder = await createFolder();
  await chmod(folder, 0o755);
  return join(folder, "postgres");
};

const statuses = {
  userNamespace: { uid: "0", capabilities: "0" },
  // 2 is CAP_DAC_OVERRIDE, and nothing else.
  ambientCapability: { uid: "65534", capabilities: "2" },
  plainUser: { uid: "65534", capabilities: "0" },
} as const;

const namespaceCases: readonly Case[] = [
  {
    title: "a user namespace carries it through folders that only root may enter, without a power",
    run: async () => {
      const folder = await sharedFolder();
      const running = await startRunning({ folder, ways: [wayNamed("userNamespace")] });
      expect(running.sentence).toContain("in a user namespace since it refuses root");
      expect(await statusOf(running.pid)).toEqual(statuses.userNamespace);
      await keep(running);
    },
  },
];

/** As with a clone that lies in root's home: the program itself, where nobody else may enter. */
const isOpenToProgramOfRoots = async (name: Way["name"]): Promise<boolean> => {
  const located = locateBinaries(process);
  assert(located.ok, "the tests run where the relay brings a Postgres");
  const folder = await createFolder();
  await chmod(folder, 0o755);
  const program = await createFolder();
  const moved = (path: string) =>
    join(program, relative(join(located.value.libraries, ".."), path));
  await cp(join(located.value.libraries, ".."), program, { recursive: true });
  const binaries: Binaries = {
    ...located.value,
    initdb: moved(located.value.initdb),
    postgres: moved(located.value.postgres),
    libraries: moved(located.value.libraries),
  };
  const places = placesIn(folder);
  await linkLibraries(binaries, places.libraries);
  const env = postgresEnvironment(binaries, places.libraries);
  const ways = [wayNamed(name)];
  const way = await chooseWay({ places, binaries, env, own: root, ways, log: () => undefined });
  return way.ok;
};

const capabilityCases: readonly Case[] = [
  {
    title: "one kept capability carries it also where the program is root's alone",
    run: async () => {
      expect(await isOpenToProgramOfRoots("ambientCapability")).toBe(true);
    },
  },
  {
    title: "one kept capability carries it through folders that only root may enter",
    run: async () => {
      const folder = join(await createFolder(), "only-root", "postgres");
      await mkdir(join(folder, ".."), { mode: 0o700 });
      const running = await startRunning({ folder, ways: [wayNamed("ambientCapability")] });
      expect(running.sentence).toContain("as user id 65534 that may pass root's folders");
      expect(await statusOf(running.pid)).toEqual(statuses.ambientCapability);
      expect(await connect(running)`select 1 as one`).toEqual([{ one: 1 }]);
      const { data, password } = placesIn(folder);
      const owners = await Promise.all(
        [folder, password, data].map(async (p) => (await stat(p)).uid),
      );
      expect(owners).toEqual([0, 0, 65_534]);
      expect((await stat(join(folder, ".."))).mode & 0o777).toBe(0o700);
    },
  },
  {
    title: "the next way is taken where the first is closed",
    run: async () => {
      const ways = [blocked, wayNamed("ambientCapability")];
      const running = await startRunning({ folder: await sharedFolder(), ways });
      expect((await statusOf(running.pid)).uid).toBe("65534");
    },
  },
];

/** A plain user needs a clone that everybody may enter, too. */
const openWays = [
  "plainUser",
  "userNamespace",
  "ambientCapability",
  "plainUser",
  "ambientCapability",
  "userNamespace",
] as const;
const closedWays = ["userNamespace", "ambientCapability", "userNamespace"] as const;

const bothCases: readonly Case[] = [
  {
    title: "one folder may be come to by another way each time, also after a crash",
    run: async () => {
      const folder = await createOpenFolder();
      let word: string | undefined;
      for (const name of canBecomeOrdinary ? openWays : closedWays) {
        const running = await startRunning({ folder, ways: [wayNamed(name)] });
        expect(await statusOf(running.pid)).toEqual(statuses[name]);
        if (word === undefined) await connect(running)`create table kept (word text)`;
        else expect(await isKept(running, word)).toBe(true);
        word = await keep(running);
        process.kill(running.pid, "SIGKILL");
        await running.died;
        await running.stop();
      }
    },
  },
];

const rootCases: readonly Case[] = [
  {
    title: "another user does not carry it where the program is root's alone",
    run: async () => {
      expect(await isOpenToProgramOfRoots("plainUser")).toBe(false);
    },
  },
  {
    title: "another user does not carry it into a folder that only root may enter",
    run: async () => {
      const folder = join(await createFolder(), "postgres");
      const error = await startRefused({ folder, ways: [wayNamed("plainUser")] });
      expect(error).toMatchObject({ type: "RootRefused", reasons: [{ way: "plainUser" }] });
      expect((await stat(folder)).uid).toBe(0);
    },
  },
  {
    title: "where no way is open the operator hears of each, and what to do",
    run: async () => {
      const folder = join(await createFolder(), "postgres");
      const error = await startRefused({ folder, ways: [blocked, wayNamed("plainUser")] });
      const sentence = errorToSentence(error);
      expect(sentence).toContain("userNamespace: namespaces are forbidden here; plainUser: ");
      expect(sentence).toContain("run the relay as an ordinary user, or give DATABASE_URL");
    },
  },
  {
    title: "a folder of some other user is left alone",
    run: async () => {
      const folder = await createFolder();
      await chown(folder, 12_345, 12_345);
      expect(await startRefused({ folder })).toEqual({
        type: "FolderNotOurs",
        path: folder,
        ownerUid: 12_345,
        uid: 0,
      });
      expect((await stat(folder)).uid).toBe(12_345);
    },
  },
];

const ordinaryFolder = async (): Promise<string> => {
  const folder = await createFolder();
  await chown(folder, ordinaryUid, ordinaryUid);
  return join(folder, "postgres");
};

const becomeOrdinaryCases: readonly Case[] = [
  {
    title: "an ordinary user's relay runs it directly, and adopts it",
    run: async () => {
      const folder = await ordinaryFolder();
      const owner = spawnOwner({ folder, uid: ordinaryUid });
      const first = await owner.report;
      expect(first.sentence).toMatch(/ runs in \S+\.$/u);
      expect(await statusOf(first.pid)).toEqual({ uid: String(ordinaryUid), capabilities: "0" });
      await owner.kill();
      const second = await spawnOwner({ folder, uid: ordinaryUid }).report;
      expect([second.wasAdopted, second.pid]).toEqual([true, first.pid]);
    },
  },
  {
    title: "an ordinary user's relay leaves root's data alone",
    run: async () => {
      const folder = await ordinaryFolder();
      await mkdir(folder, { mode: 0o700 });
      const { error } = await spawnOwner({ folder, uid: ordinaryUid }).report;
      expect(error).toMatchObject({ type: "FolderNotOurs", ownerUid: 0, uid: ordinaryUid });
    },
  },
];

const ordinaryCases: readonly Case[] = [
  {
    title: "an ordinary user runs it directly",
    run: async () => {
      const running = await startRunning({ folder: await sharedFolder() });
      expect(running.sentence).toMatch(/ runs in \S+\.$/u);
    },
  },
];

const cases: readonly Case[] = isRoot
  ? [
      ...rootCases,
      ...(hasNamespaces ? namespaceCases : []),
      ...(hasCapabilities ? capabilityCases : []),
      ...(hasNamespaces && hasCapabilities ? bothCases : []),
      ...(canBecomeOrdinary ? becomeOrdinaryCases : []),
    ]
  : ordinaryCases;

describe("Postgres, as whoever runs the tests starts it", () => {
  test.each(cases.map(({ title, run }) => [title, run] as const))("%s", async (_title, run) => {
    expect.hasAssertions();
    await run();
  });

  test("is tried by the ways that fit who starts it", () => {
    const names = (uid: number) => waysFor({ uid, gid: uid }).map(({ name }) => name);
    expect(names(0)).toEqual(["userNamespace", "ambientCapability", "plainUser"]);
    expect(names(1_000)).toEqual(["direct"]);
  });
});
