import { describe, expect, test } from "vitest";
import { createWorld, errorOf, valueOf } from "../testing/replicas.ts";
import { ensureProject, projectGroups } from "./projects.ts";
import { ensureProjectNamed, projectsNamed } from "./projectNamed.ts";

const commit = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

describe("[MEM15] a project that a person names", () => {
  test("is made once, found by its name in any case, and by its id", () => {
    const { memory } = createWorld().device("laptop");
    expect(valueOf(projectsNamed(memory, "shop"))).toEqual([]);
    const { id } = valueOf(ensureProjectNamed(memory, " shop "));
    expect(valueOf(ensureProjectNamed(memory, "Shop")).id).toBe(id);
    expect(valueOf(projectsNamed(memory, id)).map((one) => one.name)).toEqual(["shop"]);
    expect(valueOf(ensureProjectNamed(memory, id)).id).toBe(id);
  });

  test("is the one of a remote, in any spelling, by its last part too", () => {
    const { memory } = createWorld().device("laptop");
    const { id } = valueOf(ensureProjectNamed(memory, "https://me:key@github.com/acme/Shop.git"));
    for (const name of ["git@github.com:acme/shop", "github.com/acme/shop", "shop"])
      expect(valueOf(ensureProjectNamed(memory, name)).id).toBe(id);
    const [group] = valueOf(projectGroups(memory));
    expect([...(group?.remotes ?? [])]).toEqual(["github.com/acme/shop"]);
  });

  test("is the one of a root commit, and keeps the name that came with it", () => {
    const { memory } = createWorld().device("laptop");
    const { id } = valueOf(ensureProjectNamed(memory, `commit:${commit}:shop`));
    expect(valueOf(ensureProjectNamed(memory, `commit:${commit}:elsewhere`)).id).toBe(id);
    expect(valueOf(projectsNamed(memory, "shop")).map((one) => one.id)).toEqual([id]);
  });

  test("by a bare name is the one with a remote, and a question where two have one", () => {
    const { memory } = createWorld().device("laptop");
    valueOf(ensureProjectNamed(memory, "shop"));
    const remote = valueOf(ensureProject(memory, { remotes: ["git@github.com:acme/shop"] }));
    expect(valueOf(ensureProjectNamed(memory, "shop")).id).toBe(remote?.id);
    expect(valueOf(projectsNamed(memory, "shop")).length).toBe(2);
    valueOf(ensureProject(memory, { remotes: ["git@github.com:other/shop"] }));
    expect(errorOf(ensureProjectNamed(memory, "shop"))).toMatchObject({
      type: "ProjectAmbiguous",
      remotes: ["github.com/acme/shop", "github.com/other/shop"],
    });
  });

  test("is one project though two devices made it at once", () => {
    const world = createWorld();
    const [a, b] = [world.device("laptop").memory, world.device("tower").memory];
    const ids = [a, b].map((memory) => valueOf(ensureProjectNamed(memory, "shop")).id);
    world.exchange();
    for (const memory of [a, b]) {
      const groups = valueOf(projectGroups(memory));
      expect(groups.map((one) => one.ids.toSorted())).toEqual([ids.toSorted()]);
    }
  });

  test("is refused where nothing is named, or an id that is not here", () => {
    const { memory } = createWorld().device("laptop");
    const { id } = valueOf(ensureProjectNamed(createWorld().device("other").memory, "x"));
    for (const text of ["", "  ", id])
      expect(errorOf(ensureProjectNamed(memory, text)).type).toBe("NoProject");
    expect(valueOf(ensureProjectNamed(memory, "work: api")).id).toMatch(/^p_/u);
  });
});
