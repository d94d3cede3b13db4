/**
 * Pictures from captcha generators that Debian packages: PHP, Perl, Python, Ruby and shell. Each runs in a process of its
 * own, one for all its pictures, which reads a request a line (JSON, see `Ask`) and answers with a line: the image in Base64.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { sumValue } from "../src/solvers/text-image/sum.ts";
import { int, next, pick, type Sample } from "./generators.ts";
import { ALL, DIGITS, type Generator, LOWER, UPPER, once, someCharacters, textOf } from "./package-tools.ts";

/** What a program under debian/ is asked for; the same request gives the same picture. */
interface Ask {
  readonly name: string;
  readonly seed: number;
  readonly text: string;
  /** Vary what a site could set. */
  readonly wild: boolean;
  /** Path of a font file. */
  readonly font: string;
}
interface Answering {
  ask(request: Ask): Promise<Buffer>;
}

const folder = "/usr/share/fonts/truetype";
/** Of Debian's fonts-dejavu, -liberation, -freefont-ttf, -lato, -quicksand and ttf-bitstream-vera. */
const fonts = [
  "dejavu/DejaVuSans.ttf",
  "dejavu/DejaVuSans-Bold.ttf",
  "dejavu/DejaVuSerif.ttf",
  "dejavu/DejaVuSansMono-Bold.ttf",
  "liberation/LiberationSans-Regular.ttf",
  "liberation/LiberationSans-Bold.ttf",
  "liberation/LiberationSerif-Regular.ttf",
  "liberation/LiberationSerif-BoldItalic.ttf",
  "liberation/LiberationMono-Regular.ttf",
  "freefont/FreeSerif.ttf",
  "freefont/FreeSansOblique.ttf",
  "freefont/FreeMonoBold.ttf",
  "lato/Lato-Medium.ttf",
  "quicksand/Quicksand-Regular.ttf",
  "ttf-bitstream-vera/Vera.ttf",
  "staypuft/StayPuft.ttf",
].map((file) => `${folder}/${file}`);

/** Starts a program under debian/; it ends with this process, whose end closes its input. */
function start(command: string, file: string): Answering {
  const child = spawn(command, [`${import.meta.dirname}/debian/${file}`], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, OMP_NUM_THREADS: "1" }, // ImageMagick's threads only wait for each other on small pictures
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  for (const handle of [child, child.stdin, child.stdout]) (handle as unknown as { unref(): void }).unref();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const keepAlive = setInterval(() => {}, 1000); // the program's handles alone do not keep Node running
      const { value, done } = await lines.next();
      clearInterval(keepAlive);
      if (done === true) throw new Error(`${file} ended without a picture of ${request.name}`);
      return Buffer.from(value, "base64");
    },
  };
}

const php = once(() => start("php", "gregwar.php"));
const perl = once(() => start("perl", "perl.pl"));
const ruby = once(() => start("ruby", "simple-captcha.rb"));
const python = once(() => start("/usr/bin/python3", "python.py"));

const syllables = "ba ce do fi gu ha le mi no pu ra se ti vo wa ze lo ne ri ta ker mon ast ber lin".split(
  " ",
);
const words = (least: number, most: number): string => {
  let text = "";
  while (text.length < least) text += pick(syllables);
  return text.slice(0, most);
};
const sum = (): string => `${int(1, 10)}${pick(["+", "-", "*"])}${int(1, 10)}=`;

function generator(
  name: string,
  program: () => Answering,
  text: (wild: boolean) => string,
  plainFont = fonts[0]!,
): Generator {
  return async (wild): Promise<Sample> => {
    const says = text(wild);
    const request = {
      name,
      seed: int(1, 2 ** 31 - 1),
      text: says,
      wild,
      font: wild ? pick(fonts) : plainFont,
    };
    const answer = sumValue(says) ?? says;
    return { text: says, answer, file: await program().ask(request), extension: "png" };
  };
}

const mediaWikiText = (wild: boolean): string => {
  if (!wild) return words(8, 10);
  return next() < 0.5 ? words(4, 10) : textOf(LOWER, int(4, 10));
};
const gregwarSet = "abcdefghijklmnpqrstuvwxyz123456789";

/** Drawn for training besides `generators`; they need Debian's packages, which README.md lists. */
export const debianGenerators: Readonly<Record<string, Generator>> = {
  gregwar: generator("gregwar", php, (wild) =>
    textOf(wild && next() < 0.4 ? ALL : gregwarSet, wild ? int(3, 8) : 5),
  ),
  "authen-captcha": generator("authen-captcha", perl, (wild) =>
    textOf("abcdefghijklmnopqrstuvwxyz23456789", wild ? int(4, 8) : 5),
  ),
  "gd-security-image": generator("gd-security-image", perl, (wild) =>
    wild ? textOf(someCharacters(), int(4, 8)) : textOf(DIGITS, 6),
  ),
  "django-simple-captcha": generator(
    "django-simple-captcha",
    python,
    (wild) => {
      if (!wild) return textOf(UPPER, 4);
      return next() < 0.25 ? sum() : textOf(next() < 0.5 ? UPPER : someCharacters(), int(3, 7));
    },
    "/usr/share/fonts/truetype/ttf-bitstream-vera/Vera.ttf",
  ),
  mediawiki: generator("mediawiki", python, mediaWikiText),
  "mediawiki-old": generator("mediawiki-old", python, mediaWikiText),
  ejabberd: generator("ejabberd", python, (wild) =>
    textOf(wild && next() < 0.6 ? someCharacters() : DIGITS, wild ? int(4, 5) : 6),
  ),
  "simple-captcha2": generator("simple-captcha2", ruby, (wild) =>
    textOf(wild && next() < 0.4 ? someCharacters() : UPPER, wild ? int(4, 6) : 5),
  ),
};
