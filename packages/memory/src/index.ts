/** The door of the package. */
export { decide, remember, type NewDecision, type NewFact } from "./commands/remember.ts";
export type { Written } from "./commands/create.ts";
export { historyOf, show, type EntryGone, type FindError } from "./commands/find.ts";
export {
  judge,
  validate,
  type Judged,
  type Saying,
  type Validated,
  type VerdictStatus,
  type WrongType,
} from "./commands/judge.ts";
export {
  edit,
  type AlreadySuperseded,
  type Edit,
  type Edited,
  type EditError,
  type NotSaidAnew,
} from "./commands/edit.ts";
export {
  forget,
  purge,
  sweep,
  undoForget,
  undoMs,
  type Changed,
  type NotForgettable,
  type NotForgotten,
  type UndoTimeOver,
} from "./commands/forget.ts";
export { forgettingsOf, forgottenBy, type Forgetting } from "./commands/forgotten.ts";
export { hiddenIn, itemsOf, list, type ListQuery, type Page } from "./commands/list.ts";
export { devicesIn, nameDevice, type DeviceName } from "./commands/devices.ts";
export { markDuplicates } from "./commands/duplicates.ts";
export {
  actionsOf,
  closeEpisode,
  linkEpisode,
  noteInEpisode,
  startEpisode,
  type Action,
  type Closing,
  type EpisodeError,
  type EpisodeFull,
  type NewEpisode,
} from "./commands/episodes.ts";
export {
  countUse,
  saveSkill,
  skillsNamed,
  usesOf,
  type SkillContent,
  type SkillItem,
  type Uses,
} from "./commands/skills.ts";
export { addCheckpoint, addSession, type NewSession } from "./commands/sessions.ts";
export { addTask, commentTask, describeTask, type NewTask } from "./commands/tasks.ts";
export {
  ensureProject,
  findProject,
  normaliseRemote,
  projectGroups,
  type ProjectGroup,
  type ProjectSigns,
} from "./commands/projects.ts";
export {
  ensureProjectNamed,
  type NoProject,
  type ProjectAmbiguous,
  projectsNamed,
} from "./commands/projectNamed.ts";
export { docNames, entriesPerShardMax, projectOf, type NoEntry } from "./docs/directory.ts";
export {
  parseDocName,
  placeOf,
  rootDoc,
  skillsDoc,
  type DocName,
  type DocPlace,
} from "./docs/names.ts";
export { episodeKinds } from "./entities/episode.ts";
export { results } from "./entities/event.ts";
export { factKinds, sensitivities } from "./entities/fact.ts";
export type { KindName } from "./entities/kinds.ts";
export { skillTiers } from "./entities/skill.ts";
export { type ImportPlan, planImport } from "./exchange/planImport.ts";
export { batchesOf, type ImportBatch } from "./exchange/writeImport.ts";
export { exportDoc, type ExportPart } from "./exchange/exportDoc.ts";
export { exportToJson, type ExportTooNew } from "./exchange/exportJson.ts";
export { exportFileName, exportToFiles, type ExportFile } from "./exchange/exportMarkdown.ts";
export type { Incoming, Skipped } from "./exchange/incoming.ts";
export type { TextFile } from "./exchange/legacy.ts";
export { parseImport } from "./exchange/parseImport.ts";
export type { DecisionStatus } from "./folds/decisionStatus.ts";
export type { Event } from "./folds/events.ts";
export { isSuperseded } from "./folds/supersession.ts";
export { mayBeShownUnasked, trusts, type Trust } from "./folds/trust.ts";
export {
  createEntryId,
  parseEntryId,
  timeOfId,
  typeOfId,
  type EntryId,
  type EntryType,
} from "./ids.ts";
export { openMemory, withDocs, type Author, type DocNotOpen, type Memory } from "./memory.ts";
export { err, ok, type Result } from "./result.ts";
export type { BadField } from "./shape.ts";
export { toAgentLine, toAgentText } from "./text/agentText.ts";
export { searchTerms } from "./text/identifiers.ts";
export {
  ftsQueryOf,
  searchColumns,
  searchRowOf,
  type SearchColumn,
  type SearchRow,
} from "./text/searchRow.ts";
export type { DecisionItem, FactItem, Item, OtherItem } from "./views/itemTypes.ts";
export { watchEntries } from "./views/watch.ts";
