"""Pictures by django-simple-captcha, MediaWiki's ConfirmEdit and ejabberd's captcha.sh (python3-django-captcha, mediawiki,
ejabberd, imagemagick), run by Debian's own Python. One JSON request a line, one answer a line: see ../debian-generators.ts.
"""

import base64
import importlib.util
import io
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType, SimpleNamespace

CONFIRM_EDIT = Path("/usr/share/mediawiki/extensions-core/ConfirmEdit")
EJABBERD = Path("/usr/share/ejabberd/captcha.sh")


def colour(least: int, most: int) -> str:
    return f"#{''.join(f'{random.randint(least, most):02x}' for _ in range(3))}"


def load_django() -> ModuleType:
    from django.conf import settings

    settings.configure(INSTALLED_APPS=["captcha"], DEFAULT_AUTO_FIELD="django.db.models.AutoField")
    import django

    django.setup()
    from captcha import views

    return views


class Django:
    """Its view, with our text in place of a row of its table."""

    def __init__(self) -> None:
        self.views = load_django()
        self.plain = dict(vars(self.views.settings))

    def draw(self, ask: dict) -> bytes:
        settings = self.views.settings
        for name, value in self.plain.items():
            setattr(settings, name, value)
        random.seed(ask["seed"])
        if ask["wild"]:
            turn = random.randint(1, 45)
            settings.CAPTCHA_FONT_PATH = ask["font"]
            settings.CAPTCHA_FONT_SIZE = random.randint(18, 44)
            settings.CAPTCHA_LETTER_ROTATION = random.choice([None, (-turn, turn)])
            settings.CAPTCHA_BACKGROUND_COLOR = random.choice(["#ffffff", "transparent", colour(190, 255)])
            settings.CAPTCHA_FOREGROUND_COLOR = colour(0, 120)
            noise = random.sample(["noise_arcs", "noise_dots"], random.randint(0, 2))
            settings.CAPTCHA_NOISE_FUNCTIONS = tuple(f"captcha.helpers.{name}" for name in noise)
            settings.CAPTCHA_FILTER_FUNCTIONS = random.choice([("captcha.helpers.post_smooth",), ()])
        row = SimpleNamespace(challenge=ask["text"])
        store = SimpleNamespace(objects=SimpleNamespace(get=lambda hashkey: row), DoesNotExist=KeyError)
        self.views.CaptchaStore = store
        return self.views.captcha_image(None, str(ask["seed"])).content


class MediaWiki:
    """Its script with wobbling rows; the older one stirs more and has no noise."""

    def __init__(self, script: str) -> None:
        spec = importlib.util.spec_from_file_location("captcha_script", CONFIRM_EDIT / script)
        self.script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.script)

    def draw(self, ask: dict) -> bytes:
        random.seed(ask["seed"])
        with tempfile.NamedTemporaryFile(suffix=".png") as file:
            self.script.gen_captcha(ask["text"], ask["font"], random.randint(28, 60) if ask["wild"] else 40, file.name)
            return Path(file.name).read_bytes()


class Ejabberd:
    """Its shell script, which takes its random numbers from a file of ours."""

    def draw(self, ask: dict) -> bytes:
        random.seed(ask["seed"])
        with tempfile.NamedTemporaryFile() as numbers:
            numbers.write(random.randbytes(64))
            numbers.flush()
            script = EJABBERD.read_text().replace("/dev/urandom", numbers.name)
            if ask["wild"]:
                script = script.replace("-pointsize 40", f"-font {ask['font']} -pointsize {random.randint(28, 40)}")
            return subprocess.run(["bash", "-c", script, "captcha.sh", ask["text"]], check=True, capture_output=True).stdout


MAKERS = {
    "django-simple-captcha": Django,
    "mediawiki": lambda: MediaWiki("captcha.py"),
    "mediawiki-old": lambda: MediaWiki("captcha-old.py"),
    "ejabberd": Ejabberd,
}
makers: dict[str, Django | MediaWiki | Ejabberd] = {}
for line in sys.stdin:
    ask = json.loads(line)
    name = ask["name"]
    if name not in makers:
        makers[name] = MAKERS[name]()
    print(base64.b64encode(makers[name].draw(ask)).decode(), flush=True)
