/**
 * Who may import whom, as data. A missing arrow carries a promise: the relay cannot decrypt, since it
 * may not import what decrypts.
 */
export interface PackageRule {
  readonly mayImport: readonly string[];
  /** Whether it may use the platform's own modules. */
  readonly mayUseNode: boolean;
  /** Doors beyond those, for tests and what only tests use. A star stands for any rest. */
  readonly testsMayImport?: readonly string[];
}

export const arrows: Readonly<Record<string, PackageRule>> = {
  cli: {
    // Never "@duro/crypto": what is secret stays with the client, and a command only asks the daemon.
    mayImport: ["@duro/client", "@duro/client/node", "@duro/crypto/types", "@duro/memory"],
    mayUseNode: true,
    testsMayImport: ["@duro/memory/testing/*"],
  },
  crypto: { mayImport: [], mayUseNode: false },
  protocol: { mayImport: ["@duro/crypto/types"], mayUseNode: false },
  client: {
    mayImport: ["@duro/crypto", "@duro/crypto/types", "@duro/crypto/verify", "@duro/protocol"],
    mayUseNode: true,
    testsMayImport: ["@duro/crypto/testing/*"],
  },
  memory: { mayImport: [], mayUseNode: false },
  server: {
    // Never "@duro/crypto": the relay cannot decrypt. Its tests play its clients, so they may.
    mayImport: [
      "@duro/crypto/receipt",
      "@duro/crypto/types",
      "@duro/crypto/verify",
      "@duro/protocol",
    ],
    mayUseNode: true,
    testsMayImport: ["@duro/crypto", "@duro/crypto/testing/*"],
  },
};

/** Files that hold or make secrets: out of reach from the doors that the relay may use. */
export const secretFiles: readonly string[] = [
  "blob.ts",
  "compare.ts",
  "envelope/body.ts",
  "envelope/sealEnvelope.ts",
  "keys/box.ts",
  "keys/deviceKeys.ts",
  "keys/phrase.ts",
  "keys/userKey.ts",
  "keys/vaultKey.ts",
  "keys/wrap.ts",
  "logs/acceptPhrase.ts",
  "logs/authorIdentity.ts",
  "logs/authorVault.ts",
  "logs/openKeys.ts",
  "pairing/channel.ts",
  "pairing/code.ts",
  "pairing/handshake.ts",
  "passphrase.ts",
  "presence.ts",
  "seal.ts",
];
