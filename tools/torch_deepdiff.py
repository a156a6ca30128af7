#!/usr/bin/env python3
"""DeepDiff's networks in PyTorch, as published: CPU seconds of one epoch on one thread. Needs torch.

  torch_deepdiff.py VARIANT [--genes 1000] [--bins 200] [--marks 5] [--batch 10]

Prints "VARIANT: seconds". The networks are those of torch_architectures.py, where each channel has an encoder of its
own, one after the other, as in the authors' code.
"""
import argparse
import time

import torch
import torch.nn as nn

from torch_architectures import DEEPDIFF, differences

CHANNELS = dict(raw_d=1, raw_c=2, raw=3, aux=2, aux_siamese=2, raw_aux=5, raw_aux_siamese=5)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("variant", choices=DEEPDIFF)
    for name, default in dict(genes=1000, bins=200, marks=5, batch=10).items():
        p.add_argument("--" + name, type=int, default=default)
    o = p.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(1)
    model = DEEPDIFF[o.variant](o.marks * CHANNELS[o.variant], o.bins)
    for parameter in model.parameters():
        nn.init.uniform_(parameter, -0.1, 0.1)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-4)
    x = torch.poisson(torch.full((o.genes, o.bins, o.marks * CHANNELS[o.variant]), 2.0))
    y = torch.cat([torch.randn(o.genes, 3), torch.arange(o.genes).remainder(2).unsqueeze(1)], 1)
    started = time.process_time()
    for rows in torch.randperm(o.genes).split(o.batch):
        optimiser.zero_grad()
        differences(model(x[rows])[0], y[rows]).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
    print(f"{o.variant}: {time.process_time() - started:.3f}")


if __name__ == "__main__":
    main()
