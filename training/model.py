"""The network: a residual convolution stack, one bidirectional LSTM, CTC."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from page import ALPHABET


class Residual(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.second = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        inner = F.relu(self.norm1(self.first(x)))
        return F.relu(x + self.norm2(self.second(inner)))


def down(from_channels: int, to_channels: int, stride: tuple[int, int]) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(from_channels, to_channels, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(to_channels),
        nn.ReLU(inplace=True),
    )


class Recogniser(nn.Module):
    """uint8 [n, 64, 192, 3] -> log probabilities [n, 48, 1 + len(ALPHABET)]."""

    def __init__(self, hidden: int = 128):
        super().__init__()
        self.features = nn.Sequential(
            down(3, 24, (2, 2)),  # [n, 24, 32, 96]
            down(24, 48, (2, 1)),  # [n, 48, 16, 96]
            down(48, 80, (2, 2)),  # [n, 80, 8, 48]
            Residual(80),
            down(80, 128, (2, 1)),  # [n, 128, 4, 48]
            Residual(128),
            Residual(128),
        )
        self.collapse = nn.Sequential(
            nn.Conv2d(128, 160, (4, 1), bias=False), nn.BatchNorm2d(160), nn.ReLU(inplace=True)
        )  # [n, 160, 1, 48]
        self.sequence = nn.LSTM(160, hidden, bidirectional=True, batch_first=True)
        self.head = nn.Linear(2 * hidden + 160, 1 + len(ALPHABET))

    def forward(self, pixels: Tensor) -> Tensor:
        x = pixels.float().permute(0, 3, 1, 2) / 255
        # Every picture is brought to zero mean and unit spread, over all three colours together.
        mean = x.mean((1, 2, 3), keepdim=True)
        spread = ((x - mean) ** 2).mean((1, 2, 3), keepdim=True).sqrt()
        return self.read((x - mean) / (spread + 0.02))

    def read(self, x: Tensor) -> Tensor:
        """[n, 3, 64, 192], already brought to zero mean and unit spread."""
        x = self.collapse(self.features(x)).squeeze(2).transpose(1, 2)
        y, _ = self.sequence(x)
        return F.log_softmax(self.head(torch.cat([y, x], 2)), 2)
