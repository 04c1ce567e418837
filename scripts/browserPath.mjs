/** Where a Chromium is, if there is one: the one that DURO_BROWSER names, or one in a usual place. */
import { existsSync } from "node:fs";

const usualPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:/Program Files/Google/Chrome/Application/chrome.exe",
];

/** @returns {string | undefined} */
export const browserPath = () => {
  const named = process.env.DURO_BROWSER ?? "";
  const places = named === "" ? usualPlaces : [named];
  return places.find((path) => existsSync(path));
};

/** No call home, no sandbox that root cannot have, no GPU that a server has not. */
export const browserFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
