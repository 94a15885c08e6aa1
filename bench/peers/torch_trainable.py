"""The models of torch_model.py as they are trained: every product a layer of its own, under llama.cpp's name.

PEFT finds layers by name (`attn_q`), so that query, key and value stand apart here, as they do in transformers.
"""

import torch.nn.functional as F
from torch import nn
from torch_adapters import add_modules
from torch_model import Bert, BertBlock, Llama, LlamaBlock, half_rotation_order, parameter, rotated


def linear(weights, name, heads=None):
    """A frozen layer; `heads` where its rows are rotated."""
    weight = weights(name + ".weight")
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=weights.has(name + ".bias"), device="meta")
    layer.weight = parameter(weight if heads is None else half_rotation_order(weight, heads))
    if layer.bias is not None:
        layer.bias = parameter(weights(name + ".bias"))
    return layer


def by_head(x, heads):
    """(batch, length, heads · size) → (batch, heads, length, size)"""
    return x.view(*x.shape[:2], heads, x.shape[2] // heads).transpose(1, 2)


class TrainableLlamaBlock(LlamaBlock):
    def add_products(self, weights, name):
        self.attn_q = linear(weights, name + "attn_q", self.heads)
        self.attn_k = linear(weights, name + "attn_k", self.kv_heads)
        for part in ("attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"):
            setattr(self, part, linear(weights, name + part))

    def query_key_value(self, x, cos, sin):
        q, k = by_head(self.attn_q(x), self.heads), by_head(self.attn_k(x), self.kv_heads)
        return rotated(q, cos, sin), rotated(k, cos, sin), by_head(self.attn_v(x), self.kv_heads)

    def attention_output(self, a):
        return self.attn_output(a)

    def mlp(self, x):
        return self.ffn_down(F.silu(self.ffn_gate(x)) * self.ffn_up(x))


class TrainableBertBlock(BertBlock):
    def add_products(self, weights, name):
        for part in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_up", "ffn_down"):
            setattr(self, part, linear(weights, name + part))

    def query_key_value(self, x):
        return tuple(by_head(layer(x), self.heads) for layer in (self.attn_q, self.attn_k, self.attn_v))

    def attention_output(self, a):
        return self.attn_output(a)

    def mlp(self, x):
        return self.ffn_down(F.gelu(self.ffn_up(x)))


class Classifier(nn.Module):
    """A frozen model in `dtype` with modules and a linear head in F32, which alone learn."""

    def __init__(self, weights, depth, labels, modules, dtype):
        super().__init__()
        kind, block = {"llama": (Llama, TrainableLlamaBlock), "bert": (Bert, TrainableBertBlock)}[weights.architecture]
        self.base = kind(weights, depth, block).to(dtype).requires_grad_(False)
        self.head = nn.Linear(weights.shape("embedding_length"), labels)
        add_modules(self.base, modules)
        for parameter in self.parameters():
            if parameter.requires_grad:
                parameter.data = parameter.data.float()

    def forward(self, ids, lengths):
        """ids: (batch, length), padded on the right; lengths: (batch,). Gives (batch, labels)."""
        return self.head(self.base(ids, lengths))
