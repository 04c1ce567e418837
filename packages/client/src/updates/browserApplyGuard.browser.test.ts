import { systemClock } from "../clock/systemClock.ts";
import { createBrowserApplyGuard } from "./browserApplyGuard.ts";
import { applyGuardContract } from "./testing/applyGuard.contract.ts";

applyGuardContract("browser", () => createBrowserApplyGuard({ clock: systemClock }));
