/** Shows the relay an identity, so that its devices may log in there. */
import { err, LogKind, ok, type Result } from "@duro/crypto/types";
import { bytesToBase64url, limits, type RefusalName, routes, type UserId } from "@duro/protocol";
import { readRefusal, refusalByteLengthMax } from "../http/readRefusal.ts";
import type { AnswerTooLong, Http, Unreachable } from "../ports/http.ts";
import type { StoreReader } from "../ports/localStore.ts";
import { recordsOf } from "../store/keys.ts";

export interface RegistrationRefused {
  readonly type: "RegistrationRefused";
  readonly status: number;
  /** Undefined: what answered is no relay of ours, or a newer one. */
  readonly refusal: RefusalName | undefined;
}

/** Records beyond the first page follow over the socket. Whoever is registered already is. */
export const registerAccount = async (
  { store, http }: { readonly store: StoreReader; readonly http: Http },
  relayUrl: string,
  user: UserId,
  invite?: string,
): Promise<Result<void, RegistrationRefused | Unreachable | AnswerTooLong>> => {
  const range = recordsOf({ kind: LogKind.Identity, log: user });
  const page = await store.range("records", range, limits.registrationRecordCountMax);
  const records = page.map(({ value }) => bytesToBase64url(value));
  const answer = await http.request({
    method: routes.register.method,
    url: new URL(routes.register.path, relayUrl).href,
    headers: { "content-type": "application/json" },
    body: new TextEncoder().encode(
      JSON.stringify({ records, ...(invite === undefined ? {} : { invite }) }),
    ),
    answerByteLengthMax: refusalByteLengthMax,
  });
  if (!answer.ok) return answer;
  const { status, body } = answer.value;
  if (status === 201) return ok(undefined);
  const refusal = readRefusal(body)?.name;
  return refusal === "AccountExists"
    ? ok(undefined)
    : err({ type: "RegistrationRefused", status, refusal });
};
