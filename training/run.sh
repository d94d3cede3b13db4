#!/usr/bin/env bash
# Retrains both networks from nothing on a plain CPU: draws, trains, exports, calibrates, measures.
#   training/run.sh [PICTURES=3000000] [OWN_SHARDS=800]
# Started again after an interruption it keeps the shards there are and goes on from the last checkpoint.
# Seeds: training 1,000,000 on and 4,000,000 on (npm generators, likenesses) and 10,000,000 on (our renderer); validation 1 on;
# calibration 200,001 and 3,000,001 on; measuring 500,001 on; golden set 700,001 on. They never meet.
set -euo pipefail
cd "$(dirname "$0")"
pictures=${1:-3000000}
own_shards=${2:-800}
export PATH="$PWD/../node_modules/.bin:$PATH"

python draw_all.py --held-out
# The pictures are drawn in the background while the network trains on what is there already.
python draw_all.py --shards "$own_shards" &
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
until ls cache/shards/render-*.bin cache/shards/svg-captcha-*.bin >/dev/null 2>&1; do sleep 2; done

python train.py --images "$pictures"
python export.py
python train.py --start runs/main/checkpoint.pt --anew --run runs/second --images "$((pictures / 3))" --rate 1.5e-3 --frozen 2
python export.py runs/second/checkpoint.pt ../model text-image-second
node calibrate.ts
node bench.ts
