@echo off
rem Starts the daemon of Duro. `duro service install` writes this file anew.
rem Upgrades of Node and npm move programs, so duro is looked for at each start.
chcp 65001 >nul
setlocal
if exist "%~dp0environment.cmd" call "%~dp0environment.cmd"
set "DURO_FOUND=%DURO_KNOWN%"
if exist "%DURO_FOUND%" goto start
for /f "delims=" %%P in ('where duro.cmd 2^>nul') do set "DURO_FOUND=%%P" & goto start
for %%P in ("%APPDATA%\npm" "%LOCALAPPDATA%\Volta\bin" "%ProgramFiles%\nodejs" "%NVM_SYMLINK%") do (
  if exist "%%~P\duro.cmd" set "DURO_FOUND=%%~P\duro.cmd" & goto start
)
>"%~dp0last-failure" echo duro was not found: not where it was when the service was installed, and nowhere else where npm puts programs. Install it again, then run: duro service install
exit /b 1
:start
for %%P in ("%DURO_FOUND%") do set "PATH=%%~dpP;%PATH%"
del "%~dp0last-failure" 2>nul
if /i "%DURO_FOUND:~-4%"==".mjs" (node "%DURO_FOUND%" daemon) else call "%DURO_FOUND%" daemon
exit /b %ERRORLEVEL%
