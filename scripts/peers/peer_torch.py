"""ref-small in PyTorch: times it for scripts/bench, and writes it as ONNX for onnxruntime-web.

    peer_torch.py onnx FILE
    peer_torch.py serve         a request a line, {"what": ..., "threads": ...}; it answers seconds
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

REF_SMALL = {"vocabulary": 8192, "context": 128, "channels": 256, "layers": 6, "heads": 8}
MINI = {"vocabulary": 8192, "context": 256, "channels": 192, "layers": 4, "heads": 6}
BATCH, CLASSES = 8, 2


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        C = c["channels"]
        self.heads = c["heads"]
        self.ln_1, self.ln_2 = nn.LayerNorm(C), nn.LayerNorm(C)
        self.attn, self.proj = nn.Linear(C, 3 * C), nn.Linear(C, C)
        self.fc, self.out = nn.Linear(C, 4 * C), nn.Linear(4 * C, C)
        T = c["context"]
        self.register_buffer("mask", torch.triu(torch.full((T, T), -1e9), 1))

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = self.attn(self.ln_1(x)).split(C, 2)
        q, k, v = (t.view(B, T, self.heads, C // self.heads).transpose(1, 2) for t in (q, k, v))
        scores = q @ k.transpose(2, 3) * (C // self.heads) ** -0.5 + self.mask[:T, :T]
        y = (F.softmax(scores, 3) @ v).transpose(1, 2).reshape(B, T, C)
        x = x + self.proj(y)
        return x + self.out(F.gelu(self.fc(self.ln_2(x)), approximate="tanh"))


class Classifier(nn.Module):
    """GPT-2, read at `last` [B]; without it, at the last place of all."""

    def __init__(self, c):
        super().__init__()
        self.wte = nn.Embedding(c["vocabulary"], c["channels"])
        self.wpe = nn.Embedding(c["context"], c["channels"])
        self.blocks = nn.ModuleList(Block(c) for _ in range(c["layers"]))
        self.ln_f = nn.LayerNorm(c["channels"])
        self.head = nn.Linear(c["channels"], CLASSES, bias=False)

    def forward(self, ids, last=None):
        x = self.wte(ids) + self.wpe.weight[: ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        x = x[:, -1] if last is None else x[torch.arange(len(ids)), last]
        return self.head(self.ln_f(x))


def timed(work, clock, least=0.2):
    """Mean seconds of as many runs as `least` seconds take."""
    runs, start = 0, clock()
    while runs == 0 or clock() - start < least:
        work()
        runs += 1
    return (clock() - start) / runs


class Steps:
    def __init__(self):
        torch.manual_seed(1)
        self.model = Classifier(REF_SMALL)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-5)
        self.targets = torch.arange(BATCH) % CLASSES
        self.ids = {T: torch.randint(0, REF_SMALL["vocabulary"], (BATCH, T)) for T in (32, 128)}

    def forward(self):
        with torch.no_grad():
            self.model(self.ids[32])

    def step(self, T):
        self.optimizer.zero_grad()
        F.cross_entropy(self.model(self.ids[T]), self.targets).backward()
        self.optimizer.step()

    def run(self, clock):
        return {"forward": timed(self.forward, clock), "step": timed(lambda: self.step(32), clock),
                "step128": timed(lambda: self.step(128), clock)}


def tune(lengths, epochs, batch):
    """last:1 as a course does it: all rows padded to the longest, frozen blocks run every epoch.
    70% of the rows train, 10% validate after each epoch, 20% test. Seconds."""
    torch.manual_seed(1)
    model = Classifier(MINI)
    for p in model.parameters():
        p.requires_grad = False
    for part in (model.blocks[-1], model.ln_f, model.head):
        for p in part.parameters():
            p.requires_grad = True
    rows, longest = len(lengths), min(max(lengths), MINI["context"])
    ids = torch.randint(0, MINI["vocabulary"], (rows, longest))
    last = torch.tensor([min(n, longest) - 1 for n in lengths])
    targets = torch.arange(rows) % CLASSES
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-3)
    train, valid = rows * 7 // 10, rows // 10

    def evaluate(begin, end):
        with torch.no_grad():
            for i in range(begin, end, batch):
                model(ids[i:min(i + batch, end)], last[i:min(i + batch, end)]).argmax(1)

    start = time.perf_counter()
    for _ in range(epochs):
        for chosen in torch.randperm(train).split(batch):
            optimizer.zero_grad()
            F.cross_entropy(model(ids[chosen], last[chosen]), targets[chosen]).backward()
            optimizer.step()
        evaluate(train, train + valid)
    evaluate(train + valid, rows)
    return time.perf_counter() - start


def serve():
    steps = Steps()
    for line in sys.stdin:
        request = json.loads(line)
        torch.set_num_threads(request["threads"])
        if request["what"] == "tune":
            seconds = tune(request["lengths"], request["epochs"], request["batch"])
            print(json.dumps({"seconds": seconds}), flush=True)
        else:
            clock = time.process_time if request.get("cpu") else time.perf_counter
            print(json.dumps(steps.run(clock)), flush=True)


def main(arguments):
    if arguments[:1] == ["onnx"] and len(arguments) == 2:
        torch.manual_seed(1)
        ids = torch.zeros(BATCH, 32, dtype=torch.int64)
        torch.onnx.export(Classifier(REF_SMALL).eval(), ids, arguments[1], opset_version=17,
                          input_names=["ids"], output_names=["logits"])
    elif arguments == ["serve"]:
        serve()
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
