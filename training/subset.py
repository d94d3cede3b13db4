"""Cuts the fonts that fonts.py found down to our alphabet, for a machine that has none: 34 MB for 2,600 fonts.

python subset.py OUT     writes OUT/fonts/FAMILY/NAME.ttf and OUT/fonts.json, with paths from OUT on
"""

import json
import logging
import sys
from multiprocessing import Pool
from pathlib import Path

from fontTools import subset

from fonts import Fonts
from page import ALPHABET

# What only typesetting needs, and tables that fontTools cannot cut.
DROPPED = "GSUB GPOS GDEF kern FFTM meta DSIG MATH BASE STAT gvar fvar avar HVAR MVAR cvar PfEd COLR CPAL".split() + ["SVG "]


def cut(job: tuple[str, str, Path]) -> tuple[str, str] | None:
    """The font's new path and its usable characters; None if fontTools cannot read it."""
    path, characters, out = job
    to = Path("fonts") / Path(path).parent.name / (Path(path).stem + ".ttf")
    (out / to).parent.mkdir(parents=True, exist_ok=True)
    options = subset.Options(hinting=False, layout_features=[], name_IDs=[], notdef_outline=True, glyph_names=False)
    options.drop_tables += DROPPED
    try:
        font = subset.load_font(path, options)
        cutter = subset.Subsetter(options)
        cutter.populate(text=ALPHABET + "−")
        cutter.subset(font)
        font.flavor = None
        font.save(out / to)
    except Exception:  # fonts are broken in as many ways as there are fonts: these few are left out
        return None
    return str(to), characters


def main() -> None:
    out = Path(sys.argv[1])
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    jobs = [(path, characters, out) for path, characters in sorted(Fonts().usable.items())]
    with Pool() as pool:
        kept = [one for one in pool.imap(cut, jobs, 20) if one]
    (out / "fonts.json").write_text(json.dumps(dict(kept)))
    print(f"{len(kept)} of {len(jobs)} fonts")


if __name__ == "__main__":
    main()
