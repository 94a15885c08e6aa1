"""The two architectures of the embedded models as plain PyTorch modules, from a GGUF's weights to mean-pooled states.

Written for speed in eager mode: query, key and value in one product, gate and up in one product, fused attention.
torch_trainable.py has the same with every product on its own.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def parameter(array):
    return nn.Parameter(torch.from_numpy(np.ascontiguousarray(array)))


def half_rotation_order(weight, heads):
    """llama.cpp stores RoPE pairs side by side; half rotation wants first halves, then second halves."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


class LlamaBlock(nn.Module):
    def __init__(self, weights, index, heads, kv_heads, epsilon):
        super().__init__()
        name = f"blk.{index}."
        self.heads, self.kv_heads, self.epsilon = heads, kv_heads, epsilon
        self.add_products(weights, name)
        self.attention_norm = parameter(weights(name + "attn_norm.weight"))
        self.mlp_norm = parameter(weights(name + "ffn_norm.weight"))

    def add_products(self, weights, name):
        q = half_rotation_order(weights(name + "attn_q.weight"), self.heads)
        k = half_rotation_order(weights(name + "attn_k.weight"), self.kv_heads)
        self.qkv = parameter(np.concatenate([q, k, weights(name + "attn_v.weight")]))
        self.output = parameter(weights(name + "attn_output.weight"))
        self.gate_up = parameter(np.concatenate([weights(name + "ffn_gate.weight"), weights(name + "ffn_up.weight")]))
        self.down = parameter(weights(name + "ffn_down.weight"))

    def query_key_value(self, x, cos, sin):
        """Of each head, q and k rotated: (batch, heads, length, size)."""
        batch, length, width = x.shape
        h = F.linear(x, self.qkv)
        h = h.view(batch, length, self.heads + 2 * self.kv_heads, width // self.heads).transpose(1, 2)
        turned = rotated(h[:, : self.heads + self.kv_heads], cos, sin)
        return turned[:, : self.heads], turned[:, self.heads :], h[:, self.heads + self.kv_heads :]

    def attention_output(self, a):
        return F.linear(a, self.output)

    def mlp(self, x):
        gate, up = F.linear(x, self.gate_up).chunk(2, dim=-1)
        return F.linear(F.silu(gate) * up, self.down)

    def forward(self, x, cos, sin):
        batch, length, width = x.shape
        q, k, v = self.query_key_value(F.rms_norm(x, (width,), self.attention_norm, self.epsilon), cos, sin)
        group = self.heads // self.kv_heads
        k, v = k.repeat_interleave(group, dim=1), v.repeat_interleave(group, dim=1)
        # Causal and padded on the right: no real token ever sees a padding token, so no mask is needed.
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.attention_output(a.transpose(1, 2).reshape(batch, length, width))
        return x + self.mlp(F.rms_norm(x, (width,), self.mlp_norm, self.epsilon))


def rotated(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-second, first], dim=-1) * sin


class Llama(nn.Module):
    """SmolLM2 up to its output norm after `depth` blocks, mean over tokens."""

    def __init__(self, weights, depth, block=LlamaBlock):
        super().__init__()
        heads, kv_heads = weights.shape("attention.head_count"), weights.shape("attention.head_count_kv")
        self.epsilon = weights.shape("attention.layer_norm_rms_epsilon")
        self.embedding = parameter(weights("token_embd.weight"))
        self.blocks = nn.ModuleList(block(weights, i, heads, kv_heads, self.epsilon) for i in range(depth))
        self.norm = parameter(weights("output_norm.weight"))
        size = self.embedding.shape[1] // heads
        rates = weights.shape("rope.freq_base") ** (-torch.arange(0, size, 2).float() / size)
        angles = torch.outer(torch.arange(2048).float(), rates).repeat(1, 2)
        self.register_buffer("cos", angles.cos())
        self.register_buffer("sin", angles.sin())

    def states(self, ids):
        """ids: (batch, length), padded on the right. Gives (batch, length, width)."""
        x = F.embedding(ids, self.embedding)
        cos, sin = self.cos[: ids.shape[1]], self.sin[: ids.shape[1]]
        for block in self.blocks:
            x = block(x, cos, sin)
        return F.rms_norm(x, (x.shape[-1],), self.norm, self.epsilon)

    def forward(self, ids, lengths):
        """ids: (batch, length), padded on the right; lengths: (batch,). Gives (batch, width)."""
        return mean(self.states(ids), lengths)


class BertBlock(nn.Module):
    def __init__(self, weights, index, heads, epsilon):
        super().__init__()
        name = f"blk.{index}."
        self.heads, self.epsilon = heads, epsilon
        self.add_products(weights, name)
        self.attention_norm, self.attention_norm_bias = pair(weights, name + "attn_output_norm")
        self.mlp_norm, self.mlp_norm_bias = pair(weights, name + "layer_output_norm")

    def add_products(self, weights, name):
        parts = ("attn_q", "attn_k", "attn_v")
        self.qkv = parameter(np.concatenate([weights(name + part + ".weight") for part in parts]))
        self.qkv_bias = parameter(np.concatenate([weights(name + part + ".bias") for part in parts]))
        self.output, self.output_bias = pair(weights, name + "attn_output")
        self.up, self.up_bias = pair(weights, name + "ffn_up")
        self.down, self.down_bias = pair(weights, name + "ffn_down")

    def query_key_value(self, x):
        """Of each head: (batch, heads, length, size)."""
        batch, length, width = x.shape
        h = F.linear(x, self.qkv, self.qkv_bias).view(batch, length, 3, self.heads, width // self.heads)
        return h.permute(2, 0, 3, 1, 4).unbind(0)

    def attention_output(self, a):
        return F.linear(a, self.output, self.output_bias)

    def mlp(self, x):
        return F.linear(F.gelu(F.linear(x, self.up, self.up_bias)), self.down, self.down_bias)

    def forward(self, x, mask):
        batch, length, width = x.shape
        a = F.scaled_dot_product_attention(*self.query_key_value(x), attn_mask=mask)
        a = self.attention_output(a.transpose(1, 2).reshape(batch, length, width))
        x = F.layer_norm(x + a, (width,), self.attention_norm, self.attention_norm_bias, self.epsilon)
        return F.layer_norm(x + self.mlp(x), (width,), self.mlp_norm, self.mlp_norm_bias, self.epsilon)


def pair(weights, name):
    return parameter(weights(name + ".weight")), parameter(weights(name + ".bias"))


class Bert(nn.Module):
    """MiniLM after `depth` blocks, mean over tokens."""

    def __init__(self, weights, depth, block=BertBlock):
        super().__init__()
        heads = weights.shape("attention.head_count")
        self.epsilon = weights.shape("attention.layer_norm_epsilon")
        # All tokens of one text have token type 0, so its row is added to the positions once.
        positions = weights("position_embd.weight") + weights("token_types.weight")[0]
        self.embedding = parameter(weights("token_embd.weight"))
        self.positions = parameter(positions)
        self.norm = parameter(weights("token_embd_norm.weight"))
        self.norm_bias = parameter(weights("token_embd_norm.bias"))
        self.blocks = nn.ModuleList(block(weights, i, heads, self.epsilon) for i in range(depth))

    def forward(self, ids, lengths):
        """ids: (batch, length), padded on the right; lengths: (batch,). Gives (batch, width)."""
        x = F.embedding(ids, self.embedding) + self.positions[: ids.shape[1]]
        x = F.layer_norm(x, (x.shape[-1],), self.norm, self.norm_bias, self.epsilon)
        real = torch.arange(ids.shape[1])[None, :] < lengths[:, None]
        mask = torch.zeros(real.shape, dtype=x.dtype).masked_fill(~real, -math.inf)[:, None, None, :]
        for block in self.blocks:
            x = block(x, mask)
        return mean(x, lengths)


def mean(x, lengths):
    real = (torch.arange(x.shape[1])[None, :] < lengths[:, None]).to(x.dtype)
    return (x * real[:, :, None]).sum(1).float() / lengths[:, None]


def build(weights):
    kinds = {"llama": Llama, "bert": Bert}
    return kinds[weights.architecture](weights, weights.shape("block_count")).eval().requires_grad_(False)
