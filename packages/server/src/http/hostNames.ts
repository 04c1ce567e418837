/**
 * Under which names this relay is dialled. A login is signed over one of them, so that it proves
 * nothing at another relay; and a page of one of these origins is our own.
 */
import { isIP } from "node:net";

interface ListenAddress {
  readonly address: string;
  readonly port: number;
}

export interface Listening {
  /** As it was asked for: an address, or a name of this machine. */
  readonly host: string;
  readonly addresses: readonly ListenAddress[];
}

export interface MachineNames {
  readonly hostName: string;
  /** Of every network interface. */
  readonly addresses: readonly string[];
}

export interface NamesInput {
  /** Origins; where there are any, nobody dials anything else. */
  readonly publicUrls: readonly string[];
  readonly listening: Listening | undefined;
  readonly machine: MachineNames;
}

/** As `URL.host` writes them: lower case, and no port where it is the scheme's own. */
export const allowedHosts = (input: NamesInput): readonly string[] => [
  ...new Set(ownOrigins(input).map((origin) => new URL(origin).host)),
];

/** Of pages that this relay itself serves. */
export const ownOrigins = ({ publicUrls, listening, machine }: NamesInput): readonly string[] => {
  if (publicUrls.length > 0) return [...new Set(publicUrls.map((url) => new URL(url).origin))];
  if (listening === undefined) return [];
  const origins = listening.addresses.flatMap(({ address, port }) =>
    namesOf(address, listening.host, machine).map((name) => originOf(name, port)),
  );
  return [...new Set(origins.filter((origin) => origin !== undefined))];
};

const loopbackNames = ["localhost", "127.0.0.1", "::1"];

export const isLoopback = (address: string): boolean =>
  address === "::1" || /^(::ffff:)?127\./u.test(address) || address === "localhost";

/** With a port. */
const isLoopbackHost = (host: string | undefined): host is string =>
  host !== undefined && /^(?:localhost|127\.0\.0\.1|\[::1\]):\d{1,5}$/u.test(host);

const isEveryAddress = (address: string): boolean => address === "0.0.0.0" || address === "::";

const namesOf = (address: string, host: string, machine: MachineNames): readonly string[] => {
  if (isLoopback(address)) return loopbackNames;
  if (isEveryAddress(address)) return [...loopbackNames, ...machine.addresses, machine.hostName];
  return [address, host];
};

/** Undefined for a name that no URL can hold. */
const originOf = (name: string, port: number): string | undefined => {
  const text = `http://${isIP(name) === 6 ? `[${name}]` : name}:${port}`;
  return URL.canParse(text) ? new URL(text).origin : undefined;
};

/** What somebody on this machine dials. */
export const localUrl = ({ addresses: [first] }: Listening): string | undefined => {
  if (first === undefined) return undefined;
  const everyAddress = first.address === "::" ? "::1" : "127.0.0.1";
  return originOf(isEveryAddress(first.address) ? everyAddress : first.address, first.port);
};

/** The names as they are now: which port it is, is known only once it listens. */
export interface HostNames {
  /** A login may be signed for these. */
  readonly hosts: () => readonly string[];
  /**
   * The same for a request that was sent to that host. Without public names a relay of this machine is
   * also reached through any port of it, as by a tunnel: nobody far away is dialled under such a name.
   */
  readonly hostsFor: (dialled: string | undefined) => readonly string[];
  /** Pages of these origins may ask. */
  readonly origins: () => ReadonlySet<string>;
  readonly listensOn: (listening: Listening) => void;
}

export interface HostNamesOptions {
  readonly publicUrls: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly machine: MachineNames;
}

export const createHostNames = ({
  publicUrls,
  allowedOrigins,
  machine,
}: HostNamesOptions): HostNames => {
  const namesOn = (listening: Listening | undefined) => {
    const input = { publicUrls, listening, machine };
    return {
      hosts: allowedHosts(input),
      origins: new Set([...ownOrigins(input), ...allowedOrigins]),
    };
  };
  let names = namesOn(undefined);
  let isLocal = false;
  return {
    hosts: () => names.hosts,
    hostsFor: (dialled) => {
      const host = dialled?.toLowerCase();
      const isTunnel = publicUrls.length === 0 && isLocal && isLoopbackHost(host);
      return isTunnel && !names.hosts.includes(host) ? [host, ...names.hosts] : names.hosts;
    },
    origins: () => names.origins,
    listensOn: (listening) => {
      names = namesOn(listening);
      isLocal = listening.addresses.some(
        ({ address }) => isLoopback(address) || isEveryAddress(address),
      );
    },
  };
};
