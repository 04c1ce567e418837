import { expect, test } from "vitest";
import type { ServeConfig } from "./command.ts";
import { welcomeText } from "./welcome.ts";

const place = { database: { kind: "embedded" }, dataFolder: "/srv/my relay", keyFile: "/srv/key" };

const usersLine = (registration: ServeConfig["registration"], hadUsers: boolean): string => {
  const config = { store: place, registration, publicUrls: [] } as unknown as ServeConfig;
  const started = { url: "http://127.0.0.1:1", sentence: "", metricsUrl: undefined, hadUsers };
  const line = welcomeText(config, started, false)
    .split("\n")
    .find((one) => one.startsWith("  users"));
  return line?.slice("  users    ".length) ?? "";
};

const invite = "duro-relay admin invite --data '/srv/my relay'";

test.each([
  ["open", false, "anybody who reaches this relay may register"],
  ["open", true, "anybody who reaches this relay may register"],
  ["invite", false, `the first may simply register; for others: ${invite}`],
  ["invite", true, `register with an invite: ${invite}`],
  ["closed", false, "the first may register, and nobody after"],
  ["closed", true, "nobody may register"],
] as const)(
  "where registration is %s, and somebody registered: %s, it says so",
  (registration, hadUsers, line) => {
    expect(usersLine(registration, hadUsers)).toBe(line);
  },
);
