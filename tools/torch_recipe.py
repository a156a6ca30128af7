#!/usr/bin/env python3
"""AdamW and the one-cycle schedule of PyTorch, for the parity tests of training. Needs torch and numpy.

  torch_recipe.py FOLDER

Writes into FOLDER, as plain files of doubles:
  x, y, parameters  as torch_architectures.py, of a small "lstm-alpha-beta" with hidden = 4 and markHidden = 3
  rates             the learning rate of each mini-batch
  losses            the mean loss over the genes of each epoch
  after             the parameters after the last epoch
  steps, cycles     numbers of steps, and the rates of OneCycleLR with a highest rate of 1 for each, one after the other
"""
import os
import sys

import numpy as np
import torch
import torch.nn as nn

from torch_architectures import in_columns, lstm_alpha_beta, training_step

MARKS, BINS, GENES, BATCH, EPOCHS, RATE, DECAY = 3, 13, 19, 8, 4, 1e-2, 0.1


def one_cycle(optimiser, rate, steps):
    """The settings of R/model-recipe.R."""
    return torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.3,
                                               anneal_strategy="cos", cycle_momentum=False, div_factor=25,
                                               final_div_factor=1e4)


def cycle(steps):
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1)
    schedule, rates = one_cycle(optimiser, 1, steps), []
    for step in range(steps):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        if step + 1 < steps:
            schedule.step()
    return rates


def decays(parameter):
    return sum(extent > 1 for extent in parameter.shape) >= 2


def main():
    folder = sys.argv[1]
    torch.manual_seed(1)
    torch.set_default_dtype(torch.float64)
    model = lstm_alpha_beta(MARKS, BINS, hidden=4, markHidden=3)
    for parameter in model.parameters():
        nn.init.uniform_(parameter, -0.4, 0.4)
    x = torch.poisson(torch.full((GENES, BINS, MARKS), 3.0))
    y = torch.arange(GENES).remainder(2).to(x.dtype)
    out = dict(x=x.transpose(1, 2), y=y, parameters=in_columns(model.parameters()))

    optimiser = torch.optim.AdamW([
        dict(params=[p for p in model.parameters() if decays(p)], weight_decay=DECAY),
        dict(params=[p for p in model.parameters() if not decays(p)], weight_decay=0)], lr=RATE)
    batches = [slice(first, first + BATCH) for first in range(0, GENES, BATCH)]
    steps = EPOCHS * len(batches)
    schedule, rates, losses = one_cycle(optimiser, RATE, steps), [], []
    for epoch in range(EPOCHS):
        loss = 0
        for batch in batches:
            rates.append(optimiser.param_groups[0]["lr"])
            loss += training_step(model, optimiser, x[batch], y[batch]) * len(y[batch])
            if len(rates) < steps:
                schedule.step()
        losses.append(loss / GENES)
    lengths = [2, 3, 4, 10, 57, 300]
    out.update(rates=torch.tensor(rates), losses=torch.tensor(losses), after=in_columns(model.parameters()),
               steps=torch.tensor(lengths).double(),
               cycles=torch.tensor([rate for length in lengths for rate in cycle(length)]))
    os.makedirs(folder, exist_ok=True)
    for name, values in out.items():
        np.ascontiguousarray(values.detach().numpy()).tofile(os.path.join(folder, name))


if __name__ == "__main__":
    main()
