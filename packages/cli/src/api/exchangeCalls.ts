/** Files in and out. */

export interface SkippedJson {
  /** A file, or an entry by the name it has there. */
  readonly what: string;
  /** Named for the reason: `NoJson`, `TooLarge`, `Symlink`. */
  readonly why: string;
  readonly field?: string;
}

export interface ImportedJson {
  readonly imported: number;
  /** In this memory already, or forgotten here since. */
  readonly present: number;
  readonly skipped: readonly SkippedJson[];
}

export interface ExchangeProgress {
  readonly phase: "reading" | "writing";
  readonly done: number;
  readonly total?: number;
}

export type ExportFormat = "json" | "md";

interface ExportCountsJson {
  readonly counts: Readonly<Record<string, number>>;
}

export interface ExchangeTalks {
  readonly import: {
    readonly body: {
      /** Absolute. */
      readonly path: string;
      /** For what says no project itself. */
      readonly project?: string | undefined;
    };
    readonly line: ExchangeProgress;
    readonly reply: never;
    readonly answer: ImportedJson;
  };
  readonly export: {
    readonly body: {
      /** Both pages and JSON where nothing is said and there is a folder. */
      readonly format?: ExportFormat | undefined;
      /** Absolute; undefined: the text is said in pieces. */
      readonly to?: string | undefined;
    };
    readonly line: ExchangeProgress | { readonly text: string };
    readonly reply: never;
    readonly answer: ExportCountsJson & {
      readonly to?: string;
      readonly files?: readonly string[];
    };
  };
}
