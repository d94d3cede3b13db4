"""Draws the likenesses of well-known generators that are not on npm (folder likeness): written anew after what is known of
them, with fonts and sizes more varied than theirs.

    python famous.py tensors NAME COUNT FIRST_SEED OUT    one shard: OUT.bin + OUT.txt
    python famous.py files NAME COUNT FIRST_SEED DIR      PNG files and labels.tsv, to look at or to measure with

Picture i follows from FIRST_SEED + i. NAME `famous` is all of them in random order, but for seven that are
kept from training, to see how well a style is read that the network has never met.
"""

import argparse
import random
from pathlib import Path

import cv2

from fonts import Fonts
from likeness import grounds, java, ornate, php, portals, scripts
from likeness.kit import Picture
from render import write_shard

STYLES = {
    style.__name__: style
    for style in (
        *(scripts.warped_letters, scripts.smoothed, scripts.whitened, scripts.many_coloured, scripts.fat_rings),
        *(scripts.gridded, scripts.dotted_digits, scripts.speckled, scripts.mixed_faces),
        *(php.poles, php.waved_word, php.own_noise, php.spiral, php.textured, php.tiny, php.spicy),
        *(php.run_together, php.sprayed, php.tutorial),
        *(java.rippled, java.shadowed, java.crossed, java.ovals, java.bubbles, java.confetti, java.silver_lines),
        *(portals.black_chain, portals.blotted, portals.crowded_wave, portals.thick_arcs, portals.hollow_chain),
        *(portals.over_photo, portals.brushed_metal, portals.many_threads, portals.stretched_pair, portals.tiles),
        *(portals.dithered, portals.seven_bars, portals.watermarked),
        *(ornate.chess, ornate.split, ornate.jail, ornate.blocks, ornate.fingerprints, ornate.neon, ornate.snow),
        *(ornate.stripes, ornate.bandages, ornate.melting, ornate.cobweb, ornate.overlay),
        *(grounds.shards, grounds.relief),
    )
}
NEVER_TRAINED_ON = {"smoothed", "gridded", "fat_rings", "shadowed", "bubbles", "shards", "relief"}
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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("form", choices=("tensors", "files"))
    parser.add_argument("name", choices=("famous", *STYLES), metavar="NAME", help=f"famous or one of: {', '.join(STYLES)}")
    parser.add_argument("count", type=int)
    parser.add_argument("first_seed", type=int)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    name, first_seed, out = options.name, options.first_seed, options.out
    cv2.setNumThreads(1)
    fonts = Fonts()
    drawn = (draw(name, fonts, first_seed + i) for i in range(options.count))
    if options.form == "tensors":
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
