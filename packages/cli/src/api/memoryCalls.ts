/** The memory itself. */

/** One entry as `list`, `search` and `show` print it; `show` adds what its type has. */
export interface ItemJson {
  readonly id: string;
  readonly type: string;
  readonly text: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly device: string;
  readonly tags: readonly string[];
  readonly [more: string]: unknown;
}

export interface MemoryCalls {
  readonly search: {
    readonly body: {
      readonly query: string;
      readonly type?: string | undefined;
      readonly project?: string | undefined;
      readonly limit?: number | undefined;
    };
    readonly answer: { readonly items: readonly (ItemJson & { readonly score: number })[] };
  };
  readonly list: {
    readonly body: {
      readonly type?: string | undefined;
      readonly tags?: readonly string[] | undefined;
      readonly project?: string | undefined;
      /** ISO or `7d`. */
      readonly since?: string | undefined;
      readonly limit?: number | undefined;
      readonly after?: string | undefined;
    };
    readonly answer: { readonly items: readonly ItemJson[]; readonly next?: string };
  };
  readonly show: {
    readonly body: { readonly id: string };
    readonly answer: { readonly items: readonly ItemJson[] };
  };
}
