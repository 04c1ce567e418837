/** Episodes, skills, sessions, tasks: what each of them adds to what all entries do. */
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { skillsDoc } from "../docs/names.ts";
import { actionCountMax } from "../entities/episode.ts";
import type { EntryId } from "../ids.ts";
import type { Memory } from "../memory.ts";
import { createWorld, errorOf, start, valueOf } from "../testing/replicas.ts";
import { edit } from "./edit.ts";
import {
  actionsOf,
  closeEpisode,
  type Closing,
  linkEpisode,
  noteInEpisode,
  startEpisode,
} from "./episodes.ts";
import { show } from "./find.ts";
import { list } from "./list.ts";
import { remember } from "./remember.ts";
import { addCheckpoint, addSession } from "./sessions.ts";
import { countUse, saveSkill, skillsNamed, usesOf } from "./skills.ts";
import { addTask, commentTask, describeTask } from "./tasks.ts";

const twoDevices = () => {
  const world = createWorld();
  return { world, laptop: world.device("laptop").memory, tower: world.device("tower").memory };
};

const episodeOn = (memory: Memory, id: EntryId) => {
  const item = valueOf(show(memory, id));
  if (item.type !== "episode") throw new Error("an episode");
  return item.entry;
};

describe("an episode", () => {
  test("keeps the notes of two devices, in the order of their times", () => {
    const { world, laptop, tower } = twoDevices();
    const { id } = valueOf(startEpisode(laptop, { goal: "g" }));
    world.exchange();
    valueOf(noteInEpisode(tower, id, { text: "first" }));
    world.clock.nowMs += 1;
    valueOf(noteInEpisode(laptop, id, { text: "second", tool: "bash" }));
    world.exchange();
    for (const memory of [laptop, tower])
      expect(actionsOf(episodeOn(memory, id).lists).map(({ s }) => s)).toEqual(["first", "second"]);
  });

  test("[MEM5] closed on two devices at once has one of both closings, not a mixture", () => {
    const closings: readonly Closing[] = [
      { result: "success", summary: "it works" },
      { result: "failed" },
    ];
    for (const [first, second] of [closings, closings.toReversed()]) {
      if (first === undefined || second === undefined) throw new Error("two");
      const { world, laptop, tower } = twoDevices();
      const { id } = valueOf(startEpisode(laptop, { goal: "g" }));
      world.exchange();
      valueOf(closeEpisode(laptop, id, first));
      world.clock.nowMs += 1;
      valueOf(closeEpisode(tower, id, second));
      world.exchange();
      const { result, summary, closed } = episodeOn(laptop, id).fields;
      const whole = [first, second].map((one, at) => [one.result, one.summary ?? "", start + at]);
      expect(whole).toContainEqual([result, summary, closed]);
      expect(episodeOn(tower, id).fields).toEqual(episodeOn(laptop, id).fields);
    }
  });

  test("takes so many notes and no more, and only links that can be read again", () => {
    const { laptop } = twoDevices();
    const { id } = valueOf(startEpisode(laptop, { goal: "g" }));
    for (let count = 0; count < actionCountMax; count += 1)
      valueOf(noteInEpisode(laptop, id, { text: "x" }));
    expect(errorOf(noteInEpisode(laptop, id, { text: "x" })).type).toBe("EpisodeFull");
    expect(errorOf(linkEpisode(laptop, id, { relation: "a:b", to: id })).type).toBe("BadField");
    const { id: fact } = valueOf(remember(laptop, { claim: "x" }));
    expect(errorOf(noteInEpisode(laptop, fact, { text: "x" })).type).toBe("WrongType");
  });
});

describe("a skill", () => {
  const body = "1. tag\n2. push\n3. wait\n";

  test("is edited in place when it is saved again, and both of two edits at once are kept", () => {
    const { world, laptop, tower } = twoDevices();
    const { id } = valueOf(saveSkill(laptop, { name: "release", body }));
    world.exchange();
    const atLaptop = valueOf(saveSkill(laptop, { name: "release", body: `0. test\n${body}` }));
    valueOf(saveSkill(tower, { name: "release", body: body.replace("wait", "wait an hour") }));
    expect(atLaptop.id).toBe(id);
    world.exchange();
    const [one] = valueOf(skillsNamed(tower, "release"));
    expect(one?.entry.texts["body"]).toBe("0. test\n1. tag\n2. push\n3. wait an hour\n");
  });

  test("[MEM1] of one name on two devices is there twice, and both save to the older", () => {
    const { world, laptop, tower } = twoDevices();
    valueOf(saveSkill(laptop, { name: "release", body: "laptop's" }));
    world.clock.nowMs += 1;
    valueOf(saveSkill(tower, { name: "release", body: "tower's" }));
    world.exchange();
    const bodies = (memory: Memory) =>
      valueOf(skillsNamed(memory, "release")).map(({ entry }) => entry.texts["body"]);
    expect(bodies(laptop)).toEqual(["laptop's", "tower's"]);
    valueOf(saveSkill(tower, { name: "release", body: "both" }));
    expect(bodies(tower)).toEqual(["both", "tower's"]);
  });

  test("[MEM4] counts every use on every device", () => {
    const { world, laptop, tower } = twoDevices();
    const { id } = valueOf(saveSkill(laptop, { name: "release", body }));
    world.exchange();
    for (const memory of [laptop, tower, tower]) valueOf(countUse(memory, id, { isOk: true }));
    valueOf(countUse(laptop, id, { isOk: false }));
    world.exchange();
    for (const memory of [laptop, tower]) {
      const [one] = valueOf(skillsNamed(memory, "release"));
      if (one === undefined) throw new Error("the skill");
      expect(usesOf(one.entry)).toEqual({ count: 4, successRate: 0.75 });
    }
  });

  test("[MEM4] one number that two devices add to would lose an addition, so it is in Yjs", () => {
    const docs = [1, 2].map((clientId) => {
      const doc = new Y.Doc();
      doc.clientID = clientId;
      doc.getMap("m").set("n", 1);
      return doc;
    });
    for (const doc of docs)
      for (const other of docs) Y.applyUpdate(doc, Y.encodeStateAsUpdate(other));
    expect(docs[0]?.getMap("m").get("n")).toBe(1);
  });

  test("keeps its prose in texts that were made with it", () => {
    const { world, laptop } = twoDevices();
    const { id } = valueOf(saveSkill(laptop, { name: "release", body }));
    const map = world.device("laptop").doc(skillsDoc).getMap("skills").get(id) as Y.Map<unknown>;
    expect([map.get("body"), map.get("description")].every((one) => one instanceof Y.Text)).toBe(
      true,
    );
  });
});

describe("sessions and tasks", () => {
  test("a session stands in the year it began, and has its end and digest by edits", () => {
    const { laptop } = twoDevices();
    const began = Date.UTC(2025, 5, 1);
    const { id, docs } = valueOf(
      addSession(laptop, { agent: { tool: "an agent" }, nativeId: "6f1d", started: began }),
    );
    expect(docs).toContain("sessions/2025");
    const fields = { status: "ended", ended: start, digest: "fixed it", title: { text: "Fix it" } };
    valueOf(edit(laptop, id, { fields, addTags: ["login"] }));
    valueOf(addCheckpoint(laptop, { session: id, name: "before" }));
    const [item] = valueOf(list(laptop, { types: ["session"] })).items;
    expect(item).toMatchObject({ id, text: "Fix it", tags: ["login"], entry: { fields } });
    expect(valueOf(list(laptop)).items).toEqual([]);
  });

  test("a task keeps the comments of two devices, and its description is prose", () => {
    const { world, laptop, tower } = twoDevices();
    const { id } = valueOf(addTask(laptop, { title: "t", description: "one\ntwo\n" }));
    world.exchange();
    valueOf(commentTask(laptop, id, { text: "seen" }));
    valueOf(commentTask(tower, id, { text: "me too" }));
    valueOf(describeTask(laptop, id, "zero\none\ntwo\n"));
    valueOf(describeTask(tower, id, "one\ntwo\nthree\n"));
    valueOf(edit(tower, id, { fields: { status: "done" } }));
    world.exchange();
    const item = valueOf(show(laptop, id));
    if (item.type !== "task") throw new Error("a task");
    expect(item.entry.lists["comments"]?.size).toBe(2);
    expect(item.entry.texts["description"]).toBe("zero\none\ntwo\nthree\n");
    expect(item.entry.fields.status).toBe("done");
  });
});
