import { errorToSentence, startEmbeddedPostgres } from "../embeddedPostgres.ts";

/**
 * A relay reduced to the one thing that matters here: a process that owns a Postgres, and can be
 * killed. Arguments: the folder, and "stop" for one that stops at once what it has started.
 */

const [folder = "", then] = process.argv.slice(2);

const started = await startEmbeddedPostgres({
  folder,
  log: (line) => {
    process.stderr.write(`${line}\n`);
  },
});

const report = started.ok
  ? {
      pid: started.value.pid,
      sentence: started.value.sentence,
      wasAdopted: started.value.wasAdopted,
      connection: started.value.connection,
    }
  : { error: started.error, sentence: errorToSentence(started.error) };
process.stdout.write(`${JSON.stringify(report)}\n`);

if (started.ok && then === "stop") await started.value.stop();
