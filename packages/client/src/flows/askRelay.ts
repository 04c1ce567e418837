/** What answers at an address: a relay that we can speak with, or something else, and then what. */
import { err, ok, type Result } from "@duro/crypto/types";
import { aboutRoutes, protocolVersion } from "@duro/protocol";
import { bytesToJson, fieldOf } from "../http/json.ts";
import type { Http, HttpAnswer, Unreachable } from "../ports/http.ts";
import { cleanLabel } from "./deviceCard.ts";

export interface RelayAbout {
  readonly versionMin: number;
  readonly versionMax: number;
  readonly registration: "open" | "invite" | "closed";
  /** The clock there, as its answer was dated. */
  readonly nowMs: number | undefined;
}

/** Somebody answered who is no relay of ours. */
interface NotARelay {
  readonly type: "NotARelay";
  readonly status: number;
  /** What it calls itself, and what it sent. */
  readonly server: string | undefined;
  readonly contentType: string | undefined;
  readonly title: string | undefined;
  /** Where it sends us: no redirect is followed. */
  readonly location: string | undefined;
}

/** A relay that speaks other versions of the protocol. */
interface RelayVersionDiffers {
  readonly type: "RelayVersionDiffers";
  readonly min: number;
  readonly max: number;
  readonly ours: number;
}

export type AskRelayError = Unreachable | NotARelay | RelayVersionDiffers;

/** What a relay says of itself is 300 bytes; a page of something else should fit, so that it can be named. */
const answerByteLengthMax = 262_144;
const registrations = ["open", "invite", "closed"] as const;

export const askRelay = async (
  http: Http,
  relayUrl: string,
): Promise<Result<RelayAbout, AskRelayError>> => {
  const { method, path } = aboutRoutes.about;
  const answer = await http.request({
    method,
    url: new URL(path, relayUrl).href,
    headers: { accept: "application/json" },
    body: undefined,
    answerByteLengthMax,
  });
  if (answer.ok) return readAnswer(answer.value);
  if (answer.error.type === "Unreachable") return err(answer.error);
  return err({ type: "NotARelay", status: 200, ...nothingSaid });
};

const nothingSaid = {
  server: undefined,
  contentType: undefined,
  title: undefined,
  location: undefined,
};

const readAnswer = (answer: HttpAnswer): Result<RelayAbout, NotARelay | RelayVersionDiffers> => {
  const json = answer.status === 200 ? bytesToJson(answer.body) : undefined;
  const versionMin = fieldOf(json, "versionMin");
  const versionMax = fieldOf(json, "versionMax");
  const isOurs = fieldOf(json, "name") === "duro";
  if (!isOurs || typeof versionMin !== "number" || typeof versionMax !== "number")
    return err(somethingElse(answer));
  if (versionMin > protocolVersion || versionMax < protocolVersion)
    return err({
      type: "RelayVersionDiffers",
      min: versionMin,
      max: versionMax,
      ours: protocolVersion,
    });
  const said = fieldOf(json, "registration");
  const registration = registrations.find((known) => known === said) ?? "invite";
  const date = Date.parse(answer.headers.get("date") ?? "");
  return ok({ versionMin, versionMax, registration, nowMs: Number.isNaN(date) ? undefined : date });
};

const somethingElse = ({ status, headers, body }: HttpAnswer): NotARelay => {
  const label = (name: string): string | undefined =>
    cleanLabel(headers.get(name) ?? "") || undefined;
  const title = /<title[^>]*>(?<title>[^<]{1,200})/iu.exec(new TextDecoder().decode(body));
  return {
    type: "NotARelay",
    status,
    server: label("server"),
    contentType: label("content-type"),
    title: cleanLabel(title?.groups?.["title"] ?? "") || undefined,
    location: label("location"),
  };
};
