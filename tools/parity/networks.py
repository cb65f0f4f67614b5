"""Networks that PyTorch itself does not have, written as their authors do, for layer_values.py and make_fixtures.py."""

import torch
import torch.nn.functional as F
from torch import nn


def conv(inputs, outputs, kernel, stride=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


class ResidualBlock(nn.Module):
    def __init__(self, inputs, width, stride, bottleneck):
        super().__init__()
        outputs = 4 * width if bottleneck else width
        self.conv1 = conv(inputs, width, 1) if bottleneck else conv(inputs, width, 3, stride)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = conv(width, width, 3, stride if bottleneck else 1)
        self.bn2 = nn.BatchNorm2d(width)
        if bottleneck:
            self.conv3, self.bn3 = conv(width, outputs, 1), nn.BatchNorm2d(outputs)
        self.bottleneck, self.downsample = bottleneck, None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.bottleneck:
            y = self.bn3(self.conv3(F.relu(y)))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


def residual_block(inputs, width, stride, bottleneck):
    return ResidualBlock(inputs, width, stride, bottleneck)


class ResNet(nn.Module):
    def __init__(self, blocks, width, bottleneck, small, classes, channels):
        super().__init__()
        self.small, self.count = small, len(blocks)
        self.conv1 = conv(channels, width, 3) if small else conv(channels, width, 7, 2)
        self.bn1 = nn.BatchNorm2d(width)
        inputs = width
        for stage, count in enumerate(blocks):
            layers = []
            for index in range(count):
                layers.append(ResidualBlock(inputs, width << stage, 2 if stage and not index else 1, bottleneck))
                inputs = (width << stage) * (4 if bottleneck else 1)
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        if not self.small:
            x = F.max_pool2d(x, 3, 2, 1)
        for stage in range(self.count):
            x = getattr(self, f"layer{stage + 1}")(x)
        return self.fc(x.mean((2, 3)))


def resnet(blocks, width, bottleneck, small, classes, channels=3):
    return ResNet(blocks, width, bottleneck, small, classes, channels)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.c_attn, self.c_proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        n, t, e = x.shape
        q, k, v = (y.view(n, t, self.heads, -1).transpose(1, 2) for y in self.c_attn(x).split(e, 2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.c_proj(y.transpose(1, 2).reshape(n, t, e))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.ln_1, self.attn, self.ln_2 = nn.LayerNorm(width), Attention(width, heads), nn.LayerNorm(width)
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(width, 4 * width), "c_proj": nn.Linear(4 * width, width)})

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp.c_proj(F.gelu(self.mlp.c_fc(self.ln_2(x))))


class GPT(nn.Module):
    def __init__(self, vocabulary, context, width, depth, heads):
        super().__init__()
        self.transformer = nn.ModuleDict({
            "wte": nn.Embedding(vocabulary, width), "wpe": nn.Embedding(context, width),
            "h": nn.ModuleList(Block(width, heads) for _ in range(depth)), "ln_f": nn.LayerNorm(width)})
        self.lm_head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, x):
        y = self.transformer.wte(x) + self.transformer.wpe.weight[:x.shape[1]]
        for block in self.transformer.h:
            y = block(y)
        return self.lm_head(self.transformer.ln_f(y))


class CharLSTM(nn.Module):
    def __init__(self, vocabulary, width, hidden, layers):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.lstm = nn.LSTM(width, hidden, layers, batch_first=True)
        self.decoder = nn.Linear(hidden, vocabulary)

    def forward(self, x):
        return self.decoder(self.lstm(self.embedding(x))[0])


class ViTBlock(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width, eps=1e-6)
        self.self_attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.ln_2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Dropout(0), nn.Linear(hidden, width),
                                 nn.Dropout(0))

    def forward(self, x):
        y = self.ln_1(x)
        x = x + self.self_attention(y, y, y, need_weights=False)[0]
        return x + self.mlp(self.ln_2(x))


class ViT(nn.Module):
    """torchvision's, with its names."""

    def __init__(self, size, patch, width, depth, heads, hidden, classes):
        super().__init__()
        self.class_token = nn.Parameter(torch.zeros(1, 1, width))
        self.conv_proj = nn.Conv2d(3, width, patch, patch)
        self.encoder = nn.Module()
        self.encoder.pos_embedding = nn.Parameter(torch.empty(1, (size // patch) ** 2 + 1, width))
        self.encoder.layers = nn.ModuleDict(
            {f"encoder_layer_{i}": ViTBlock(width, heads, hidden) for i in range(depth)})
        self.encoder.ln = nn.LayerNorm(width, eps=1e-6)
        self.heads = nn.ModuleDict({"head": nn.Linear(width, classes)})

    def forward(self, x):
        rows = self.conv_proj(x).flatten(2).transpose(1, 2)
        y = torch.cat([self.class_token.expand(len(x), -1, -1), rows], 1) + self.encoder.pos_embedding
        for layer in self.encoder.layers.values():
            y = layer(y)
        return self.heads.head(self.encoder.ln(y)[:, 0])


class VGG(nn.Module):
    """torchvision's, with its names, of any size."""

    def __init__(self, counts, widths, hidden, pooled, norm, classes):
        super().__init__()
        layers, inputs = [], 3
        for count, width in zip(counts, widths):
            for _ in range(count):
                layers += [nn.Conv2d(inputs, width, 3, padding=1)] + ([nn.BatchNorm2d(width)] if norm else []) + [nn.ReLU()]
                inputs = width
            layers.append(nn.MaxPool2d(2))
        self.features, self.avgpool = nn.Sequential(*layers), nn.AdaptiveAvgPool2d(pooled)
        self.classifier = nn.Sequential(
            nn.Linear(inputs * pooled * pooled, hidden), nn.ReLU(), nn.Dropout(0), nn.Linear(hidden, hidden),
            nn.ReLU(), nn.Dropout(0), nn.Linear(hidden, classes))

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


class UNet(nn.Module):
    def __init__(self, channels, classes, width, levels):
        super().__init__()
        widths = [width << level for level in range(levels + 1)]
        pairs = list(zip(widths[1:], widths))[::-1]
        self.down = nn.ModuleList(self.twice(a, b) for a, b in zip([channels] + widths, widths))
        self.up = nn.ModuleList(nn.ConvTranspose2d(a, b, 2, 2) for a, b in pairs)
        self.merge = nn.ModuleList(self.twice(a, b) for a, b in pairs)
        self.head = nn.Conv2d(width, classes, 1)

    @staticmethod
    def twice(inputs, outputs):
        return nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())

    def forward(self, x):
        across = []
        for level, layers in enumerate(self.down):
            x = layers(F.max_pool2d(x, 2) if level else x)
            across.append(x)
        across.pop()
        for up, merge in zip(self.up, self.merge):
            x = merge(torch.cat([across.pop(), up(x)], 1))
        return self.head(x)


class MLP(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = F.relu(layer(x))
        return self.layers[-1](x)


class Autoencoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.encoder, self.decoder = MLP(sizes), MLP(sizes[::-1])

    def forward(self, x):
        return self.decoder(self.encoder(x))


class VariationalAutoencoder(nn.Module):
    """What comes back of the mean of the code; `loss` with the mean in place of a draw."""

    def __init__(self, sizes, code):
        super().__init__()
        self.encoder, self.mean = MLP(sizes), nn.Linear(sizes[-1], code)
        self.logVariance, self.decoder = nn.Linear(sizes[-1], code), MLP([code] + sizes[::-1])

    def forward(self, x):
        return self.decoder(self.mean(F.relu(self.encoder(x))))

    def loss(self, x):
        inner = F.relu(self.encoder(x))
        mean, log = self.mean(inner), self.logVariance(inner)
        divergence = 0.5 * (log.exp() + mean * mean - 1 - log).sum()
        return (F.mse_loss(self.decoder(mean), x, reduction="sum") + divergence) / len(x)
