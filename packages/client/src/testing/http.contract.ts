import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Http, HttpRequest } from "../ports/http.ts";
import type { ManualClock } from "./manualClock.ts";

/** What the server of `HttpPlace` does, by path. */
export const httpPaths = {
  /** Answers with what it was sent: body, `x-method` and `x-word`. */
  echo: "/echo",
  /** Status 503 and a body. */
  refuse: "/refuse",
  /** Leads to `echo`. */
  redirect: "/redirect",
  /** Never answers. */
  silent: "/silent",
  /** Begins an answer and never ends it. */
  stuck: "/stuck",
  /** Begins an answer and breaks off. */
  cut: "/cut",
} as const;

export interface HttpPlace {
  readonly http: Http;
  readonly clock: ManualClock;
  readonly url: string;
  /** Paths asked for, in order. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

const bytes = (length: number): Uint8Array => new Uint8Array(length).map((_, at) => at % 251);
const longestWaitMs = 600_000;

export const httpContract = (adapter: string, createPlace: () => Promise<HttpPlace>): void => {
  describe(`Http contract, ${adapter}`, () => {
    let place: HttpPlace;
    beforeEach(async () => {
      place = await createPlace();
    });
    afterEach(() => place.stop());

    const ask = (path: string, changed: Partial<HttpRequest> = {}) =>
      place.http.request({
        method: "GET",
        url: `${place.url}${path}`,
        headers: {},
        body: undefined,
        answerByteLengthMax: 1_000_000,
        ...changed,
      });
    const answered = async (path: string, changed: Partial<HttpRequest> = {}) => {
      const result = await ask(path, changed);
      if (!result.ok) throw new Error(`no answer: ${JSON.stringify(result.error)}`);
      return result.value;
    };
    const untilAsked = async (path: string): Promise<void> => {
      while (!place.asked.includes(path))
        await new Promise((resolve) => {
          setTimeout(resolve, 1);
        });
    };

    test.each(["PUT", "POST"] as const)("a %s brings its headers and its bytes", async (method) => {
      const body = bytes(600_000);
      const headers = { "x-word": "one", "content-type": "application/octet-stream" };
      const answer = await answered(httpPaths.echo, { method, body, headers });
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual(body);
      expect(answer.headers.get("x-method")).toBe(method);
      expect(answer.headers.get("x-word")).toBe("one");
    });

    test.each(["GET", "HEAD", "DELETE"] as const)("a %s needs no body", async (method) => {
      const answer = await answered(httpPaths.echo, { method });
      expect(answer.body).toHaveLength(0);
      expect(answer.headers.get("x-method")).toBe(method);
    });

    test("an empty body is one", async () => {
      const answer = await answered(httpPaths.echo, { method: "PUT", body: new Uint8Array() });
      expect([answer.status, answer.body.length]).toEqual([200, 0]);
    });

    test("a refusal is an answer, with its body", async () => {
      const answer = await answered(httpPaths.refuse);
      expect(answer.status).toBe(503);
      expect(new TextDecoder().decode(answer.body)).toBe("not now");
    });

    test("an answer as long as it may be is read, and one byte more is not", async () => {
      const request = { method: "PUT", body: bytes(1_000) } as const;
      const whole = await answered(httpPaths.echo, { ...request, answerByteLengthMax: 1_000 });
      expect(whole.body).toHaveLength(1_000);
      const longer = await ask(httpPaths.echo, { ...request, answerByteLengthMax: 999 });
      expect(longer).toEqual({ ok: false, error: { type: "AnswerTooLong", byteLengthMax: 999 } });
    });

    test("nobody is led elsewhere", async () => {
      const result = await ask(httpPaths.redirect);
      expect(result.ok ? result.value.status : 302).toBe(302);
      expect(place.asked).toEqual([httpPaths.redirect]);
    });

    test.each([httpPaths.silent, httpPaths.stuck])(
      "an answer that does not come in time is none: %s",
      async (path) => {
        const asking = ask(path);
        await untilAsked(path);
        place.clock.pass(longestWaitMs);
        expect(await asking).toEqual({
          ok: false,
          error: { type: "Unreachable", code: "ETIMEDOUT" },
        });
      },
    );

    test("whoever asks may give up, on the way, before and too late", async () => {
      const givenUp = { ok: false, error: { type: "Unreachable", code: "ABORT_ERR" } };
      const onTheWay = new AbortController();
      const asking = ask(httpPaths.silent, { signal: onTheWay.signal });
      await untilAsked(httpPaths.silent);
      onTheWay.abort();
      expect(await asking).toEqual(givenUp);
      expect(await ask(httpPaths.echo, { signal: onTheWay.signal })).toEqual(givenUp);
      const tooLate = new AbortController();
      const answer = await answered(httpPaths.echo, { signal: tooLate.signal });
      tooLate.abort();
      expect(answer.status).toBe(200);
    });

    test("time that goes by after an answer changes nothing", async () => {
      const first = await answered(httpPaths.echo, { method: "PUT", body: bytes(3) });
      place.clock.pass(longestWaitMs);
      const second = await answered(httpPaths.echo, { method: "PUT", body: bytes(3) });
      expect(second.body).toEqual(first.body);
    });

    test("an answer that breaks off is none", async () => {
      const result = await ask(httpPaths.cut);
      expect(result).toMatchObject({ ok: false, error: { type: "Unreachable" } });
    });

    test("where nobody listens there is no answer", async () => {
      await place.stop();
      expect(await ask(httpPaths.echo)).toMatchObject({
        ok: false,
        error: { type: "Unreachable" },
      });
    });

    test.each(["relay.test/echo", "file:///etc/passwd", "http://"])(
      "what is no address on the web is not asked: %s",
      async (url) => {
        const result = await ask(httpPaths.echo, { url });
        expect(result).toMatchObject({ ok: false, error: { type: "Unreachable" } });
      },
    );
  });
};
