@rem What the daemon of Duro gets of the shell in which `duro service install` ran.
@set "DURO_KNOWN=C:\Users\Ann\AppData\Roaming\npm\duro.cmd"
@set "HTTPS_PROXY=http://proxy.example:3128/%%41"
@set "PATH=C:\Windows"
