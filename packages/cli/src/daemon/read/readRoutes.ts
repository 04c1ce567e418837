/** The routes that read the memory: `search` and `list` from the index, `show` from the entry's document. */
import { err, ok, type Result } from "@duro/crypto/types";
import {
  type DocNotOpen,
  type EntryId,
  type FindError,
  historyOf,
  type Item,
  type Memory,
  projectGroups,
  show,
} from "@duro/memory";
import { Type } from "typebox";
import type { ItemJson } from "../../api/memoryCalls.ts";
import { itemCountMax, listCountUsual, searchCountUsual } from "../../api/readLimits.ts";
import { needHome } from "../needHome.ts";
import { callRoute, type Route } from "../routes.ts";
import { body } from "../shapes.ts";
import { entryJson } from "./entryJson.ts";
import { findProjects, parseAfter, parseType } from "./filters.ts";
import { findId, findProblem } from "./findId.ts";
import { itemJson } from "./itemJson.ts";
import { parseSince } from "./parseSince.ts";

const word = Type.Optional(Type.String({ maxLength: 2_000 }));
const limit = Type.Optional(Type.Integer({ minimum: 1, maximum: itemCountMax }));

const searchRoute = callRoute<"search">({
  name: "search",
  schema: body({ query: Type.String(), type: word, project: word, limit }),
  run: async (daemon, asked) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    const types = parseType(asked.type);
    if (!types.ok) return types;
    await home.value.settled();
    const projects = await findProjects(home.value, asked.project);
    if (!projects.ok) return projects;
    const hits = home.value.index.search(asked.query, {
      types: types.value,
      projects: projects.value,
      limit: asked.limit ?? searchCountUsual,
    });
    return ok({ items: hits.map((hit) => Object.assign(itemJson(hit), { score: hit.score })) });
  },
});

const listRoute = callRoute<"list">({
  name: "list",
  schema: body({
    type: word,
    tags: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 20 })),
    project: word,
    since: word,
    limit,
    after: word,
  }),
  run: async (daemon, asked) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    const types = parseType(asked.type);
    if (!types.ok) return types;
    const since = asked.since === undefined ? undefined : parseSince(asked.since, daemon.nowMs());
    if (since?.ok === false) return since;
    await home.value.settled();
    const after = parseAfter(home.value, asked.after);
    if (!after.ok) return after;
    const projects = await findProjects(home.value, asked.project);
    if (!projects.ok) return projects;
    const { items, next } = home.value.index.list({
      types: types.value,
      tags: asked.tags?.map((tag) => tag.trim().replace(/^#/u, "")),
      projects: projects.value,
      sinceMs: since?.value,
      limit: asked.limit ?? listCountUsual,
      after: after.value,
    });
    return ok({ items: items.map(itemJson), ...(next === undefined ? {} : { next }) });
  },
});

const showRoute = callRoute<"show">({
  name: "show",
  schema: body({ id: Type.String({ maxLength: 2_000 }) }),
  run: async (daemon, asked) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    const id = findId(home.value, asked.id);
    if (!id.ok) return id;
    const item = await home.value.read((memory) => entryAround(memory, id.value));
    return item.ok ? ok({ items: [item.value] }) : err(findProblem(item.error));
  },
});

const entryAround = (memory: Memory, id: EntryId): Result<ItemJson, DocNotOpen | FindError> => {
  const item = show(memory, id);
  if (!item.ok) return item;
  const history = historyOf(memory, id);
  if (!history.ok) return history;
  const projectName = projectNameOf(memory, item.value);
  if (!projectName.ok) return projectName;
  const around = { history: history.value, projectName: projectName.value };
  return ok(entryJson(item.value, around));
};

const projectNameOf = (
  memory: Memory,
  { project }: Item,
): Result<string | undefined, DocNotOpen> => {
  if (project === undefined) return ok(undefined);
  const groups = projectGroups(memory);
  if (!groups.ok) return groups;
  const name = groups.value.find(({ ids }) => ids.includes(project))?.name;
  return ok(name === "" ? undefined : name);
};

export const readRoutes: readonly Route[] = [searchRoute, listRoute, showRoute];
