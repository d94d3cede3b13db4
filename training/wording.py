"""What the pictures of our own renderer say."""

import random

DIGITS = "0123456789"
LOWER = "abcdefghijklmnopqrstuvwxyz"
UPPER = LOWER.upper()
PUNCTUATION = "!@#$%&().:,?+-*/="
SETS = [
    (16, DIGITS),
    (16, LOWER),
    (14, UPPER),
    (12, LOWER + DIGITS),
    (14, UPPER + DIGITS),
    (17, LOWER + UPPER + DIGITS),
    (5, LOWER + UPPER),
    (3, "0123456789ABCDEF"),
    (3, LOWER + UPPER + DIGITS + PUNCTUATION),
]
LENGTHS = [(2, 1), (3, 2), (6, 3), (20, 4), (22, 5), (21, 6), (9, 7), (8, 8), (3, 9), (3, 10), (2, 11), (1, 12)]
SYLLABLES = "ba be bi bo bu ca ce co da de di do fa fi fo ga ge go ha he hi ho ja jo ka ke la le li lo ma me mi mo na ne no pa pe po ra re ri ro sa se si so ta te ti to va ve vi wa we zo qu xi yo th sh st tr br ing er an in on".split()


def choose(dice: random.Random, weighted: list[tuple[int, object]]) -> object:
    return dice.choices([item for _, item in weighted], [weight for weight, _ in weighted])[0]


def sum_text(dice: random.Random) -> str:
    top = dice.choice((9, 9, 20, 50, 99))
    sign = dice.choice("++++----××x*÷/")
    parts = [str(dice.randint(0, top)), sign, str(dice.randint(0, top))]
    if dice.random() < 0.1:
        parts += [dice.choice("+-"), str(dice.randint(0, 9))]
    return "".join(parts) + dice.choice(("", "", "=", "=?", "=?"))


def word(dice: random.Random) -> str:
    text = "".join(dice.choice(SYLLABLES) for _ in range(dice.randint(1, 3)))
    if dice.random() < 0.3:
        text += "".join(dice.choice(SYLLABLES) for _ in range(2))
    text = text[:12]
    return dice.choice((text, text, text.upper(), text.capitalize()))


def wording(dice: random.Random) -> str:
    kind = dice.random()
    if kind < 0.1:
        return sum_text(dice)
    if kind < 0.18:
        return word(dice)
    letters = choose(dice, SETS)
    return "".join(dice.choice(letters) for _ in range(choose(dice, LENGTHS)))
