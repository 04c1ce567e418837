/** `remember`, `decide`, `validate`: what a person or an agent says, and how it turned out. */
import { err, ok } from "@duro/crypto/types";
import {
  decide,
  type NewFact,
  remember,
  type Saying,
  validate,
  type VerdictStatus,
} from "@duro/memory";
import { usage } from "../../problem.ts";
import { callRoute } from "../routes.ts";
import { findId } from "../read/findId.ts";
import { changePresent } from "./showPresent.ts";
import { change, textMissing } from "./entryProblems.ts";
import { needHome } from "../needHome.ts";
import { inProject } from "./inProject.ts";
import { evidenceOf, parseAgent, proofOf } from "./provenance.ts";
import { secretWarnings } from "./secretKinds.ts";
import { body, optionalShare, optionalText, optionalTexts, text } from "../shapes.ts";

const ofNewEntry = { tags: optionalTexts, project: optionalText, agent: optionalText };

const rememberRoute = callRoute<"remember">({
  name: "remember",
  schema: body({
    ...ofNewEntry,
    text,
    kind: optionalText,
    source: optionalText,
    confidence: optionalShare,
  }),
  run: async (daemon, { text: claim, kind, tags, project, source, confidence, agent: who }) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    const agent = parseAgent(who);
    if (!agent.ok) return agent;
    if (claim.trim() === "")
      return err(textMissing("fact", 'duro remember "the login test needs port 5432"'));
    const fact: NewFact = {
      claim: claim.trim(),
      ...(kind === undefined ? {} : { kind: kind as NonNullable<NewFact["kind"]> }),
      ...(confidence === undefined ? {} : { confidence }),
      tags,
      agent: agent.value,
      ...evidenceOf(source, agent.value),
    };
    const written = await change(home.value, "fact", (memory) =>
      inProject(memory, project, (id) => remember(memory, { ...fact, project: id })),
    );
    if (!written.ok) return written;
    const { id } = written.value;
    return ok({ id, ...secretWarnings(id, [claim, source, ...(tags ?? [])]) });
  },
});

const decideRoute = callRoute<"decide">({
  name: "decide",
  schema: body({
    ...ofNewEntry,
    text,
    rationale: text,
    expected: optionalText,
    alternatives: optionalTexts,
    confidence: optionalShare,
  }),
  run: async (daemon, asked) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    const agent = parseAgent(asked.agent);
    if (!agent.ok) return agent;
    const example = 'duro decide "use SQLite" --rationale "one file, no server"';
    if (asked.text.trim() === "") return err(textMissing("decision", example));
    if (asked.rationale.trim() === "") return err(textMissing("rationale", example));
    const alternatives = asked.alternatives?.map((option) => ({ option: option.trim() }));
    const { rationale, expected, confidence, tags } = asked;
    const written = await change(home.value, "decision", (memory) =>
      inProject(memory, asked.project, (project) =>
        decide(memory, {
          decision: asked.text.trim(),
          rationale: rationale.trim(),
          expected,
          alternatives,
          confidence,
          tags,
          agent: agent.value,
          project,
        }),
      ),
    );
    if (!written.ok) return written;
    const { id } = written.value;
    const texts = [asked.text, rationale, expected, ...(asked.alternatives ?? [])];
    return ok({ id, ...secretWarnings(id, texts) });
  },
});

const statuses: readonly VerdictStatus[] = ["validated", "partial", "reversed", "superseded"];

const validateRoute = callRoute<"validate">({
  name: "validate",
  schema: body({
    id: text,
    status: text,
    actual: optionalText,
    evidence: optionalText,
    agent: optionalText,
  }),
  run: async (daemon, { id: typed, status: typedStatus, actual, evidence, agent: who }) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    const id = findId(home.value, typed);
    if (!id.ok) return id;
    const agent = parseAgent(who);
    if (!agent.ok) return agent;
    const status = statuses.find((one) => one === typedStatus);
    if (status === undefined)
      return err(
        usage(
          "BadStatus",
          `A decision turns out ${statuses.join(", ")}, and nothing else.`,
          `duro validate ${id.value} --status validated`,
        ),
      );
    const saying: Saying & { readonly status: VerdictStatus } = {
      status,
      by: agent.value === undefined ? "user" : "agent",
      agent: agent.value,
      actual,
      ...proofOf(evidence),
    };
    const judged = await changePresent(
      home.value,
      { id: id.value, wanted: "decision" },
      (memory, { type, supersededBy }) =>
        type === "decision" && supersededBy !== undefined
          ? err({ type: "AlreadySuperseded" as const, id: id.value, by: supersededBy })
          : validate(memory, id.value, saying),
    );
    if (!judged.ok) return judged;
    const settles = judged.value.settles.map((one) => one.id);
    return ok({
      id: id.value,
      status: judged.value.status,
      ...(settles.length === 0 ? {} : { settles }),
      ...secretWarnings(id.value, [actual, evidence]),
    });
  },
});

export const writeRoutes = [rememberRoute, decideRoute, validateRoute];
