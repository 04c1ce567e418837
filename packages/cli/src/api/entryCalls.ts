/** What changes the memory. Who writes and into which project goes along as text: the daemon knows what it means. */

/** What every new entry may say of itself. */
interface NewEntryBody {
  readonly tags?: readonly string[] | undefined;
  /** A git remote, `commit:<root commit>:<name>`, a project's id, or a name. */
  readonly project?: string | undefined;
  /** `tool` or `tool/model`; undefined: a person writes. */
  readonly agent?: string | undefined;
}

export interface WrittenJson {
  readonly id: string;
  /** Sentences for whoever wrote it. Never what was written. */
  readonly warnings?: readonly string[];
}

export interface EntryCalls {
  readonly remember: {
    readonly body: NewEntryBody & {
      readonly text: string;
      readonly kind?: string | undefined;
      /** An address, a file with or without a line, or words. */
      readonly source?: string | undefined;
      readonly confidence?: number | undefined;
    };
    readonly answer: WrittenJson;
  };
  readonly decide: {
    readonly body: NewEntryBody & {
      readonly text: string;
      readonly rationale: string;
      readonly expected?: string | undefined;
      readonly alternatives?: readonly string[] | undefined;
      readonly confidence?: number | undefined;
    };
    readonly answer: WrittenJson;
  };
  readonly validate: {
    readonly body: {
      readonly id: string;
      readonly status: string;
      readonly actual?: string | undefined;
      readonly evidence?: string | undefined;
      readonly agent?: string | undefined;
    };
    /** `status` is what the decision folds to; `settles` names verdicts that said otherwise until now. */
    readonly answer: WrittenJson & {
      readonly status: string;
      readonly settles?: readonly string[];
    };
  };
  readonly edit: {
    readonly body: {
      readonly id: string;
      readonly text?: string | undefined;
      readonly tags?: readonly string[] | undefined;
      readonly confidence?: number | undefined;
      readonly isPinned?: boolean | undefined;
      readonly agent?: string | undefined;
    };
    readonly answer: WrittenJson & { readonly supersedes?: string };
  };
  readonly forget: {
    readonly body: {
      readonly ids: readonly string[];
      readonly how: "forget" | "purge" | "undo";
      /** In place of ids: all that this device forgot since then, to bring back or to purge. */
      readonly by?: { readonly device: string; readonly since: string } | undefined;
      /** A person said yes to as many as these are. */
      readonly isAgreed?: boolean | undefined;
    };
    readonly answer: ForgottenJson;
  };
  readonly episodeStart: {
    readonly body: NewEntryBody & { readonly goal: string };
    readonly answer: WrittenJson;
  };
  readonly episodeNote: {
    readonly body: {
      readonly id: string;
      readonly text: string;
      readonly agent?: string | undefined;
    };
    readonly answer: WrittenJson;
  };
  readonly episodeClose: {
    readonly body: {
      readonly id: string;
      readonly result: string;
      readonly summary?: string | undefined;
    };
    readonly answer: WrittenJson;
  };
  readonly skillSave: {
    readonly body: {
      readonly name: string;
      readonly body: string;
      readonly description?: string | undefined;
      readonly tags?: readonly string[] | undefined;
      readonly agent?: string | undefined;
    };
    readonly answer: WrittenJson;
  };
  readonly skillShow: {
    readonly body: { readonly name: string };
    /** Several where two devices made one name at once; the oldest first, which all edit. */
    readonly answer: { readonly items: readonly SkillJson[] };
  };
  readonly skillList: {
    readonly body: Record<string, never>;
    readonly answer: { readonly items: readonly SkillJson[] };
  };
}

export interface ForgottenJson {
  /** Those that were named. */
  readonly ids: readonly string[];
  /** Older versions and duplicates of them, which went or came with them. */
  readonly also?: readonly string[];
  /** ISO 8601: until then `--undo` brings them back. */
  readonly undoUntil?: string;
  /** After a purge: where copies may still be, and by when they are gone. */
  readonly copies?: {
    readonly relay: string;
    /** ISO 8601; missing where nobody can say, or there are none. */
    readonly goneBy?: string;
  };
}

export interface SkillJson {
  readonly id: string;
  readonly type: "skill";
  readonly text: string;
  readonly name: string;
  readonly description: string;
  /** Left out of a list. */
  readonly body?: string;
  readonly at: string;
  readonly device: string;
  readonly tags: readonly string[];
  readonly tier?: string;
  readonly uses: number;
  readonly isForgotten: boolean;
}
