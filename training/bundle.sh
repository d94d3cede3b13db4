#!/usr/bin/env bash
# Packs what drawing and training need for a machine with an accelerator that can fetch nothing: Node, the npm generators,
# the code, and the fonts cut down to our alphabet; 77 MB with 2,600 fonts. Unpack it there and run training/accelerate.sh. That
# machine needs Python with PyTorch, NumPy, Pillow and OpenCV.
#   training/bundle.sh OUT.tar.xz
set -euo pipefail
out=$(realpath "$1")
cd "$(dirname "$0")/.."
export PATH="$PWD/node_modules/.bin:$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{bin,fonts,node_modules,training/cache,training/node_modules}
python3 training/subset.py "$work/training/cache"
cp -r package.json src "$work"
cp -r training/likeness training/*.py training/*.ts training/*.sh training/package.json "$work/training"
cp -r /usr/share/fonts/truetype/{dejavu,liberation} "$work/fonts" # what the generators' pictures are drawn with
cp "$(node -p process.execPath)" "$work/bin/node"
strip "$work/bin/node"
(cd node_modules && cp -r --parents sharp @img detect-libc semver image-size svg-captcha opentype.js trek-captcha captcha.gif captchapng pnglib "$work/node_modules")
cp -r training/node_modules "$work/training"
(cd "$work/training/node_modules" && rm -rf @img sharp @types caniuse-lite styled-components @babel/[!r]* jimp/browser react-html-parser/demo lodash/fp)
find "$work" \( -name '*.map' -o -name '*.md' -o -name '*.d.ts' -o -name '*.test.ts' -o -name '*.pyc' \) -delete
tar c -C "$work" . | xz -T0 -6 > "$out"
ls -l "$out"
