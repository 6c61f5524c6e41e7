#!/usr/bin/env python3
"""Training steps a second of a network in PyTorch: train_step.py --net mobilefacenet-y1 [--against LIKENESS]

One step is what any training script does: bytes of the chips to float, forward, CosFace over normalised class weights,
backward, SGD with momentum and weight decay. With --against, the program's own steps (`train bench`) and these are taken
alternately, each in a process of its own; the ratio is that of the medians.
"""
import argparse
import json
import statistics
import subprocess
import sys
import time


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--net", default="mobilefacenet-y1", choices=["mobilefacenet-y1", "iresnet-18"])
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--classes", type=int, default=1000)
    p.add_argument("--steps", type=int, default=4, help="measured steps of a round, after one that is not counted")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--against", metavar="LIKENESS", help="the program to alternate with")
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--channels-last", action="store_true", help="lay pictures out by pixels, not by planes")
    return p.parse_args()


def networks(torch):
    nn = torch.nn

    class Residual(nn.Module):
        def __init__(self, body, shortcut=None):
            super().__init__()
            self.body, self.shortcut = body, shortcut

        def forward(self, x):
            return self.body(x) + (x if self.shortcut is None else self.shortcut(x))

    def unit(i, o, k, stride=1, padding=0, groups=1, linear=False):
        layers = [nn.Conv2d(i, o, k, stride, padding, groups=groups, bias=False), nn.BatchNorm2d(o)]
        return nn.Sequential(*layers, *([] if linear else [nn.PReLU(o)]))

    def mobilefacenet():
        layers, i = [unit(3, 64, 3, 2, 1), unit(64, 64, 3, 1, 1, groups=64)], 64
        for middle, o, repeats, first in [(128, 64, 5, 2), (256, 128, 1, 2), (256, 128, 6, 1), (512, 128, 1, 2),
                                          (256, 128, 2, 1)]:
            for n in range(repeats):
                stride = first if n == 0 else 1
                body = nn.Sequential(unit(i, middle, 1), unit(middle, middle, 3, stride, 1, groups=middle),
                                     unit(middle, o, 1, linear=True))
                layers.append(Residual(body) if stride == 1 and i == o else body)
                i = o
        layers += [unit(128, 512, 1), unit(512, 512, 7, groups=512, linear=True), nn.Flatten(), nn.Linear(512, 128),
                   nn.BatchNorm1d(128)]
        return nn.Sequential(*layers), 128

    def iresnet18():
        layers, i = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.PReLU(64)], 64
        for o in [64, 128, 256, 512]:
            for n in range(2):
                stride = 2 if n == 0 else 1
                body = nn.Sequential(nn.BatchNorm2d(i), nn.Conv2d(i, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o),
                                     nn.PReLU(o), nn.Conv2d(o, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o))
                shortcut = None
                if stride != 1 or i != o:
                    shortcut = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))
                layers.append(Residual(body, shortcut))
                i = o
        layers += [nn.BatchNorm2d(512), nn.Flatten(), nn.Linear(512 * 49, 512), nn.BatchNorm1d(512)]
        return nn.Sequential(*layers), 512

    return {"mobilefacenet-y1": mobilefacenet, "iresnet-18": iresnet18}


def measure(args):
    import torch
    import torch.nn.functional as F
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    net, dimension = networks(torch)[args.net]()
    net[-1].weight.requires_grad_(False)
    head = torch.nn.Parameter(torch.randn(args.classes, dimension) * 0.01)
    if args.channels_last:
        net = net.to(memory_format=torch.channels_last)
    net.train()
    decayed = [p for p in net.parameters() if p.requires_grad and p.dim() > 1] + [head]
    plain = [p for p in net.parameters() if p.requires_grad and p.dim() == 1]
    optimiser = torch.optim.SGD(
        [{"params": decayed, "weight_decay": 5e-4}, {"params": plain, "weight_decay": 0}], lr=0.1, momentum=0.9)
    chips = torch.randint(0, 256, (args.batch, 112, 112, 3), dtype=torch.uint8)
    labels = torch.randint(0, args.classes, (args.batch,))
    seconds = []
    for step in range(args.steps + 1):
        began = time.perf_counter()
        x = (chips.permute(0, 3, 1, 2).float() - 127.5) / 128
        x = x if args.channels_last else x.contiguous()
        optimiser.zero_grad()
        cosines = F.linear(F.normalize(net(x)), F.normalize(head))
        logits = 30 * (cosines - 0.35 * F.one_hot(labels, args.classes))
        loss = F.cross_entropy(logits, labels)
        loss.backward()
        optimiser.step()
        loss.item()
        if step > 0:
            seconds.append(time.perf_counter() - began)
    return {"net": args.net, "version": torch.__version__, "threads": args.threads, "secondsPerStep": seconds}


def alternate(args):
    common = ["--batch", str(args.batch), "--classes", str(args.classes), "--steps", str(args.steps),
              "--threads", str(args.threads)]
    theirs = [sys.executable, __file__, "--net", args.net] + common
    ours = [args.against, "train", "bench", "--backbone", args.net, "--json"] + common
    peer, own, outside = [], [], []
    for _ in range(args.rounds):
        peer += json.loads(subprocess.check_output(theirs))["secondsPerStep"]
        result = json.loads(subprocess.check_output(ours))
        own += result["secondsPerStep"]
        outside.append(result["outsideLibTorch"])
    a, b = statistics.median(peer), statistics.median(own)
    return {"net": args.net, "batch": args.batch, "threads": args.threads, "steps": len(own),
            "pytorchSecondsPerStep": round(a, 4), "likenessSecondsPerStep": round(b, 4), "ratio": round(a / b, 4),
            "outsideLibTorch": round(statistics.median(outside), 4)}


if __name__ == "__main__":
    options = arguments()
    print(json.dumps(alternate(options) if options.against else measure(options)))
