/** Arbitrary and fixed values for tests, the vectors and the fuzzer. */
export { mutationsOf, runs } from "./arbitraries.ts";
export { bodyArbitraries, dataContents, type KindedBody, kindedBodies } from "./bodyArbitraries.ts";
export {
  clientFrameArbitraries,
  clientFrames,
  relayFrameArbitraries,
  relayFrames,
} from "./frameArbitraries.ts";
export {
  bodySpecimens,
  clientFrameSpecimens,
  dataContentSpecimen,
  relayFrameSpecimens,
} from "./specimens.ts";
