"""PyTorch with PEFT as a peer in training (training.ts): LoRA or DS-LoRA on a frozen model, or all of its weights, and a
linear head.

Eager mode, texts padded to the longest of a batch, batches of about one length. BF16 is the usual mixture: the frozen
weights in BF16, what is trained in F32, products under autocast.
"""

import copy
import math
import time

import numpy as np
import peft
import torch
import torch.nn.functional as F
from contestant import answer_lines
from gguf_file import Weights, batches, padded, tokenizer
from torch_trainable import Classifier

# Batches are sorted by length together, so that a batch has little padding and is still drawn at random.
SORTED_TOGETHER = 32
EVALUATED_TOGETHER = 32


class Part:
    """Texts as token ids, with their labels."""

    def __init__(self, rows, words):
        self.ids = [encoding.ids for encoding in words.encode_batch([row["text"] for row in rows])]
        self.labels = np.array([row["label"] for row in rows])


class Trainee:
    def __init__(self, request):
        torch.set_num_threads(request["threads"])
        torch.manual_seed(request["options"]["seed"])
        weights = Weights(request["model"])
        words = tokenizer(weights)
        self.parts = {name: Part(rows, words) for name, rows in request["parts"].items()}
        self.labels, self.options, self.modules = request["labels"], request["options"], request["modules"]
        self.dtype = {"f32": torch.float32, "bf16": torch.bfloat16}[request["dtype"]]
        depth = request.get("depth", weights.shape("block_count"))
        self.model = Classifier(weights, depth, self.labels, self.modules, self.dtype)
        self.trained = {name: p for name, p in self.model.named_parameters() if p.requires_grad}
        self.start = copy.deepcopy({name: p.data for name, p in self.trained.items()})
        if request.get("pooling", "mean") != "mean" or request.get("instruction"):
            raise ValueError("the peer knows mean pooling and no instruction only")
        made_by = {"lora": f"PEFT {peft.__version__}", "ds-lora": "DS-LoRA by hand", "full": "all weights"}
        made_by = made_by[self.modules["method"]]
        version = torch.__version__.split("+")[0]
        self.settings = f"PyTorch {version}, {made_by}, {request['dtype']}, {request['threads']} threads"

    def restore(self, values):
        for name, p in self.trained.items():
            p.data.copy_(values[name])

    def logits(self, ids, lengths):
        """ids: (texts, longest), padded on the right; lengths: (texts)"""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.dtype == torch.bfloat16):
            return self.model(torch.from_numpy(ids), torch.from_numpy(lengths)).float()

    def train(self, rows, epochs, evaluates):
        """From the same start each time, on the first `rows` texts; seconds are those of the steps alone."""
        self.restore(self.start)
        part, options = self.parts["train"], self.options
        lengths, labels = [len(ids) for ids in part.ids[:rows]], part.labels[:rows]
        weights = class_weights(labels, self.labels, options["classWeights"])
        steps = Steps(self.trained, options, epochs * math.ceil(rows / options["batch"]))
        random = np.random.default_rng(options["seed"])
        seconds, first, last, figures, best = 0, None, None, [], None
        for _ in range(epochs):
            for places in epoch_batches(lengths, options["batch"], random):
                began = time.perf_counter()
                logits = self.logits(*padded([part.ids[i] for i in places]))
                loss = F.cross_entropy(logits, torch.from_numpy(labels[places]), weights)
                steps.step(loss)
                seconds += time.perf_counter() - began
                last = loss.item() if last is None else last + 0.05 * (loss.item() - last)
                first = last if first is None else first
            if evaluates:
                figures.append(self.macro_f1("dev"))
                if best is None or figures[-1] > best[0]:
                    best = figures[-1], copy.deepcopy({name: p.data for name, p in self.trained.items()})
        answer = {
            "seconds": seconds,
            "losses": {"first": first, "last": last},
            "devMacroF1": figures,
            "parameters": sum(p.numel() for p in self.trained.values()),
            "sparsity": self.sparsity(),
        }
        if best is not None:
            self.restore(best[1])
            answer["sparsity"] = self.sparsity()
            answer["test"] = self.test()
        return answer

    def score(self, rows, alone):
        """Seconds for the first `rows` texts of the training part, all at hand or one after the other."""
        texts = self.parts["train"].ids[:rows]
        began = time.perf_counter()
        self.probabilities(texts, 1 if alone else EVALUATED_TOGETHER)
        return {"seconds": time.perf_counter() - began}

    def test(self):
        began = time.perf_counter()
        probabilities = self.probabilities(self.parts["test"].ids)
        seconds = time.perf_counter() - began
        return {
            "seconds": seconds,
            "macroF1": self.macro_f1("test", probabilities),
            "probabilities": probabilities.flatten().tolist(),
        }

    def sparsity(self):
        low_rank = [p for name, p in self.trained.items() if "lora_" in name]
        return sum((p == 0).sum().item() for p in low_rank) / max(1, sum(p.numel() for p in low_rank))

    @torch.inference_mode()
    def probabilities(self, texts, together=EVALUATED_TOGETHER):
        """(texts, labels)"""
        found = np.empty((len(texts), self.labels), dtype=np.float32)
        for places, ids, lengths in batches(texts, together):
            found[places] = self.logits(ids, lengths).softmax(1)
        return found

    def macro_f1(self, name, probabilities=None):
        part = self.parts[name]
        probabilities = self.probabilities(part.ids) if probabilities is None else probabilities
        predicted = probabilities.argmax(1)
        scores = []
        for label in range(self.labels):
            hits = ((predicted == label) & (part.labels == label)).sum()
            both = (predicted == label).sum() + (part.labels == label).sum()
            scores.append(0 if both == 0 else 2 * hits / both)
        return float(np.mean(scores))


class Steps:
    """AdamW, a line up and a line down, clipping, and the L1 of DS-LoRA as soft thresholding after each step."""

    def __init__(self, trained, options, steps):
        self.parameters = list(trained.values())
        self.low_rank = [p for name, p in trained.items() if "lora_" in name]
        self.clip, self.l1 = options["clip"], options["lambda"]
        if options["schedule"] != "linear" or options["gateRate"] != 1:
            raise ValueError("the peer knows a linear schedule and one rate only")
        if options["labelSmoothing"] != 0 or options["dropout"] != 0:
            raise ValueError("the peer knows neither label smoothing nor dropout")
        self.optimiser = torch.optim.AdamW(
            self.parameters, lr=options["learningRate"], weight_decay=options["weightDecay"], fused=True
        )
        rising = math.ceil(options["warmUp"] * steps)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimiser,
            lambda step: (step + 1) / rising if step < rising else 1 - (step - rising) / max(1, steps - rising),
        )

    def step(self, loss):
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, self.clip)
        self.optimiser.step()
        if self.l1 > 0:
            for p in self.low_rank:
                p.data.copy_(F.softshrink(p.data, self.schedule.get_last_lr()[0] * self.l1))
        self.schedule.step()


def epoch_batches(lengths, size, random):
    order, found = random.permutation(len(lengths)), []
    for start in range(0, len(order), size * SORTED_TOGETHER):
        pool = sorted(order[start : start + size * SORTED_TOGETHER], key=lambda i: lengths[i])
        found += [np.array(pool[i : i + size]) for i in range(0, len(pool), size)]
    random.shuffle(found)
    return found


def class_weights(labels, classes, kind):
    """"balanced": as if all labels were equally frequent."""
    counts = np.bincount(labels, minlength=classes)
    balanced = len(labels) / (classes * np.maximum(counts, 1))
    return torch.tensor(balanced if kind == "balanced" else np.ones(classes), dtype=torch.float32)


if __name__ == "__main__":
    trainee = None

    def answer(request):
        global trainee
        operation = request.pop("op")
        if operation == "load":
            trainee = Trainee(request)
            return {"settings": trainee.settings, "tokens": [len(ids) for ids in trainee.parts["train"].ids]}
        if operation == "train":
            return trainee.train(**request)
        if operation == "score":
            return trainee.score(**request)
        raise ValueError(f"the peer cannot {operation}")

    answer_lines(answer)
