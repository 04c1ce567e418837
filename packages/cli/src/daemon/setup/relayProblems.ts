/** Why a relay was not reached or did not take us, in sentences that name what answered. */
import type { AskRelayError, EngineStatus } from "@duro/client";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import { deviceRemoved } from "../sync/removed.ts";

type Ended = NonNullable<EngineStatus["ended"]>;
type NotARelay = Extract<AskRelayError, { readonly type: "NotARelay" }>;

/** Nobody answered at all: it may be there tomorrow. */
export const isNobodyThere = (error: AskRelayError): boolean =>
  error.type === "Unreachable" && !isTlsTrouble(error.code) && !error.code.startsWith("HPE_");

export const askProblem = (url: string, error: AskRelayError): Problem => {
  switch (error.type) {
    case "Unreachable":
      return unreachableProblem(url, error.code);
    case "NotARelay":
      return {
        code: "NotARelay",
        exit: Exit.Offline,
        message: `No Duro relay answers at ${url}: ${answeredBy(error)}.`,
        next: nextOf(url, error.location),
      };
    case "RelayVersionDiffers":
      return versionProblem(url, error);
  }
};

/** Whoever answers chose that text, and people run what stands there: no more than a host is passed on. */
const nextOf = (url: string, location: string | undefined): string => {
  const target = location === undefined ? null : URL.parse(location, url);
  const isElsewhere = target !== null && target.origin !== new URL(url).origin;
  return isElsewhere && /^https?:$/u.test(target.protocol)
    ? `if whoever runs the relay says so, take the address that it points to: ${target.origin}`
    : "check the address with whoever runs the relay; a relay says who it is at /.well-known/duro";
};

const answeredBy = ({ status, server, contentType, title }: NotARelay): string => {
  const who = server ?? "something else";
  const what = contentType === undefined ? "" : ` with ${contentType.split(";")[0]}`;
  const page = title === undefined ? "" : ` ("${title}")`;
  return `${who} answered${what}, status ${status}${page}, not a relay`;
};

const versionProblem = (
  url: string,
  { min, max, ours }: { readonly min: number; readonly max: number; readonly ours?: number },
): Problem => {
  const isOld = ours !== undefined && max < ours;
  const range = min === max ? `version ${min}` : `versions ${min} to ${max}`;
  return {
    code: "RelayVersionDiffers",
    exit: Exit.VersionMismatch,
    message: `The relay at ${url} is ${isOld ? "older" : "newer"} than this program: it speaks ${range} of the protocol${ours === undefined ? "" : `, this program version ${ours}`}.`,
    next: isOld ? "ask whoever runs the relay to update it" : "update duro on this machine",
  };
};

const tlsCode = /CERT|^UNABLE_TO_|^SELF_SIGNED|^ERR_TLS|^ERR_SSL|^EPROTO$/u;
const isTlsTrouble = (code: string): boolean => tlsCode.test(code);

const unreachableProblem = (url: string, code: string): Problem => {
  const problem = (message: string, next: string): Problem => ({
    code: "RelayUnreachable",
    exit: Exit.Offline,
    message: `The relay at ${url} was not reached: ${message} (${code}).`,
    next,
  });
  if (isTlsTrouble(code))
    return {
      ...problem(
        code === "EPROTO" || code.startsWith("ERR_SSL")
          ? "what answers there does not speak TLS; it may be plain http"
          : "its certificate is not one that this machine trusts, or is not for this host",
        "check the address; where the relay has an authority of its own: DURO_CA_FILE=FILE",
      ),
      code: "RelayNotTrusted",
    };
  if (code.startsWith("HPE_"))
    return problem("what answers there does not speak HTTP", "check the address and its port");
  const reasons: Readonly<Record<string, readonly [string, string]>> = {
    ECONNREFUSED: ["nothing listens there", "start the relay, or check the address and its port"],
    ENOTFOUND: ["there is no host of that name", "check the spelling of the address"],
    EAI_AGAIN: [
      "the name could not be looked up: this machine may be offline",
      "check the connection",
    ],
    ABORT_ERR: ["its answer did not come to an end in time", "check the address and its port"],
    ECONNRESET: [
      "whoever listens there hung up",
      "check the address, and whether it is https or http",
    ],
  };
  const [why, next] = reasons[code] ?? ["nobody answered", "check the connection and the address"];
  return problem(why, next);
};

export const registrationProblem = (
  url: string,
  error: { readonly type: string; readonly status?: number; readonly refusal?: string | undefined },
): Problem => {
  const refused = (code: string, message: string, next: string): Problem => ({
    code,
    exit: Exit.RelayRefused,
    message,
    next,
  });
  switch (error.refusal) {
    // An invite of another form than any that there is.
    case "InvalidField":
    case "InviteInvalid":
      return refused(
        "InviteNeeded",
        `The relay at ${url} takes new people by invitation: the invite that was given is none, was used, or none was given. Everything is kept on this machine.`,
        `ask whoever runs the relay for an invite (duro-relay admin invite), then: duro init --server ${url} --invite-file FILE`,
      );
    case "RegistrationClosed":
      return refused(
        "RegistrationClosed",
        `The relay at ${url} takes nobody new. Everything is kept on this machine.`,
        "use another relay: duro init --server URL",
      );
    case undefined:
      return refused(
        "RegistrationRefused",
        `What answers at ${url} did not take the registration (${error.status === undefined ? error.type : `status ${error.status}`}).`,
        "try again later; duro doctor looks closer",
      );
    default:
      return refused(
        "RegistrationRefused",
        `The relay at ${url} did not take the registration: ${error.refusal}.`,
        "try again later; duro doctor looks closer",
      );
  }
};

/** Why a connection never came to be, or is over. */
export const endedProblem = (url: string, ended: Ended | "too long" | undefined): Problem => {
  const offline = (why: string): Problem => ({
    code: "Offline",
    exit: Exit.Offline,
    message: `There is no connection to the relay at ${url}: ${why}.`,
    next: "check the connection, then run this again; duro doctor looks closer",
  });
  if (ended === undefined || ended === "too long") return offline("it did not answer in time");
  switch (ended.kind) {
    case "closed":
      return ended.refusal === undefined
        ? offline("it hung up")
        : refusedProblem(url, ended.refusal);
    case "refused":
      return refusedProblem(url, ended.refusal.name);
    case "versionUnsupported":
      return versionProblem(url, ended);
    case "unwanted":
      return {
        code: "RelayKeyChanged",
        exit: Exit.Safeguard,
        message: `What answers at ${url} has another key than the relay that this machine met there: it is another relay, or somebody stands between.`,
        next: "ask whoever runs the relay whether its key has changed",
      };
    case "misbehaved":
      return offline(`it does what no relay does (${ended.fault.type})`);
    case "timedOut":
      return offline("it fell silent");
    case "numbersUsedUp":
    case "paused":
      return offline("it ended");
  }
};

/** A record that the relay let nobody write. `what` it was, in words. */
export const notTakenProblem = (
  url: string,
  what: string,
  error: { readonly type: string; readonly refusal?: string | undefined },
  next: string,
): Problem => ({
  code: error.type,
  exit: Exit.RelayRefused,
  message: `The relay at ${url} did not take ${what}: ${refusalText(error.refusal)}.`,
  next,
});

export const refusalText = (refusal: string | undefined): string =>
  refusal ?? "for a reason that this version does not know";

const refusedProblem = (url: string, refusal: string | undefined): Problem => {
  if (refusal === "DeviceRemoved") return deviceRemoved;
  return {
    code: "RelayRefused",
    exit: refusal === "VersionUnsupported" ? Exit.VersionMismatch : Exit.RelayRefused,
    message: `The relay at ${url} refused: ${refusalText(refusal)}.`,
    next: "duro status; duro doctor looks closer",
  };
};
