#!/usr/bin/env bash
# Draws on all cores and trains on the accelerator meanwhile, in a folder that bundle.sh packed (or in a repository).
#   training/accelerate.sh STAGE…      stages as accelerate.py takes them, for example  main:300
set -euo pipefail
cd "$(dirname "$0")"
root=$(realpath ..)
export PATH="$root/bin:$root/node_modules/.bin:$PATH"
if [ -d ../fonts ]; then # a bare machine: the generators find no other fonts than these
  mkdir -p /usr/share/fonts/truetype
  cp -rn ../fonts/* /usr/share/fonts/truetype
  export FONTCONFIG_FILE="$root/fonts/fonts.conf"
  echo '<fontconfig><dir>/usr/share/fonts/truetype</dir><cachedir>/tmp/fontconfig</cachedir></fontconfig>' > "$FONTCONFIG_FILE"
fi
cores=$(nproc)
python3 draw_all.py --own $((cores * 5 / 8 + 1)) --others $((cores / 4 + 1)) --shards 2000 &
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
until [ "$(ls cache/shards/render-*.bin 2>/dev/null | wc -l)" -ge $((cores / 2 + 1)) ]; do sleep 1; done
python3 accelerate.py "$@"
