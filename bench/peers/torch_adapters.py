"""What the training peer adds to a frozen model: PEFT's LoRA, and DS-LoRA as one would write it by hand; or it thaws it."""

import torch
from peft import LoraConfig, inject_adapter_in_model
from torch import nn
from torch_model import Llama


def add_modules(base, modules):
    if modules["method"] == "full":
        return thaw(base, modules["from"])
    if modules["from"] != 0:
        raise ValueError("the peer has modules on all layers or none")
    {"lora": add_lora, "ds-lora": add_ds_lora}[modules["method"]](base, modules)


def thaw(base, lowest):
    """All weights of the blocks from `lowest` on, and of what stands behind them; from 0 on the embedding too."""
    if lowest == 0:
        base.requires_grad_(True)
    else:
        base.blocks[lowest:].requires_grad_(True)
        if isinstance(base, Llama):
            base.norm.requires_grad_(True)


def add_lora(base, modules):
    config = LoraConfig(r=modules["rank"], lora_alpha=modules["alpha"], target_modules=modules["targets"], lora_dropout=0)
    inject_adapter_in_model(config, base)


class DsLora(nn.Module):
    """W0 x + g(x) · (α/r) · B A x with g(x) = σ(w2ᵀ ReLU(W1 x + b1) + b2) for each token; the gate scales A x."""

    def __init__(self, base, rank, alpha, gate):
        super().__init__()
        self.base, self.scale = base, alpha / rank
        self.lora_A = nn.Linear(base.in_features, rank, bias=False)
        self.lora_B = nn.Linear(rank, base.out_features, bias=False)
        self.gate = nn.Sequential(nn.Linear(base.in_features, gate), nn.ReLU(), nn.Linear(gate, 1))
        nn.init.zeros_(self.lora_B.weight)
        nn.init.zeros_(self.gate[0].bias)
        nn.init.normal_(self.gate[2].weight, std=0.02)
        nn.init.ones_(self.gate[2].bias)

    def forward(self, x):
        return self.base(x) + self.lora_B(self.scale * torch.sigmoid(self.gate(x)) * self.lora_A(x))


def add_ds_lora(base, modules):
    if modules["gate"] == "linear" or modules["scope"] != "token":
        raise ValueError("the peer has gates with a hidden layer for each token only")
    for block in base.blocks:
        for name in modules["targets"]:
            layer = getattr(block, name)
            setattr(block, name, DsLora(layer, modules["rank"], modules["alpha"], modules["gate"]))
