#!/usr/bin/env python3
"""The architectures of R/model-architectures.R in PyTorch, for parity tests. Needs torch and numpy.

  torch_architectures.py NAME FOLDER [--bins 100] [--marks 5] [--genes 4] [--seed 1] [--steps 5]
                         [--scale 0.1] [--size hidden=32 ...] [--target class] [--loss squared]

Writes into FOLDER, as plain files of doubles, for a model NAME with random parameters in [-scale, scale] and random
counts:
  x, y             counts [genes][marks][bins] and labels, or numbers, or the targets of all outputs [genes][outputs]: of
                   twoStage, or of DeepDiff's networks, whose marks are channels and whose target is the difference
  parameters       in the order of the modules; arrays column by column, as R keeps them
  logit            of each gene; of twoStage both outputs, [genes][2]
  attention-STAGE  [genes][copies][steps]
  loss, gradient   the latter as parameters
  adamLosses       loss of each of the first training steps with all genes as the mini-batch
  after            the parameters after them
Dropout is where it belongs, and never active here.
"""
import argparse
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class Lstm(nn.Module):
    """genes x time x inputs to genes x time x 2 hidden"""

    def __init__(self, inputs, hidden, dropout):
        super().__init__()
        self.lstm = nn.LSTM(inputs, hidden, bidirectional=True, batch_first=True)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.dropout(self.lstm(x)[0])


class Conv(nn.Module):
    """genes x time x inputs to genes x time x filters, the time padded with zeros"""

    def __init__(self, inputs, filters, kernel, dropout):
        super().__init__()
        self.conv = nn.Conv1d(inputs, filters, kernel, padding="same")
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.dropout(F.relu(self.conv(x.transpose(1, 2)).transpose(1, 2)))


class Attend(nn.Module):
    """softmax over time of h_t . context, and the weighted sum of the h_t"""

    def __init__(self, size):
        super().__init__()
        self.context = nn.Parameter(torch.empty(size))

    def forward(self, h):
        weight = torch.softmax(h @ self.context, dim=1)
        return (weight.unsqueeze(2) * h).sum(1), weight


class EachMark(nn.Module):
    """genes x bins x marks to genes x marks x size: an encoder and attention for every mark"""

    def __init__(self, encoders, size):
        super().__init__()
        self.encoders = nn.ModuleList(encoders)
        self.attends = nn.ModuleList(Attend(size) for _ in encoders)

    def forward(self, x):
        pairs = [attend(encode(x[:, :, m:m + 1]))
                 for m, (encode, attend) in enumerate(zip(self.encoders, self.attends))]
        return tuple(torch.stack(part, 1) for part in zip(*pairs))


class AlphaBeta(nn.Module):
    def __init__(self, bin_encoders, bin_size, mark_encoder, mark_size):
        super().__init__()
        self.each_mark = EachMark(bin_encoders, bin_size)
        self.mark_encoder = mark_encoder
        self.mark_attend = Attend(mark_size)
        self.head = nn.Linear(mark_size, 1)

    def forward(self, x):
        m, alpha = self.each_mark(x)
        v, beta = self.mark_attend(self.mark_encoder(m))
        return self.head(v), dict(binAttention=alpha, markAttention=beta.unsqueeze(1))


class LstmAlpha(nn.Module):
    def __init__(self, marks, hidden, perceptron, dropout):
        super().__init__()
        self.each_mark = EachMark([Lstm(1, hidden, dropout) for _ in range(marks)], 2 * hidden)
        self.perceptron = nn.Linear(marks * 2 * hidden, perceptron)
        self.head = nn.Linear(perceptron, 1)

    def forward(self, x):
        m, alpha = self.each_mark(x)
        return self.head(F.relu(self.perceptron(m.flatten(1)))), dict(binAttention=alpha)


class Together(nn.Module):
    """One encoder of all marks, one attention over the bins."""

    def __init__(self, encoder, size):
        super().__init__()
        self.encoder = encoder
        self.attend = Attend(size)
        self.head = nn.Linear(size, 1)

    def forward(self, x):
        v, alpha = self.attend(self.encoder(x))
        return self.head(v), dict(attention=alpha.unsqueeze(1))


class LstmEnds(nn.Module):
    """Reads out the state in which each direction ends."""

    def __init__(self, marks, hidden, dropout):
        super().__init__()
        self.lstm = nn.LSTM(marks, hidden, bidirectional=True, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(2 * hidden, 1)

    def forward(self, x):
        _, (h, _) = self.lstm(x)
        return self.head(self.dropout(torch.cat([h[0], h[1]], 1))), {}


class DeepChrome(nn.Module):
    def __init__(self, marks, bins, filters, kernel, pool, dense1, dense2, dropout):
        super().__init__()
        self.conv = nn.Conv1d(marks, filters, kernel)
        self.pool = nn.MaxPool1d(pool)
        self.dropout = nn.Dropout(dropout)
        self.dense1 = nn.Linear((bins - kernel + 1) // pool * filters, dense1)
        self.dense2 = nn.Linear(dense1, dense2)
        self.head = nn.Linear(dense2, 1)

    def forward(self, x):
        pooled = self.pool(F.relu(self.conv(x.transpose(1, 2))))
        v = self.dropout(pooled.transpose(1, 2).flatten(1))       # position by position
        return self.head(F.relu(self.dense2(F.relu(self.dense1(v))))), {}


class DeepDiffAux(nn.Module):
    """The channels of cell type A and then of B, with a part for each; or, raw, behind all of A, B and A - B, a second
    level over all of them. siamese: both cell types have the same encoders."""

    def __init__(self, channels, hidden, mark_hidden, perceptron, raw, siamese):
        super().__init__()
        self.own = channels // 5 if raw else channels // 2
        self.siamese = siamese
        count = channels - (self.own if siamese else 0)
        self.encoders = nn.ModuleList(Lstm(1, hidden, 0) for _ in range(count))
        self.attends = nn.ModuleList(Attend(2 * hidden) for _ in range(count))
        if raw:
            self.level = Lstm(2 * hidden, mark_hidden, 0)
            self.level_attend = Attend(2 * mark_hidden)
        self.pair_levels = nn.ModuleList(Lstm(2 * hidden, mark_hidden, 0) for _ in range(2))
        self.pair_attends = nn.ModuleList(Attend(2 * mark_hidden) for _ in range(2))
        self.heads = nn.ModuleList(nn.Linear(2 * mark_hidden, 1) for _ in range(2))
        self.perceptron = None if raw else nn.Linear(4 * mark_hidden, perceptron)
        self.head = nn.Linear(2 * mark_hidden if raw else perceptron, 1)

    def forward(self, x):
        which = [c if c < len(self.encoders) else c - self.own for c in range(x.shape[2])]
        pairs = [self.attends[w](self.encoders[w](x[:, :, c:c + 1])) for c, w in enumerate(which)]
        m, alpha = (torch.stack(part, 1) for part in zip(*pairs))
        both = m[:, -2 * self.own:-self.own], m[:, -self.own:]
        told = [attend(level(e)) for attend, level, e in zip(self.pair_attends, self.pair_levels, both)]
        v = [v for v, _ in told]
        attention = dict(binAttention=alpha, pairAttention=torch.stack([beta for _, beta in told], 1))
        if self.perceptron:
            y = self.head(F.relu(self.perceptron(torch.cat(v, 1))))
        else:
            top, beta = self.level_attend(self.level(m))
            y = self.head(top)
            attention["markAttention"] = beta.unsqueeze(1)
        outputs = [y] + [head(own) for head, own in zip(self.heads, v)]
        if self.siamese:
            outputs.append((both[0] - both[1]).pow(2).sum((1, 2)).sqrt().unsqueeze(1))
        return torch.cat(outputs, 1), attention


class Same(nn.Module):
    """genes x channels x time: a convolution padded with zeros, and its rectifier"""

    def __init__(self, inputs, filters, kernel):
        super().__init__()
        self.conv = nn.Conv1d(inputs, filters, kernel, padding="same")

    def forward(self, x):
        return F.relu(self.conv(x))


class Value(nn.Module):
    """genes x filters x bins to genes x bins"""

    def __init__(self, filters, detectors, places):
        super().__init__()
        self.detector = nn.Parameter(torch.empty(detectors, filters))
        self.profile = nn.Parameter(torch.empty(places, detectors))
        self.offset = nn.Parameter(torch.empty(places))

    def forward(self, x, place):
        detected = torch.einsum("rf,gft->gtr", self.detector, x)
        return (self.profile[place] * detected).sum(2) + self.offset[place]


class Gate(nn.Module):
    """the context, genes x channels x places, and the values, genes x marks x bins, to the logit"""

    def __init__(self, marks, bins, context, hidden):
        super().__init__()
        self.query = nn.Parameter(torch.empty(marks, context))
        self.position = nn.Parameter(torch.empty(bins, marks))
        self.weight1 = nn.Parameter(torch.empty(hidden, context))
        self.bias1 = nn.Parameter(torch.empty(hidden))
        self.weight2 = nn.Parameter(torch.empty(marks, hidden))
        self.bias2 = nn.Parameter(torch.empty(marks))
        self.bias = nn.Parameter(torch.empty(1))

    def forward(self, c, values, place):
        score = torch.einsum("mc,gcp->gmp", self.query, c)[:, :, place]
        alpha = torch.softmax(score + self.position.t(), 2)
        hidden = F.relu(F.linear(c.mean(2), self.weight1, self.bias1))
        beta = torch.softmax(F.linear(hidden, self.weight2, self.bias2), 1)
        share = c.shape[2] * values.shape[1] * alpha * beta.unsqueeze(2) * values
        told = torch.cat([alpha.flatten(1), beta, share.flatten(1)], 1)
        return share.sum((1, 2), keepdim=True).squeeze(2) + self.bias, told.unsqueeze(1)


class Additive(nn.Module):
    """additive attention: the logit is a sum of shares of bins of marks"""

    def __init__(self, marks, bins, filters, kernel, detectors, places, context, context_kernel, place_kernel, hidden,
                 dropout, value_dropout):
        super().__init__()
        self.pool = max(1, bins // places)
        places = bins // self.pool
        self.place = torch.clamp(torch.arange(bins) // self.pool, max=places - 1)
        self.context1 = Same(marks, context, context_kernel)
        self.context2 = Same(context, context, place_kernel)
        self.features = nn.ModuleList(Same(1, filters, kernel) for _ in range(marks))
        self.values = nn.ModuleList(Value(filters, detectors, places) for _ in range(marks))
        self.gate = Gate(marks, bins, context, hidden)
        self.dropout = nn.Dropout(dropout)
        self.value_dropout = nn.Dropout(value_dropout)

    def forward(self, x):
        x = x.transpose(1, 2)
        c = self.context2(self.dropout(F.avg_pool1d(self.context1(x), self.pool)))
        values = torch.stack([value(self.value_dropout(feature(x[:, m:m + 1])), self.place)
                              for m, (feature, value) in enumerate(zip(self.features, self.values))], 1)
        logit, told = self.gate(c, values, self.place)
        return logit, dict(gate=told)


class Heads(nn.Module):
    """two outputs of a model that ends in one: lines in it"""

    def __init__(self, model):
        super().__init__()
        self.model = model
        self.heads = nn.Linear(1, 2)

    def forward(self, x):
        logit, told = self.model(x)
        return self.heads(logit), told


def two_heads(model):
    """The logit of expressed, and the amount."""
    if not hasattr(model, "head"):
        return Heads(model)
    model.head = nn.Linear(model.head.in_features, 2)
    return model


def additive(marks, bins, filters=16, kernel=10, detectors=3, places=20, context=64, contextKernel=10, placeKernel=5,
             hidden=32, dropout=0.5, valueDropout=0.3):
    return Additive(marks, bins, filters, kernel, detectors, places, context, contextKernel, placeKernel, hidden,
                    dropout, valueDropout)


def lstm_alpha_beta(marks, bins, hidden=32, markHidden=16, dropout=0):
    return AlphaBeta([Lstm(1, hidden, dropout) for _ in range(marks)], 2 * hidden,
                     Lstm(2 * hidden, markHidden, dropout), 2 * markHidden)


def lstm_alpha(marks, bins, hidden=32, perceptron=32, dropout=0.5):
    return LstmAlpha(marks, hidden, perceptron, dropout)


def lstm_attn(marks, bins, hidden=32, dropout=0.5):
    return Together(Lstm(marks, hidden, dropout), 2 * hidden)


def lstm(marks, bins, hidden=32, dropout=0.5):
    return LstmEnds(marks, hidden, dropout)


def deepchrome(marks, bins, filters=50, kernel=10, pool=5, dense1=625, dense2=125, dropout=0.5):
    return DeepChrome(marks, bins, filters, kernel, pool, dense1, dense2, dropout)


def cnn_attn(marks, bins, filters=50, kernel=10, dropout=0.5):
    return Together(Conv(marks, filters, kernel, dropout), filters)


def cnn_alpha_beta(marks, bins, filters=50, kernel=10, markFilters=50, markKernel=3, dropout=0.5):
    return AlphaBeta([Conv(1, filters, kernel, dropout) for _ in range(marks)], filters,
                     Conv(filters, markFilters, markKernel, dropout), markFilters)


def deepdiff_aux(raw, siamese):
    def make(marks, bins, hidden=32, markHidden=16, perceptron=32):
        return DeepDiffAux(marks, hidden, markHidden, perceptron, raw, siamese)
    return make


ARCHITECTURES = {"additive": additive, "lstm-alpha-beta": lstm_alpha_beta, "lstm-alpha": lstm_alpha, "lstm-attn": lstm_attn, "lstm": lstm,
                 "deepchrome": deepchrome, "cnn-attn": cnn_attn, "cnn-alpha-beta": cnn_alpha_beta}
DEEPDIFF = {"raw_d": lstm_alpha_beta, "raw_c": lstm_alpha_beta, "raw": lstm_alpha_beta,
            "aux": deepdiff_aux(False, False), "raw_aux": deepdiff_aux(True, False),
            "aux_siamese": deepdiff_aux(False, True), "raw_aux_siamese": deepdiff_aux(True, True)}


def classes(output, y):
    return F.binary_cross_entropy_with_logits(output.squeeze(1), y[:, 0])


def differences(output, y):
    """Of the change and, where they are there, the values of both cell types and the distance of their embeddings."""
    loss = F.mse_loss(output[:, 0], y[:, 0])
    for i in range(1, min(output.shape[1], 3)):
        loss = loss + F.mse_loss(output[:, i], y[:, i])
    if output.shape[1] == 4:
        d, large = output[:, 3], y[:, 3]
        loss = loss + 4 * ((1 - large) * d ** 2 + large * torch.clamp(2 - d, min=0) ** 2).mean()
    return loss


LOSSES = dict(squared=F.mse_loss, huber=F.huber_loss)


def numbers(loss):
    return lambda output, y: loss(output[:, 0], y[:, 0])


def two_stages(loss):
    """Of expressed or not and, of expressed genes alone, the amount; the mean over all genes."""
    def of(output, y):
        on = y[:, 0] == 1
        amount = loss(output[on, 1], y[on, 1], reduction="sum") / len(y)
        return F.binary_cross_entropy_with_logits(output[:, 0], y[:, 0]) + amount
    return of


def targets(target, genes, outputs):
    """Random ones: labels alternate."""
    label = torch.arange(genes).remainder(2).to(torch.get_default_dtype()).unsqueeze(1)
    if target == "class":
        return label
    if target == "expression":
        return 2 * torch.randn(genes, 1)
    if target == "twoStage":
        return torch.cat([label, torch.where(label == 1, 2 * torch.randn(genes, 1), torch.nan)], 1)
    return torch.cat([3 * torch.randn(genes, 3), label], 1)[:, [0, 1, 2, 3][:outputs]]


def in_columns(tensors):
    """Arrays column by column, one after the other."""
    return torch.cat([t.detach().permute(*reversed(range(t.dim()))).flatten() for t in tensors])


def training_step(model, optimiser, x, y, loss_of):
    optimiser.zero_grad()
    loss = loss_of(model(x)[0], y)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    return loss.item()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("name", choices=[*ARCHITECTURES, *DEEPDIFF])
    p.add_argument("folder")
    for name, default in dict(bins=100, marks=5, genes=4, seed=1, steps=5).items():
        p.add_argument("--" + name, type=int, default=default)
    p.add_argument("--scale", type=float, default=0.1)
    p.add_argument("--size", nargs="*", default=[])
    p.add_argument("--target", choices=["class", "expression", "twoStage"], default="class")
    p.add_argument("--loss", choices=LOSSES, default="squared")
    o = p.parse_args()
    torch.manual_seed(o.seed)
    torch.set_default_dtype(torch.float64)
    size = {name: int(value) for name, value in (s.split("=") for s in o.size)}
    model = (ARCHITECTURES | DEEPDIFF)[o.name](o.marks, o.bins, **size).eval()
    target = "difference" if o.name in DEEPDIFF else o.target
    if target == "twoStage":
        model = two_heads(model)
    number_loss = LOSSES[o.loss]
    loss_of = dict(expression=numbers(number_loss), twoStage=two_stages(number_loss), difference=differences,
                   **{"class": classes})[target]
    for parameter in model.parameters():
        nn.init.uniform_(parameter, -o.scale, o.scale)
    x = torch.poisson(torch.full((o.genes, o.bins, o.marks), 3.0))

    logit, attention = model(x)
    y = targets(target, o.genes, logit.shape[1])
    loss = loss_of(logit, y)
    loss.backward()
    out = dict(x=x.transpose(1, 2), y=y, parameters=in_columns(model.parameters()),
               logit=logit if target == "twoStage" else logit[:, 0], loss=loss,
               gradient=in_columns(q.grad for q in model.parameters()),
               **{"attention-" + stage: weight for stage, weight in attention.items()})
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    out["adamLosses"] = torch.tensor([training_step(model, optimiser, x, y, loss_of) for _ in range(o.steps)])
    out["after"] = in_columns(model.parameters())
    os.makedirs(o.folder, exist_ok=True)
    for name, values in out.items():
        np.ascontiguousarray(values.detach().numpy()).tofile(os.path.join(o.folder, name))


if __name__ == "__main__":
    main()
