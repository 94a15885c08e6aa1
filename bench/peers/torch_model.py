"""The two architectures of the embedded models as plain PyTorch modules, from a GGUF's weights to mean-pooled states.

Written for speed in eager mode: query, key and value in one product, gate and up in one product, fused attention.
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
        q = half_rotation_order(weights(name + "attn_q.weight"), heads)
        k = half_rotation_order(weights(name + "attn_k.weight"), kv_heads)
        self.qkv = parameter(np.concatenate([q, k, weights(name + "attn_v.weight")]))
        self.output = parameter(weights(name + "attn_output.weight"))
        self.gate_up = parameter(np.concatenate([weights(name + "ffn_gate.weight"), weights(name + "ffn_up.weight")]))
        self.down = parameter(weights(name + "ffn_down.weight"))
        self.attention_norm = parameter(weights(name + "attn_norm.weight"))
        self.mlp_norm = parameter(weights(name + "ffn_norm.weight"))

    def forward(self, x, cos, sin):
        batch, length, width = x.shape
        size = width // self.heads
        h = F.linear(F.rms_norm(x, (width,), self.attention_norm, self.epsilon), self.qkv)
        h = h.view(batch, length, self.heads + 2 * self.kv_heads, size).transpose(1, 2)
        rotated = h[:, : self.heads + self.kv_heads]
        first, second = rotated.chunk(2, dim=-1)
        rotated = rotated * cos + torch.cat([-second, first], dim=-1) * sin
        group = self.heads // self.kv_heads
        q = rotated[:, : self.heads]
        k = rotated[:, self.heads :].repeat_interleave(group, dim=1)
        v = h[:, self.heads + self.kv_heads :].repeat_interleave(group, dim=1)
        # Causal and padded on the right: no real token ever sees a padding token, so no mask is needed.
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + F.linear(a.transpose(1, 2).reshape(batch, length, width), self.output)
        gate, up = F.linear(F.rms_norm(x, (width,), self.mlp_norm, self.epsilon), self.gate_up).chunk(2, dim=-1)
        return x + F.linear(F.silu(gate) * up, self.down)


class Llama(nn.Module):
    """SmolLM2 up to its output norm, mean over tokens."""

    def __init__(self, weights):
        super().__init__()
        heads, kv_heads = weights.shape("attention.head_count"), weights.shape("attention.head_count_kv")
        self.epsilon = weights.shape("attention.layer_norm_rms_epsilon")
        self.embedding = parameter(weights("token_embd.weight"))
        blocks = range(weights.shape("block_count"))
        self.blocks = nn.ModuleList(LlamaBlock(weights, i, heads, kv_heads, self.epsilon) for i in blocks)
        self.norm = parameter(weights("output_norm.weight"))
        size = self.embedding.shape[1] // heads
        rates = weights.shape("rope.freq_base") ** (-torch.arange(0, size, 2).float() / size)
        angles = torch.outer(torch.arange(2048).float(), rates).repeat(1, 2)
        self.register_buffer("cos", angles.cos())
        self.register_buffer("sin", angles.sin())

    def forward(self, ids, lengths):
        """ids: (batch, length), padded on the right; lengths: (batch,). Gives (batch, width)."""
        x = F.embedding(ids, self.embedding)
        cos, sin = self.cos[: ids.shape[1]], self.sin[: ids.shape[1]]
        for block in self.blocks:
            x = block(x, cos, sin)
        return mean(F.rms_norm(x, (x.shape[-1],), self.norm, self.epsilon), lengths)


class BertBlock(nn.Module):
    def __init__(self, weights, index, heads, epsilon):
        super().__init__()
        name = f"blk.{index}."
        self.heads, self.epsilon = heads, epsilon

        def pair(part):
            return parameter(weights(name + part + ".weight")), parameter(weights(name + part + ".bias"))

        parts = ("attn_q", "attn_k", "attn_v")
        self.qkv = parameter(np.concatenate([weights(name + part + ".weight") for part in parts]))
        self.qkv_bias = parameter(np.concatenate([weights(name + part + ".bias") for part in parts]))
        self.output, self.output_bias = pair("attn_output")
        self.up, self.up_bias = pair("ffn_up")
        self.down, self.down_bias = pair("ffn_down")
        self.attention_norm, self.attention_norm_bias = pair("attn_output_norm")
        self.mlp_norm, self.mlp_norm_bias = pair("layer_output_norm")

    def forward(self, x, mask):
        batch, length, width = x.shape
        h = F.linear(x, self.qkv, self.qkv_bias).view(batch, length, 3, self.heads, width // self.heads)
        q, k, v = h.permute(2, 0, 3, 1, 4).unbind(0)
        a = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        a = F.linear(a.transpose(1, 2).reshape(batch, length, width), self.output, self.output_bias)
        x = F.layer_norm(x + a, (width,), self.attention_norm, self.attention_norm_bias, self.epsilon)
        h = F.linear(F.gelu(F.linear(x, self.up, self.up_bias)), self.down, self.down_bias)
        return F.layer_norm(x + h, (width,), self.mlp_norm, self.mlp_norm_bias, self.epsilon)


class Bert(nn.Module):
    """MiniLM, mean over tokens."""

    def __init__(self, weights):
        super().__init__()
        heads = weights.shape("attention.head_count")
        self.epsilon = weights.shape("attention.layer_norm_epsilon")
        # All tokens of one text have token type 0, so its row is added to the positions once.
        positions = weights("position_embd.weight") + weights("token_types.weight")[0]
        self.embedding = parameter(weights("token_embd.weight"))
        self.positions = parameter(positions)
        self.norm = parameter(weights("token_embd_norm.weight"))
        self.norm_bias = parameter(weights("token_embd_norm.bias"))
        blocks = range(weights.shape("block_count"))
        self.blocks = nn.ModuleList(BertBlock(weights, i, heads, self.epsilon) for i in blocks)

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
    return kinds[weights.architecture](weights).eval().requires_grad_(False)
