import type { WhoJson } from "../../api/setupCalls.ts";
import type { Home } from "../daemon.ts";

export const whoOf = ({ engine, vault }: Home): WhoJson => ({
  user: engine.user,
  device: engine.device,
  vault: vault.id,
});
