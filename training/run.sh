#!/usr/bin/env bash
# Retrains the recogniser from nothing on a plain CPU: draws, trains, exports, calibrates, measures.
#   training/run.sh [PICTURES=3000000] [OWN_SHARDS=400]
# Started again after an interruption it keeps the shards there are and goes on from the last checkpoint.
# Seeds: training 1,000,000 on and 4,000,000 on (npm generators) and 10,000,000 on (our renderer); validation 1 on;
# calibration 200,001 and 3,000,001 on; measuring 500,001 on; golden set 700,001 on. They never meet.
set -euo pipefail
cd "$(dirname "$0")"
pictures=${1:-3000000}
own_shards=${2:-400}
export PATH="$PWD/../node_modules/.bin:$PATH" VIPS_CONCURRENCY=1
generators="svg-captcha svg-math trek-captcha captcha.gif captchapng captcha-canvas haileybot"
further="captchagen node-captcha canvas-captcha zoia-captcha koa-captcha simple-captcha-generator vanilla-captcha react-simple-captcha react-client-captcha react-numeric-captcha react-canvas-captcha react-captcha-code"
if [ -e /usr/share/php/Gregwar ] && [ -e /usr/share/perl5/GD/SecurityImage.pm ] && [ -e /usr/share/ejabberd/captcha.sh ]; then
  further="$further gregwar authen-captcha gd-security-image django-simple-captcha mediawiki mediawiki-old simple-captcha2 ejabberd"
else
  echo "Debian's generators are not installed (README.md says how): going on without their pictures" >&2
fi
mkdir -p cache/shards cache/valid cache/calibration

draw() { # generator count seed out [--plain]
  [ -e "$4.bin" ] || node draw.ts tensors "$@"
}
own() { # count seed out
  [ -e "$3.bin" ] || python render.py "$@"
}

for name in $generators; do
  draw "$name" 500 1 "cache/valid/$name" --plain
  draw "$name" 400 200001 "cache/calibration/$name" --plain
done
for name in $further; do
  draw "$name" 200 200001 "cache/calibration/$name" --plain
done
own 500 1 cache/valid/render
own 1200 3000001 cache/calibration/render

# Two loops draw in the background while the network trains on what is there already.
(
  n=0
  for name in $further; do
    for seed in $((4000000 + 2000 * n)) $((4001000 + 2000 * n)); do
      draw "$name" 1000 "$seed" "cache/shards/$name-$seed"
    done
    n=$((n + 1))
  done
  n=0
  for _ in $(seq 8); do
    for name in svg-captcha svg-captcha svg-captcha captcha.gif captcha.gif trek-captcha captchapng svg-math captcha-canvas captcha-canvas haileybot; do
      n=$((n + 1))
      draw "$name" 2000 $((1000000 + n * 2000)) "cache/shards/$name-$((1000000 + n * 2000))"
    done
  done
) &
(
  for n in $(seq 0 $((own_shards - 1))); do
    own 2000 $((10000000 + n * 2000)) "cache/shards/render-$((10000000 + n * 2000))"
  done
) &
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
until ls cache/shards/render-*.bin cache/shards/svg-captcha-*.bin >/dev/null 2>&1; do sleep 2; done

python train.py --images "$pictures"
python export.py
node calibrate.ts
node bench.ts
