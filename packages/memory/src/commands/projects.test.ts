import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createWorld, valueOf } from "../testing/replicas.ts";
import { list } from "./list.ts";
import { ensureProject, findProject, normaliseRemote, projectGroups } from "./projects.ts";
import { remember } from "./remember.ts";

describe("[MEM15] a git remote", () => {
  test.each([
    "git@github.com:Acme/Shop.git",
    "ssh://git@github.com:22/acme/shop.git",
    "https://github.com/acme/shop",
    "https://someone:token@github.com/acme/shop.git/",
    "git://github.com/acme/shop.git",
    "  github.com:acme/shop  ",
    "https://github.com//acme/shop?x=1",
  ])("is one project however it is written: %s", (remote) => {
    expect(normaliseRemote(remote)).toBe("github.com/acme/shop");
  });

  test.each([
    "/srv/git/shop.git",
    "../shop",
    "C:\\src\\shop",
    "file:///srv/shop",
    "",
    "https://localhost/a/b",
  ])("that is a path names no project: %s", (remote) => {
    expect(normaliseRemote(remote)).toBeUndefined();
  });

  test("never lets a password through", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{8}$/u), (secret) => {
        const remote = `https://user:${secret}@git.example.org/a/b.git`;
        expect(normaliseRemote(remote)).toBe("git.example.org/a/b");
      }),
    );
  });
});

describe("[MEM15] a project", () => {
  const signs = { remotes: ["git@github.com:acme/shop.git"] };

  test("is found by any of its remotes and made once", () => {
    const { memory } = createWorld().device("laptop");
    const first = valueOf(ensureProject(memory, signs));
    const both = { remotes: [...signs.remotes, "https://mirror.example.org/shop"] };
    expect(valueOf(ensureProject(memory, both))).toMatchObject({ id: first?.id, isNew: false });
    const byMirror = valueOf(
      findProject(memory, { remotes: ["https://mirror.example.org/shop/"] }),
    );
    expect(byMirror).toMatchObject({ id: first?.id, name: "shop" });
  });

  test("is its root commit only where it has no remote, since forks share that", () => {
    const { memory } = createWorld().device("laptop");
    const alone = valueOf(ensureProject(memory, { remotes: [], rootCommit: "ABC1" }));
    const fork = valueOf(ensureProject(memory, { ...signs, rootCommit: "abc1" }));
    expect(fork?.id).not.toBe(alone?.id);
    expect(valueOf(findProject(memory, { remotes: [], rootCommit: "abc1" }))?.id).toBe(alone?.id);
  });

  test("is none where only a path tells a folder from others", () => {
    const { memory } = createWorld().device("laptop");
    expect(
      valueOf(ensureProject(memory, { remotes: ["/srv/x"], root: "/home/x" })),
    ).toBeUndefined();
  });

  test("that two devices made at once is one, and what either noted in it is found", () => {
    const world = createWorld();
    const [laptop, tower] = [world.device("laptop").memory, world.device("tower").memory];
    for (const memory of [laptop, tower]) {
      const made = valueOf(ensureProject(memory, signs));
      valueOf(remember(memory, { claim: `on ${memory.device}`, project: made?.id }));
    }
    world.exchange();
    const [group, ...others] = valueOf(projectGroups(laptop));
    expect([group?.ids.length, others]).toEqual([2, []]);
    expect(valueOf(projectGroups(tower))[0]?.id).toBe(group?.id);
    const items = valueOf(list(laptop, { projects: group?.ids })).items;
    expect(items.map(({ text }) => text).toSorted()).toEqual(["on laptop", "on tower"]);
  });
});
