/** The door of the package: the relay as an app, for whoever starts it otherwise than by its program. */
export { buildApp } from "./app.ts";
export type { App, AppDeps, BuildApp } from "./program/appDeps.ts";
