/** What to try, once everything runs. Every line can be pasted. */
import { isAbsolute } from "node:path";

export const guide = ({ url, folder }) => {
  const home = isAbsolute(folder) ? folder : `$PWD/${folder}`;
  return `
Duro runs: a relay at ${url}, and a first machine that is linked to it.
All of it is in ${folder}/; in your home folder only a cache of compiled code is used.
The first machine's 24 words are in ${folder}/first-words.txt, since this is a trial. Otherwise
duro init shows them once, and they belong on paper.

In another terminal, in this folder:

  export DURO_HOME=${home}/first
  npx duro remember "The staging database is Postgres 18, port 5433" --tag infra
  npx duro decide "Use Postgres for the queue too" --rationale "one system less to run"
  npx duro search postgres
  npx duro status

A second machine, on this same computer. In a third terminal:

  export DURO_HOME=${home}/second
  npx duro join --server ${url} --name second

It shows a code. In the other terminal, which is the first machine's: npx duro approve CODE
Then the second machine finds what the first one knows: npx duro search postgres

A machine that comes back with nothing but the 24 words:

  export DURO_HOME=${home}/third
  npx duro recover --server ${url} --phrase-file ${folder}/first-words.txt --name third
  npx duro list

Ctrl-C stops everything, and npm start goes on where it was. rm -r ${folder} forgets all of it.
`;
};
