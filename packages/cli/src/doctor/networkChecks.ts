/** The relay and the way to it, as the daemon sees them. */
import type { DaemonFacts } from "../api/doctorCalls.ts";
import type { Check, Checking } from "./check.ts";
import type { Facts } from "./facts.ts";

/** Envelopes and logins bear more; a person's dates do not. */
const clockOffMsMax = 60_000;
const secondMs = 1_000;

/** Why there is nothing to judge, where there is nothing. */
const skipped = (name: string, { daemon, isNetworkAsked }: Facts): Check | undefined => {
  const skip = (text: string): Check => ({ name, result: "skipped", text });
  if (!isNetworkAsked) return skip("Not looked at: --no-network.");
  if (!daemon.ok) return skip("Not looked at: it is the daemon that asks the relay.");
  if (!daemon.value.isSetUp) return skip("Not looked at: there is no memory here yet.");
  if (daemon.value.server === null)
    return skip("Not looked at: this memory stays on this machine.");
  return daemon.value.relay === null ? skip("Not looked at: the relay was not asked.") : undefined;
};

const answered = ({ daemon }: Facts): DaemonFacts["relay"] =>
  daemon.ok ? daemon.value.relay : null;

export const relayCheck: Checking = (facts) => {
  const relay = answered(facts);
  if (relay === null) return skipped("relay", facts);
  const server = facts.daemon.ok ? facts.daemon.value.server : null;
  if (relay.isRelay) {
    const { versionMin, versionMax } = relay;
    const range = versionMin === versionMax ? versionMax : `${versionMin} to ${versionMax}`;
    return {
      name: "relay",
      result: "ok",
      text: `${server} is a relay and speaks version ${range}.`,
    };
  }
  return { name: "relay", result: "error", text: relay.message, fix: relay.next };
};

export const clockCheck: Checking = (facts) => {
  const relay = answered(facts);
  if (relay?.isRelay !== true || relay.aheadMs === null) return undefined;
  const seconds = (Math.abs(relay.aheadMs) / secondMs).toFixed(0);
  const text = `This machine's clock is ${seconds} s ${relay.aheadMs >= 0 ? "ahead of" : "behind"} the relay's.`;
  return Math.abs(relay.aheadMs) <= clockOffMsMax
    ? { name: "clock", result: "ok", text }
    : {
        name: "clock",
        result: "warning",
        text,
        fix: "set the clock of whichever is wrong; the order of changes does not depend on it, their dates do",
      };
};

export const socketWayCheck: Checking = (facts) => {
  const relay = answered(facts);
  if (relay?.isRelay !== true) return undefined;
  if (relay.socket.isOpen)
    return { name: "websocket", result: "ok", text: "A WebSocket to the relay opens." };
  const { status, failure } = relay.socket;
  const why =
    status === null
      ? (failure ?? "nobody answered in time")
      : `something on the way answered with status ${status}`;
  return {
    name: "websocket",
    result: "error",
    text: `The relay answers, but no WebSocket to it opens: ${why}.`,
    fix: "let the proxy before the relay pass upgrades of /v1/socket on: docs/operating.md has the lines for it",
  };
};

export const connectedCheck: Checking = (facts) => {
  const relay = answered(facts);
  // What stands in the way of the socket has been said.
  if (relay?.isRelay !== true || !relay.socket.isOpen || !facts.daemon.ok) return undefined;
  const { link, isPaused } = facts.daemon.value;
  if (isPaused)
    return { name: "connected", result: "info", text: "Sync is paused.", fix: "duro resume" };
  if (link === "ready")
    return { name: "connected", result: "ok", text: "The daemon is logged in at the relay." };
  return link === "stopped"
    ? {
        name: "connected",
        result: "error",
        text: "The relay took the connection and refused this device.",
        fix: "duro status, which says why",
      }
    : {
        name: "connected",
        result: "warning",
        text: "The daemon is not logged in at the relay at this moment.",
        fix: "duro sync",
      };
};
