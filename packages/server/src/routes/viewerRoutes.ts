/**
 * Static files of the web viewer, and what a browser may do with them: run scripts of this very place,
 * talk to this relay, show pictures that it made itself. Without a viewer, `/` says what this is.
 */
import fastifyStatic from "@fastify/static";
import type { FastifyPluginAsync, FastifyPluginCallback, FastifyReply } from "fastify";

export interface ViewerDeps {
  /** Absolute. */
  readonly folder: string;
  /** Under which this relay is dialled. */
  readonly hosts: () => readonly string[];
}

/** Of files whose names carry a hash of what is in them. */
const hashedName = /[.-][0-9A-Za-z_-]{8,}\.[a-z0-9]+$/u;
const yearSeconds = 31_536_000;

/** Not every browser takes 'self' for a socket of the same place. */
const socketSources = (hosts: readonly string[]): readonly string[] =>
  hosts.flatMap((host) => [`wss://${host}`, `ws://${host}`]);

/** Trusted types stop text from becoming script; WebAssembly is libsodium. */
const policyOf = (hosts: readonly string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "font-src 'self'",
    `connect-src ${["'self'", ...socketSources(hosts)].join(" ")}`,
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types duro",
  ].join("; ");

/** A page that pairs by scanning a code needs the camera, and nothing else of the machine. */
const permissions =
  "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()";

const addPageHeaders = (reply: FastifyReply, hosts: readonly string[]): void => {
  reply.header("content-security-policy", policyOf(hosts));
  reply.header("permissions-policy", permissions);
};

export const registerViewer: FastifyPluginAsync<ViewerDeps> = async (app, { folder, hosts }) => {
  app.addHook("onRequest", (_request, reply, done) => {
    addPageHeaders(reply, hosts());
    done();
  });
  await app.register(fastifyStatic, {
    root: folder,
    prefix: "/",
    index: false,
    list: false,
    redirect: false,
    dotfiles: "ignore",
    cacheControl: false,
    setHeaders: (reply, path) => {
      const isHashed = hashedName.test(path);
      const howLong = isHashed ? `public, max-age=${yearSeconds}, immutable` : "no-cache";
      reply.header("cache-control", howLong);
    },
  });
  app.get("/", (_request, reply) => reply.sendFile("index.html"));
};

const whatThisIs = `This is a Duro relay: it stores and forwards what it cannot read.
There is nothing to see here. Point the duro program of your machines to this address.
`;

export const registerNoViewer: FastifyPluginCallback = (app, _options, done) => {
  app.get("/", (_request, reply) => reply.type("text/plain; charset=utf-8").send(whatThisIs));
  done();
};
