/** Registers people of crypto's tests at a relay, and founds their vaults there, over the real wire. */
import type { LogRecord } from "@duro/crypto/verify";
import { encodeRecord } from "@duro/crypto/verify";
import { assert } from "@duro/crypto/types";
import { bytesToBase64url, requestIds, routes } from "@duro/protocol";
import type { RelayClient } from "./relayClient.ts";

export const registerRecords = async (
  url: string,
  records: readonly LogRecord[],
  invite?: string,
): Promise<Response> =>
  fetch(`${url}${routes.register.path}`, {
    method: routes.register.method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      records: records.map((record) => bytesToBase64url(encodeRecord(record))),
      ...(invite === undefined ? {} : { invite }),
    }),
  });

let requestCount = 0;

export const nextRequest = () => {
  const request = requestIds.parse((requestCount += 1));
  assert(request.ok, "a request's number");
  return request.value;
};

export const appendRecords = async (
  client: RelayClient,
  records: readonly LogRecord[],
): Promise<void> => {
  for (const record of records) {
    const request = nextRequest();
    client.send({ type: "AppendRecord", request, record: encodeRecord(record) });
    await client.next("RecordAppended", (frame) => frame.request === request);
  }
};
