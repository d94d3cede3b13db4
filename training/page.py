"""What the network sees and answers with: input size, alphabet, and the Python twin of
src/solvers/text-image/normalise.ts (same geometry; the resampling filter differs a little)."""

import cv2
import numpy as np

HEIGHT, WIDTH = 64, 192
MAX_STRETCH = 2.0
# Plain margins around the ink are cut off if less than this share of the picture is left.
TRIM_BELOW = 0.7

# Index 0 of the network's output is the CTC blank; character i of the alphabet has index i + 1.
ALPHABET = (
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "+-×*÷/=?!@#$%&()._:,"
)
INDEX = {character: i + 1 for i, character in enumerate(ALPHABET)}


def encode(text: str) -> list[int]:
    return [INDEX[character] for character in text]


def fit_input(width: int, height: int) -> tuple[int, int]:
    natural = width / height * HEIGHT
    if natural * MAX_STRETCH < WIDTH:
        return max(8, round(natural * MAX_STRETCH)), HEIGHT
    if natural > WIDTH * MAX_STRETCH:
        return WIDTH, max(8, round(HEIGHT * WIDTH * MAX_STRETCH / natural))
    return WIDTH, HEIGHT


def ink_box(scaled: np.ndarray) -> tuple[int, int, int, int] | None:
    """Where a scaled picture differs from its border's colour, and a quarter of that height around it: x0, y0, x1, y1.
    None if there is nothing, or hardly anything to cut off."""
    height, width = scaled.shape[:2]
    inked = (np.abs(scaled.astype(np.int16) - border_colour(scaled)) > 24).any(2)
    rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
    if len(rows) == 0:
        return None
    room = round((rows[-1] - rows[0] + 1) / 4)
    x0, x1 = max(0, columns[0] - room), min(width, columns[-1] + 1 + room)
    y0, y1 = max(0, rows[0] - room), min(height, rows[-1] + 1 + room)
    return (x0, y0, x1, y1) if (x1 - x0) * (y1 - y0) < TRIM_BELOW * width * height else None


def border_colour(scaled: np.ndarray) -> np.ndarray:
    border = np.concatenate([scaled[0], scaled[-1], scaled[:, 0], scaled[:, -1]])
    return np.round(border.mean(0)).astype(np.int16)


def scale(picture: np.ndarray) -> np.ndarray:
    height, width = picture.shape[:2]
    to_width, to_height = fit_input(width, height)
    shrinks = to_width < width and to_height < height
    return cv2.resize(picture, (to_width, to_height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)


def normalise(picture: np.ndarray) -> np.ndarray:
    """uint8 [h, w, 3] of any size to uint8 [64, 192, 3]."""
    scaled = scale(picture)
    box = ink_box(scaled)
    if box is not None:
        (x0, y0, x1, y1), (to_height, to_width) = box, scaled.shape[:2]
        height, width = picture.shape[:2]
        left, top = x0 * width // to_width, y0 * height // to_height
        right, bottom = -(-x1 * width // to_width), -(-y1 * height // to_height)
        scaled = scale(np.ascontiguousarray(picture[top:bottom, left:right]))
    to_height, to_width = scaled.shape[:2]
    if (to_width, to_height) == (WIDTH, HEIGHT):
        return scaled
    page = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    page[:] = border_colour(scaled).astype(np.uint8)
    page[:to_height, :to_width] = scaled
    return page
