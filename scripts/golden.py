#!/usr/bin/env python3
"""The golden numbers: what an independent PyTorch twin of the model computes.

    scripts/golden.py            writes tests/golden/tiny.safetensors
    scripts/golden.py --check    computes anew and compares with the file there; status 1 where off,
                                 77 without torch: nothing was compared

The twin is written from GPT-2's formulas in plain torch operations, one text at a time, with
autograd, in double. It needs torch and numpy (Debian: python3-torch, python3-numpy; run it with
Debian's own python3); the tests only need the file.

In the file: the weights under their own names, and the wider head of "words" as
"words.score.weight"; the batch (ids, starts, labels, targets); for each loss ("last", "mean",
"words", "language") its logits, losses and gradients; and "train.*", 20 steps of AdamW on the loss
of "last". Numbers that the twin chose (learning rate, betas) are in the metadata.
"""
import json
import math
import random
import struct
import sys
from pathlib import Path

try:
    import numpy
    import torch
    import torch.nn.functional as F
except ImportError as error:
    print(f"{error}: install python3-torch and python3-numpy", file=sys.stderr)
    sys.exit(77)

FILE = Path(__file__).resolve().parent.parent / "tests" / "golden" / "tiny.safetensors"
V, T, C, L, H, INNER, K = 23, 9, 16, 2, 4, 40, 3
TEXTS = [[5], [7, 7, 1, 22, 0, 3, 3, 9, 14], [2, 20, 11, 2], [8, 16], [19, 4, 4, 4, 12, 21]]
LABELS = [1, 0, 2, 1, 0]
STEPS, WARMUP, FLOOR, PEAK = 20, 5, 0.1, 1e-2
BETA1, BETA2, EPSILON, DECAY, CLIP = 0.9, 0.95, 1e-8, 0.1, 1.0


def shapes(width):
    """Names and shapes as transformers has them for GPT-2; Conv1D weights are [in, out]. The head
    takes `width` values."""
    yield "transformer.wte.weight", (V, C)
    yield "transformer.wpe.weight", (T, C)
    for layer in range(L):
        h = f"transformer.h.{layer}."
        yield h + "ln_1.weight", (C,)
        yield h + "ln_1.bias", (C,)
        yield h + "attn.c_attn.weight", (C, 3 * C)
        yield h + "attn.c_attn.bias", (3 * C,)
        yield h + "attn.c_proj.weight", (C, C)
        yield h + "attn.c_proj.bias", (C,)
        yield h + "ln_2.weight", (C,)
        yield h + "ln_2.bias", (C,)
        yield h + "mlp.c_fc.weight", (C, INNER)
        yield h + "mlp.c_fc.bias", (INNER,)
        yield h + "mlp.c_proj.weight", (INNER, C)
        yield h + "mlp.c_proj.bias", (C,)
    yield "transformer.ln_f.weight", (C,)
    yield "transformer.ln_f.bias", (C,)
    yield "score.weight", (K, width)


def make_weights(width=C):
    """Larger than GPT-2's initial ones, so that no part of the model is nearly linear. Rounded to
    float first: both sides start from the same numbers. Python's generator, unlike torch's, is
    the same in every version."""
    source = random.Random(2)
    weights = {}
    for name, shape in shapes(width):
        values = [source.gauss(1.0 if "ln_" in name and name.endswith("weight") else 0.0, 0.3)
                  for _ in range(math.prod(shape))]
        array = numpy.array(values, dtype=numpy.float32).reshape(shape)
        weights[name] = torch.tensor(array.astype(numpy.float64), requires_grad=True)
    return weights


def attention(x, weights, h):
    t = x.shape[0]
    qkv = x @ weights[h + "attn.c_attn.weight"] + weights[h + "attn.c_attn.bias"]
    q, k, v = (part.reshape(t, H, C // H).transpose(0, 1) for part in qkv.split(C, dim=1))
    scores = q @ k.transpose(1, 2) / math.sqrt(C // H)
    future = torch.triu(torch.ones(t, t, dtype=torch.bool), diagonal=1)
    shares = torch.softmax(scores.masked_fill(future, float("-inf")), dim=-1)
    merged = (shares @ v).transpose(0, 1).reshape(t, C)
    return merged @ weights[h + "attn.c_proj.weight"] + weights[h + "attn.c_proj.bias"]


def gelu(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


def hidden(weights, ids, average=False):
    """The rows after the final LayerNorm, for one text; or that of the mean of those before it."""
    def norm(x, name):
        return F.layer_norm(x, (C,), weights[name + ".weight"], weights[name + ".bias"], 1e-5)

    x = weights["transformer.wte.weight"][ids] + weights["transformer.wpe.weight"][:len(ids)]
    for layer in range(L):
        h = f"transformer.h.{layer}."
        x = x + attention(norm(x, h + "ln_1"), weights, h)
        wide = norm(x, h + "ln_2") @ weights[h + "mlp.c_fc.weight"] + weights[h + "mlp.c_fc.bias"]
        x = x + gelu(wide) @ weights[h + "mlp.c_proj.weight"] + weights[h + "mlp.c_proj.bias"]
    return norm(x.mean(dim=0) if average else x, "transformer.ln_f")


def words(weights, ids):
    """What "words" puts behind the mean of the rows: that of the tokens' embeddings."""
    return F.layer_norm(weights["transformer.wte.weight"][ids].mean(dim=0), (C,),
                        weights["transformer.ln_f.weight"], weights["transformer.ln_f.bias"], 1e-5)


def targets():
    """For the language model: the next token; behind the last one, any."""
    return [text[1:] + [(text[0] + 6) % V] for text in TEXTS]


def run(weights, kind):
    """logits and the loss of each row, for one of the four losses."""
    rows = [hidden(weights, text, kind in ("mean", "words")) for text in TEXTS]
    if kind == "language":
        logits = torch.cat(rows) @ weights["transformer.wte.weight"].T
        wanted = [token for text in targets() for token in text]
    else:
        read = [row[-1] if kind == "last" else row for row in rows]
        if kind == "words":
            read = [torch.cat([row, words(weights, text)]) for row, text in zip(read, TEXTS)]
        logits = torch.stack(read) @ weights["score.weight"].T
        wanted = LABELS
    return logits, F.cross_entropy(logits, torch.tensor(wanted), reduction="none")


def record(out, kind):
    weights = make_weights(2 * C if kind == "words" else C)
    logits, losses = run(weights, kind)
    losses.mean().backward()
    out[kind + ".logits"] = logits.detach().numpy()
    out[kind + ".losses"] = losses.detach().numpy()
    for name, tensor in weights.items():
        if tensor.grad is not None:
            out[f"{kind}.gradient.{name}"] = tensor.grad.numpy()


def learning_rate(step):
    if step < WARMUP:
        return PEAK * (step + 1) / WARMUP
    progress = (step - WARMUP) / (STEPS - WARMUP)
    return PEAK * (FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * progress)))


def train(out):
    weights = make_weights()
    groups = [{"params": [w for w in weights.values() if w.dim() == 2], "weight_decay": DECAY},
              {"params": [w for w in weights.values() if w.dim() == 1], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=PEAK, betas=(BETA1, BETA2), eps=EPSILON)
    losses, norms = [], []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = run(weights, "last")[1].mean()
        loss.backward()
        norm = math.sqrt(sum(float((w.grad ** 2).sum()) for w in weights.values()))
        if norm > CLIP:
            for w in weights.values():
                w.grad.mul_(CLIP / norm)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step)
        optimizer.step()
        losses.append(float(loss))
        norms.append(norm)
    assert min(norms) < CLIP < max(norms), "the steps must show clipping and its absence"
    out["train.losses"], out["train.norms"] = numpy.array(losses), numpy.array(norms)
    for name, w in weights.items():
        out["train.weights." + name] = w.detach().numpy()


def compute():
    out = {name: w.detach().numpy() for name, w in make_weights().items()}
    lengths = [len(text) for text in TEXTS]
    out["ids"] = numpy.array(sum(TEXTS, []), dtype=numpy.int32)
    out["starts"] = numpy.array([sum(lengths[:b]) for b in range(len(lengths) + 1)], numpy.int32)
    out["labels"] = numpy.array(LABELS, dtype=numpy.int32)
    out["targets"] = numpy.array(sum(targets(), []), dtype=numpy.int32)
    out["words.score.weight"] = make_weights(2 * C)["score.weight"].detach().numpy()
    for kind in ("last", "mean", "words", "language"):
        record(out, kind)
    train(out)
    return {name: array if array.dtype == numpy.int32 else array.astype(numpy.float32)
            for name, array in out.items()}


def chosen():
    numbers = {"vocabulary": V, "context": T, "channels": C, "layers": L, "heads": H,
               "inner": INNER, "classes": K, "steps": STEPS, "warmup": WARMUP, "floor": FLOOR,
               "peak": PEAK, "beta1": BETA1, "beta2": BETA2, "epsilon": EPSILON,
               "weight_decay": DECAY, "clip": CLIP}
    return {name: repr(number) for name, number in numbers.items()}


def to_bytes(tensors):
    header, data = {"__metadata__": chosen()}, b""
    for name, array in tensors.items():
        kind = "I32" if array.dtype == numpy.int32 else "F32"
        block = array.astype("<i4" if kind == "I32" else "<f4").tobytes()
        header[name] = {"dtype": kind, "shape": list(array.shape),
                        "data_offsets": [len(data), len(data) + len(block)]}
        data += block
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def from_bytes(content):
    size = struct.unpack("<Q", content[:8])[0]
    header, tensors = json.loads(content[8:8 + size]), {}
    metadata = header.pop("__metadata__")
    for name, entry in header.items():
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        kind = "<i4" if entry["dtype"] == "I32" else "<f4"
        tensors[name] = numpy.frombuffer(content[begin:end], kind).reshape(entry["shape"])
    return metadata, tensors


def check(tensors):
    """What differs from the file by more than the rounding of another torch or processor."""
    metadata, there = from_bytes(FILE.read_bytes())
    if metadata != chosen():
        yield "the metadata"
    for name in sorted(set(tensors) | set(there)):
        if name not in tensors or name not in there or tensors[name].shape != there[name].shape:
            yield name
        elif abs(tensors[name] - there[name]).max() > 1e-6 * max(1, abs(there[name]).max()):
            yield name


def main(arguments):
    tensors = compute()
    if arguments != ["--check"]:
        FILE.write_bytes(to_bytes(tensors))
        print(f"{len(tensors)} tensors, {FILE.stat().st_size} bytes")
        return 0
    wrong = list(check(tensors))
    for name in wrong:
        print(f"{name}: not what {FILE.name} has", file=sys.stderr)
    print(f"{len(tensors) - len(wrong)} of {len(tensors)} tensors as in {FILE.name}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
