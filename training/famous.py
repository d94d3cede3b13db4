"""Draws the likenesses of well-known generators that are not on npm (folder likeness): written anew after what is known of
them, with fonts and sizes more varied than theirs.

    python famous.py tensors NAME COUNT FIRST_SEED OUT    one shard: OUT.bin + OUT.txt
    python famous.py files NAME COUNT FIRST_SEED DIR      PNG files and labels.tsv, to look at or to measure with

Picture i follows from FIRST_SEED + i. NAME `famous` is all of them in random order, but for five that are
kept from training, to see how well a style is read that the network has never met.
"""

import random
import sys
from pathlib import Path

import cv2

from fonts import Fonts
from likeness import java, php, scripts
from likeness.kit import Picture
from render import write_shard

STYLES = {
    style.__name__: style
    for style in (
        *(scripts.warped_letters, scripts.smoothed, scripts.whitened, scripts.many_coloured, scripts.imploded),
        *(scripts.gridded, scripts.dotted_digits, scripts.speckled, scripts.two_scripts),
        *(php.poles, php.waved_word, php.own_noise, php.spiral, php.textured, php.tiny, php.spicy),
        *(php.run_together, php.sprayed, php.arrayed),
        *(java.rippled, java.shadowed, java.crossed, java.ovals, java.bubbles, java.confetti, java.silver_lines),
    )
}
NEVER_TRAINED_ON = {"smoothed", "gridded", "imploded", "shadowed", "bubbles"}
TRAINED_ON = [style for name, style in STYLES.items() if name not in NEVER_TRAINED_ON]


def draw(name: str, fonts: Fonts, seed: int) -> Picture:
    """One picture, uint8 [h, w, 3] RGB of its own size, and its text; `famous` is any that is trained on."""
    dice = random.Random(seed)
    style = dice.choice(TRAINED_ON) if name == "famous" else STYLES[name]
    picture, text = style(dice, fonts)
    if dice.random() < 0.25:
        _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, dice.randint(50, 95)])
        picture = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    return picture, text


def main() -> None:
    form, name, count, first_seed, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5])
    cv2.setNumThreads(1)
    fonts = Fonts()
    drawn = (draw(name, fonts, first_seed + i) for i in range(count))
    if form == "tensors":
        write_shard(out, drawn)
        return
    out.mkdir(parents=True, exist_ok=True)
    lines = []
    for i, (picture, text) in enumerate(drawn):
        cv2.imwrite(str(out / f"{i:04}.png"), picture[:, :, ::-1])
        lines.append(f"{i:04}.png\t{text}\n")
    (out / "labels.tsv").write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main()
