import { afterEach, expect, test } from "vitest";
import type { SocketClosed } from "../../packages/client/src/ports/transport.ts";
import { createNodeTransport } from "../../packages/client/src/transport/nodeTransport.ts";
import { BrokenAssumption } from "../../packages/crypto/src/types.ts";
import { createTestHttp, type TestHttp } from "../../packages/server/src/http/testing/testHttp.ts";
import { socketRoute } from "../../packages/server/src/routes/socketRoute.ts";

let app: TestHttp | undefined;
afterEach(() => app?.http.close());

type RouteDeps = Parameters<typeof socketRoute>[1];

const never = (): never => {
  throw new BrokenAssumption("nobody gets that far");
};

const dialled = async (changed: Partial<RouteDeps>): Promise<SocketClosed> => {
  app = createTestHttp();
  await socketRoute(app.http, {
    connect: never,
    disconnected: never,
    loginCheckFor: never,
    origins: () => new Set(),
    admit: never,
    isStopping: () => false,
    ...changed,
  });
  const url = await app.http.listen({ port: 0, host: "127.0.0.1" });
  return new Promise((resolve) => {
    createNodeTransport().dial(url, {
      onOpen: () => {},
      onMessage: never,
      onText: never,
      onClosed: resolve,
    });
  });
};

test("a relay that stops is heard, instead of a socket", async () => {
  expect(await dialled({ isStopping: () => true })).toEqual({
    code: undefined,
    status: 503,
    refusal: "ShuttingDown",
    failure: undefined,
  });
});

test("an address with too many connections hears so by the code of the close", async () => {
  expect(await dialled({ admit: () => undefined })).toEqual({
    code: 4_429,
    status: undefined,
    refusal: "TooManyConnections",
    failure: undefined,
  });
});
