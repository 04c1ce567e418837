/**
 * Protections of the client engine. Each names the one test that must notice when it is gone;
 * test/attacks/client/attackRows.ts says which attack that answers.
 */
import { type Guard, off } from "./guard.ts";

interface EngineGuard {
  readonly name: string;
  /** From packages/. */
  readonly file: string;
  readonly find: string;
  readonly instead?: string;
  /** From packages/, or from the repository where it is test/. */
  readonly test: string;
  readonly title: string;
}

const engineGuard = ({ name, file, find, instead = off, test, title }: EngineGuard): Guard => ({
  name,
  file,
  find,
  instead,
  tests: [test],
  title,
});

const all: readonly EngineGuard[] = [];

export const engineGuards: readonly Guard[] = all.map(engineGuard);
