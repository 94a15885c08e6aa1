"""PyTorch with PEFT adapts a model to the language of unlabelled messages, and learns to classify from there (language.ts).

Adapting is causal language modelling: LoRA on a frozen model, the loss is that of the next token, with the tied embedding as
output matrix behind the output norm, and that behind the exit layer or behind the last one. What LoRA learned in the layers up
to the exit is then added to the weights, and the result is the base of a classifier: LoRA of its own and a linear head, with
class weights, as in torch_train.py.
"""

import math
import os
import time

# Threads that spin while they wait lose four fifths of the speed as soon as another program wants a core; read as torch loads.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np
import peft
import torch
import torch.nn.functional as F
from contestant import answer_lines
from gguf_file import Weights, batches, padded, tokenizer
from torch_adapters import add_modules
from torch_model import Llama
from torch_train import Steps, class_weights, epoch_batches
from torch_trainable import Classifier, TrainableLlamaBlock

EVALUATED_TOGETHER = 32


class Learner:
    def __init__(self, request):
        torch.set_num_threads(request["threads"])
        self.weights = Weights(request["model"])
        if self.weights.architecture != "llama":
            raise ValueError("only a causal model predicts the next token")
        self.words = tokenizer(self.weights)
        self.depth, self.tokens, self.modules = request["depth"], request["tokens"], request["modules"]
        self.dtype = {"f32": torch.float32, "bf16": torch.bfloat16}[request["dtype"]]
        # What LoRA on unlabelled messages adds to each matrix, by the name of the adaptation.
        self.adapted = {}
        version = torch.__version__.split("+")[0]
        self.settings = f"PyTorch {version}, PEFT {peft.__version__}, {request['dtype']}, {request['threads']} threads"

    def token_ids(self, texts):
        return [encoding.ids[: self.tokens] for encoding in self.words.encode_batch(texts)]

    def autocast(self):
        return torch.autocast("cpu", torch.bfloat16, enabled=self.dtype == torch.bfloat16)

    def language_model(self, whole):
        """All blocks, or those up to the exit."""
        depth = self.weights.shape("block_count") if whole else self.depth
        return Llama(self.weights, depth, TrainableLlamaBlock).to(self.dtype).requires_grad_(False)

    def adapt(self, name, whole, texts, options):
        """Keeps under `name` what was learned; seconds are those of the steps alone."""
        torch.manual_seed(options["seed"])
        base = self.language_model(whole)
        add_modules(base.blocks[: self.depth], self.modules)
        trained = {name: p for name, p in base.named_parameters() if p.requires_grad}
        for p in trained.values():
            p.data = p.data.float()
        rows = [row for row in self.token_ids(texts) if len(row) > 1]
        steps = Steps(trained, options, options["epochs"] * math.ceil(len(rows) / options["batch"]))
        random = np.random.default_rng(options["seed"])
        began = time.perf_counter()
        for _ in range(options["epochs"]):
            for places in epoch_batches([len(row) for row in rows], options["batch"], random):
                steps.step(self.next_token_losses(base, [rows[i] for i in places]).mean())
        seconds = time.perf_counter() - began
        self.adapted[name] = {
            place: layer.get_delta_weight("default").detach()
            for place, layer in base.named_modules()
            if isinstance(layer, peft.tuners.lora.Linear)
        }
        return {"seconds": seconds, "tokens": sum(len(row) for row in rows) * options["epochs"]}

    def next_token_losses(self, base, rows):
        """Of each token that has one before it, in nats."""
        ids, lengths = padded(rows)
        ids = torch.from_numpy(ids)
        real = torch.arange(1, ids.shape[1])[None, :] < torch.from_numpy(lengths)[:, None]
        with self.autocast():
            logits = F.linear(base.states(ids)[:, :-1][real], base.embedding)
        return F.cross_entropy(logits.float(), ids[:, 1:][real], reduction="none")

    def add_adapted(self, base, name):
        """Adds what was learned under `name` to the frozen matrices; null: nothing was."""
        for place, delta in self.adapted[name].items() if name is not None else ():
            base.get_submodule(place).weight.data.add_(delta)

    @torch.inference_mode()
    def loss(self, name, whole, texts):
        """Mean over the tokens of `texts`."""
        base = self.language_model(whole)
        self.add_adapted(base, name)
        rows = sorted((row for row in self.token_ids(texts) if len(row) > 1), key=len)
        groups = [rows[i : i + EVALUATED_TOGETHER] for i in range(0, len(rows), EVALUATED_TOGETHER)]
        return {"loss": torch.cat([self.next_token_losses(base, group) for group in groups]).mean().item()}

    def classify(self, name, decided, held, options):
        """From the base `name`: the probability of label 1 for each text of `held`, after the last epoch."""
        torch.manual_seed(options["seed"])
        model = Classifier(self.weights, self.depth, 2, self.modules, self.dtype)
        self.add_adapted(model.base, name)
        trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
        rows, labels = self.token_ids([row["text"] for row in decided]), np.array([row["label"] for row in decided])
        weights = class_weights(labels, 2, options["classWeights"])
        steps = Steps(trained, options, options["epochs"] * math.ceil(len(rows) / options["batch"]))
        random = np.random.default_rng(options["seed"])
        for _ in range(options["epochs"]):
            for places in epoch_batches([len(row) for row in rows], options["batch"], random):
                logits = self.logits(model, *padded([rows[i] for i in places]))
                steps.step(F.cross_entropy(logits, torch.from_numpy(labels[places]), weights))
        rows = self.token_ids(held)
        found = np.empty(len(rows))
        with torch.inference_mode():
            for places, ids, lengths in batches(rows, EVALUATED_TOGETHER):
                found[places] = self.logits(model, ids, lengths).softmax(1)[:, 1]
        return {"probabilities": found.tolist()}

    def logits(self, model, ids, lengths):
        with self.autocast():
            return model(torch.from_numpy(ids), torch.from_numpy(lengths)).float()


if __name__ == "__main__":
    learner = None

    def answer(request):
        global learner
        operation = request.pop("op")
        if operation == "load":
            learner = Learner(request)
            return {"settings": learner.settings}
        return {"adapt": learner.adapt, "loss": learner.loss, "classify": learner.classify}[operation](**request)

    answer_lines(answer)
