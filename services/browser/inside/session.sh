#!/bin/sh
# What runs inside the sandbox: a screen, a window manager, the way out, and one browser. The first of screen and browser that ends, ends
# everything: this shell is the parent of all, and bubblewrap ends with it.
#   session.sh BROWSER START_PAGE
set -u
export DISPLAY=:1 HOME=/home/sede LANG=C.UTF-8 LANGUAGE=es XDG_CACHE_HOME=/tmp/cache
cd "$HOME"
mkdir -p /tmp/.X11-unix "$XDG_CACHE_HOME" && chmod 1777 /tmp/.X11-unix

Xvnc :1 -geometry 1280x800 -depth 24 -desktop Casillero -SecurityTypes None -rfbunixpath /run/s/rfb.sock -rfbunixmode 0600 \
  -NeverShared -DisconnectClients=1 -AcceptSetDesktopSize=1 -SendPrimary=0 -SetPrimary=0 -nolisten tcp -rfbport -1 \
  -MaxDisconnectionTime "$VIEWER_AWAY_S" -MaxIdleTime "$IDLE_S" >/run/s/screen.log 2>&1 &
screen=$!
socat TCP-LISTEN:3128,bind=127.0.0.1,fork,reuseaddr UNIX-CONNECT:/run/doors/egress.sock >/dev/null 2>&1 &

if [ "$1" = chromium ]; then certificates="$HOME/.pki/nssdb"; else certificates="$HOME/.profile"; fi
mkdir -p "$certificates" && cp /run/etc/nss/* "$certificates/"

tries=0
until [ -S /tmp/.X11-unix/X1 ] || [ $tries -gt 250 ]; do sleep 0.02; tries=$((tries + 1)); done
# Without a layout that has it, the first ñ that somebody types is lost.
setxkbmap -layout es >/dev/null 2>&1
matchbox-window-manager -use_titlebar no -kbdconfig /run/etc/keys >/dev/null 2>&1 &

if [ "$1" = chromium ]; then
  chromium --no-first-run --no-default-browser-check --password-store=basic --user-data-dir="$HOME/.browser" \
    --proxy-server=http://127.0.0.1:3128 --proxy-bypass-list='<-loopback>' --disable-gpu --disable-dev-shm-usage --lang=es \
    --start-maximized --disable-breakpad --disable-crash-reporter --disable-component-update --disable-background-networking \
    "$2" >/run/s/browser.log 2>&1 &
else
  firefox-esr --no-remote --profile "$HOME/.profile" "$2" >/run/s/browser.log 2>&1 &
fi
browser=$!
while kill -0 $screen 2>/dev/null && kill -0 $browser 2>/dev/null; do sleep 0.2; done
kill -0 $screen 2>/dev/null && exit 10
exit 11
