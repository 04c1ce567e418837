/**
 * What the system starts. The program is looked for each time: the folder of a Node that a version
 * manager put away is gone, and whoever baked it into a service has one that fails for ever.
 */
import { shellQuote } from "./variables.ts";

/** Beside the script. */
export const variablesFileName = { posix: "environment", windows: "environment.cmd" } as const;
export const failureFileName = "last-failure";

const sentence =
  "duro was not found: not where it was when the service was installed, and nowhere else where npm puts programs. Install it again, then run: duro service install";

/** The same for everybody: where the program was last is said by the file of the variables. */
export const posixStartScript = `#!/bin/sh
# Starts the daemon of Duro. \`duro service install\` writes this file anew.
# Upgrades of Node and npm move programs, so duro is looked for at each start.
folder=$(cd "$(dirname "$0")" && pwd)
if [ -r "$folder/${variablesFileName.posix}" ]; then
  . "$folder/${variablesFileName.posix}"
fi
PATH="\${PATH:-/usr/bin:/bin}:/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin"
# With a fixed threshold glibc gives back what is let go; by itself it keeps some 50 MB.
MALLOC_MMAP_THRESHOLD_=65536
export PATH MALLOC_MMAP_THRESHOLD_

start() {
  if [ -f "$1" ] && [ -x "$1" ]; then
    # npm puts duro beside the Node that it belongs to.
    PATH="$(dirname "$1"):$PATH"
    rm -f "$folder/${failureFileName}"
    exec "$1" daemon
  fi
}

start "$known"
start "$(command -v duro)"
start "$(npm prefix --global 2>/dev/null)/bin/duro"
for place in \\
  "$HOME/.local/bin" "$HOME/.npm-global/bin" "$HOME/.volta/bin" "$HOME/.asdf/shims" \\
  "$HOME/.local/share/mise/shims" /usr/local/bin /opt/homebrew/bin /opt/local/bin
do
  start "$place/duro"
done
# Version managers have a folder for each Node; the one that was installed to last comes first.
start "$(ls -1td "\${NVM_DIR:-$HOME/.nvm}"/versions/node/*/bin/duro \\
  "$HOME"/.local/share/fnm/node-versions/*/installation/bin/duro \\
  "$HOME"/.local/share/mise/installs/node/*/bin/duro \\
  "$HOME"/.asdf/installs/nodejs/*/bin/duro 2>/dev/null | head -n 1)"

echo ${shellQuote(sentence)} | tee "$folder/${failureFileName}" >&2
exit 1
`;

export const windowsStartScript = [
  "@echo off",
  "rem Starts the daemon of Duro. `duro service install` writes this file anew.",
  "rem Upgrades of Node and npm move programs, so duro is looked for at each start.",
  "chcp 65001 >nul",
  "setlocal",
  `if exist "%~dp0${variablesFileName.windows}" call "%~dp0${variablesFileName.windows}"`,
  'set "DURO_FOUND=%DURO_KNOWN%"',
  'if exist "%DURO_FOUND%" goto start',
  `for /f "delims=" %%P in ('where duro.cmd 2^>nul') do set "DURO_FOUND=%%P" & goto start`,
  'for %%P in ("%APPDATA%\\npm" "%LOCALAPPDATA%\\Volta\\bin" "%ProgramFiles%\\nodejs" "%NVM_SYMLINK%") do (',
  '  if exist "%%~P\\duro.cmd" set "DURO_FOUND=%%~P\\duro.cmd" & goto start',
  ")",
  `>"%~dp0${failureFileName}" echo ${sentence}`,
  "exit /b 1",
  ":start",
  'for %%P in ("%DURO_FOUND%") do set "PATH=%%~dpP;%PATH%"',
  `del "%~dp0${failureFileName}" 2>nul`,
  // The launcher itself, of who runs Duro from its repository.
  'if /i "%DURO_FOUND:~-4%"==".mjs" (node "%DURO_FOUND%" daemon) else call "%DURO_FOUND%" daemon',
  "exit /b %ERRORLEVEL%",
  "",
].join("\r\n");
