/** Numbers of the logs that other packages speak of, too. On the wire: never reused. */

export const LogKind = { Identity: 1, Vault: 2 } as const;
export type LogKind = (typeof LogKind)[keyof typeof LogKind];

export const DeviceScope = {
  /** Reads, writes, signs records. */
  Full: 1,
  /** Reads the vaults it was granted. */
  Viewer: 2,
  /** 24 words: recovers, and writes no chain. */
  Paper: 3,
} as const;
export type DeviceScope = (typeof DeviceScope)[keyof typeof DeviceScope];
