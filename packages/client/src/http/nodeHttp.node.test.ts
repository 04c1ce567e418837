import { afterEach, expect, test } from "vitest";
import { startConnectProxy } from "../testing/connectProxy.ts";
import { httpContract, httpPaths } from "../testing/http.contract.ts";
import { startHttpServer } from "../testing/httpServer.ts";
import { createManualClock } from "../testing/manualClock.ts";
import { createTestCertificate } from "../testing/testCertificate.ts";
import type { NodeNetwork } from "./agents.ts";
import { createBrowserHttp } from "./browserHttp.ts";
import { createNodeHttp } from "./nodeHttp.ts";

httpContract("nodeHttp", async () => {
  const clock = createManualClock();
  return { ...(await startHttpServer()), clock, http: createNodeHttp({ clock }) };
});

httpContract("browserHttp on Node's own fetch", async () => {
  const clock = createManualClock();
  return { ...(await startHttpServer()), clock, http: createBrowserHttp({ clock }) };
});

const tls = createTestCertificate();
const started: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.stop();
});

const askOver = async (network: NodeNetwork, url: string) =>
  createNodeHttp({ ...network, clock: createManualClock() }).request({
    method: "GET",
    url: `${url}${httpPaths.echo}`,
    headers: {},
    body: undefined,
    answerByteLengthMax: 100,
  });

test("an authority is trusted where it was named, and nowhere else", async () => {
  const server = await startHttpServer(tls);
  started.push(server);
  const named = await askOver({ certificateAuthorities: [tls.certificate] }, server.url);
  expect(named).toMatchObject({ ok: true, value: { status: 200 } });
  const unnamed = await askOver({}, server.url);
  expect(unnamed).toEqual({
    ok: false,
    error: { type: "Unreachable", code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
  });
});

test("a proxy opens the way to a relay over https, and its refusal is named", async () => {
  const server = await startHttpServer(tls);
  const proxy = await startConnectProxy();
  const refusing = await startConnectProxy(407);
  started.push(server, proxy, refusing);
  const through = ({ url }: { readonly url: string }) =>
    askOver({ certificateAuthorities: [tls.certificate], proxy: { url, except: "" } }, server.url);
  expect(await through(proxy)).toMatchObject({ ok: true, value: { status: 200 } });
  expect(proxy.asked).toEqual([server.url.replace("https://", "")]);
  expect(await through(refusing)).toEqual({
    ok: false,
    error: { type: "Unreachable", code: "ERR_PROXY_TUNNEL" },
  });
});
