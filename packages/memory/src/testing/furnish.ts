/** A memory with some of everything in it, for tests of what reads or carries all kinds. */
import { edit } from "../commands/edit.ts";
import { closeEpisode, linkEpisode, noteInEpisode, startEpisode } from "../commands/episodes.ts";
import { judge, validate } from "../commands/judge.ts";
import { ensureProject } from "../commands/projects.ts";
import { decide, remember } from "../commands/remember.ts";
import { addCheckpoint, addSession } from "../commands/sessions.ts";
import { countUse, saveSkill } from "../commands/skills.ts";
import { addTask, commentTask } from "../commands/tasks.ts";
import type { EntryId } from "../ids.ts";
import type { Memory } from "../memory.ts";
import { start, valueOf } from "./replicas.ts";

export const devicePath = "/home/somebody/src/shop";

export type Furnished = Readonly<
  Record<"decision" | "episode" | "fact" | "oldFact" | "project" | "skill" | "task", EntryId>
>;

export const furnish = (memory: Memory): Furnished => {
  const remotes = ["git@github.com:acme/Shop.git"];
  const ensured = valueOf(ensureProject(memory, { remotes, name: "shop", root: devicePath }));
  const project = ensured?.id;
  if (project === undefined) throw new Error("a project");
  const { id: oldFact } = valueOf(
    remember(memory, {
      claim: "the login test waits for port 5432",
      kind: "gotcha",
      tags: ["tests", "login"],
      evidence: { type: "quote", snippet: "ECONNREFUSED", files: [{ path: "test/login.ts" }] },
      project,
    }),
  );
  const { id: fact } = valueOf(edit(memory, oldFact, { text: "it waits for port 5433" }));
  const { id: decision } = valueOf(
    decide(memory, {
      decision: "use SQLite",
      rationale: "one file",
      alternatives: [{ option: "Postgres", whyNot: "a server" }],
      expected: "no set-up",
      project,
      tags: ["db"],
    }),
  );
  valueOf(validate(memory, decision, { status: "partial", by: "user", actual: "mostly" }));
  valueOf(validate(memory, decision, { status: "validated", by: "user" }));
  valueOf(judge(memory, fact, { t: "confirm", by: "user" }));
  const { id: episode } = valueOf(startEpisode(memory, { goal: "make login fast", project }));
  valueOf(noteInEpisode(memory, episode, { text: "measured parseLoginToken", tool: "bash" }));
  valueOf(linkEpisode(memory, episode, { relation: "decisions_used", to: decision }));
  valueOf(closeEpisode(memory, episode, { result: "success", summary: "twice as fast" }));
  const skill = valueOf(
    saveSkill(memory, {
      name: "release",
      body: "1. tag\n2. push\n",
      description: "how we release",
    }),
  ).id;
  valueOf(countUse(memory, skill, { isOk: true }));
  const session = valueOf(
    addSession(memory, {
      agent: { tool: "an agent" },
      nativeId: "6f1d",
      project,
      cwd: devicePath,
      firstPrompt: "the login test is flaky",
      started: start,
    }),
  ).id;
  valueOf(addCheckpoint(memory, { session, name: "before refactor" }));
  const { id: task } = valueOf(addTask(memory, { title: "fix it", project, description: "soon" }));
  valueOf(commentTask(memory, task, { text: "seen" }));
  return { project, oldFact, fact, decision, episode, skill, task };
};
