"""Draws shards of all sources, side by side.

    python draw_all.py [--own N] [--others N] [--shards N]      to train on, into cache/shards, while a network trains
    python draw_all.py --held-out                               to validate and calibrate with, cache/valid and cache/calibration

Picks up where it was stopped: a shard that is there is not drawn again. Debian's generators are left out where they are
not installed (README.md).
"""

import argparse
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
# Pictures of a round, by how hard a source is to learn.
SEVEN = {"haileybot": 1200, "svg-captcha": 1500, "captcha-canvas": 1500, "captcha.gif": 1500, "trek-captcha": 800}
SEVEN |= {"svg-math": 500, "captchapng": 400}
NPM = """captchagen node-captcha canvas-captcha zoia-captcha koa-captcha simple-captcha-generator vanilla-captcha
react-simple-captcha react-client-captcha react-numeric-captcha react-canvas-captcha react-captcha-code""".split()
DEBIAN = """gregwar authen-captcha gd-security-image django-simple-captcha mediawiki mediawiki-old simple-captcha2
ejabberd""".split()
DEBIAN_FILES = ("/usr/share/php/Gregwar", "/usr/share/perl5/GD/SecurityImage.pm", "/usr/share/ejabberd/captcha.sh")
ROUNDS, FURTHER_ROUNDS, FURTHER_PICTURES, OWN_PICTURES = 40, 8, 400, 1000
FAMOUS_EACH = 3  # a shard of famous.py's after so many of the renderer's


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--own", type=int, default=1, help="processes for our own renderer")
    parser.add_argument("--others", type=int, default=1, help="processes for the generators")
    parser.add_argument("--shards", type=int, default=800, help="how many of our own, 1,000 pictures and 37 MB each")
    parser.add_argument("--held-out", action="store_true", help="the pictures that are never trained on, and nothing else")
    return parser.parse_args()


def rendered(count: int, seed: int, out: str) -> list[str]:
    return ["python3", "render.py", str(count), str(seed), out]


def likened(count: int, seed: int, out: str) -> list[str]:
    return ["python3", "famous.py", "tensors", "famous", str(count), str(seed), out]


def drawn(name: str, count: int, seed: int, out: str, *flags: str) -> list[str]:
    return ["node", "draw.ts", "tensors", name, str(count), str(seed), out, *flags]


def own(most: int) -> Iterator[list[str]]:
    for n in range(most):
        seed = 10_000_000 + n * OWN_PICTURES
        yield rendered(OWN_PICTURES, seed, f"cache/shards/render-{seed}")
        if n % FAMOUS_EACH == 0:
            seed = 4_000_000 + n // FAMOUS_EACH * OWN_PICTURES
            yield likened(OWN_PICTURES, seed, f"cache/shards/famous-{seed}")


def generated(further: list[str]) -> Iterator[list[str]]:
    """One round of the further generators first, then one after each round of the seven for a while."""
    for n in range(ROUNDS):
        jobs = [(name, FURTHER_PICTURES, 4_000_000 + 100_000 * i + 1000 * n) for i, name in enumerate(further)]
        jobs = jobs if n < FURTHER_ROUNDS else []
        jobs += [(name, count, 1_000_000 + 2000 * n) for name, count in SEVEN.items()]
        for name, count, seed in jobs:
            yield drawn(name, count, seed, f"cache/shards/{name}-{seed}")


def held_out(further: list[str]) -> Iterator[list[str]]:
    for name in SEVEN:
        yield drawn(name, 500, 1, f"cache/valid/{name}", "--plain")
        yield drawn(name, 400, 200_001, f"cache/calibration/{name}", "--plain")
    for name in further:
        yield drawn(name, 200, 200_001, f"cache/calibration/{name}", "--plain")
    yield rendered(500, 1, "cache/valid/render")
    yield likened(500, 1, "cache/valid/famous")
    yield likened(2100, 200_001, "cache/calibration/famous")
    yield rendered(1200, 3_000_001, "cache/calibration/render")


def work(jobs: Iterator[list[str]], lock: threading.Lock) -> None:
    """Runs one job after another until none is left; the shard's path is the one argument with a folder in it."""
    while True:
        with lock:
            job = next(jobs, None)
        if job is None:
            return
        shard = next(HERE / f"{argument}.bin" for argument in job if argument.startswith("cache/"))
        if not shard.exists() and subprocess.run(job, cwd=HERE).returncode != 0:
            print(f"failed: {' '.join(job)}", flush=True)


def main() -> None:
    options = arguments()
    os.environ |= {"VIPS_CONCURRENCY": "1", "OPENBLAS_NUM_THREADS": "1"}
    os.nice(10)  # training goes first
    for folder in ("shards", "valid", "calibration"):
        (HERE / "cache" / folder).mkdir(parents=True, exist_ok=True)
    debian = DEBIAN if all(Path(path).exists() for path in DEBIAN_FILES) else []
    if not debian:
        print("Debian's generators are not installed (README.md says how): going on without their pictures", flush=True)
    further = NPM + debian
    queues = [(own(options.shards), options.own), (generated(further), options.others)]
    if options.held_out:
        queues = [(held_out(further), options.others)]
    for jobs, count in queues:
        lock = threading.Lock()
        for _ in range(count):
            threading.Thread(target=work, args=(jobs, lock)).start()


if __name__ == "__main__":
    main()
