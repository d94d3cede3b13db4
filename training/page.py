"""What the network sees and answers with: input size, alphabet, and the Python twin of
src/solvers/text-image/normalise.ts (same geometry; the resampling filter differs a little)."""

import cv2
import numpy as np

HEIGHT, WIDTH = 64, 192
MAX_STRETCH = 2.0

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


def normalise(picture: np.ndarray) -> np.ndarray:
    """uint8 [h, w, 3] of any size to uint8 [64, 192, 3]."""
    height, width = picture.shape[:2]
    to_width, to_height = fit_input(width, height)
    shrinks = to_width < width and to_height < height
    scaled = cv2.resize(
        picture, (to_width, to_height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    )
    if (to_width, to_height) == (WIDTH, HEIGHT):
        return scaled
    border = np.concatenate([scaled[0], scaled[-1], scaled[:, 0], scaled[:, -1]])
    page = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    page[:] = np.round(border.mean(0)).astype(np.uint8)
    page[:to_height, :to_width] = scaled
    return page
