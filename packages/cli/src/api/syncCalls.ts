/** The daemon itself, and where it stands with the relay. */
export interface SyncCalls {
  readonly ping: {
    readonly body: Record<string, never>;
    readonly answer: { readonly version: string; readonly pid: number; readonly isSetUp: boolean };
  };
}
export interface SyncTalks {}
