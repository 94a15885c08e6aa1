"""ONNX Runtime as a peer of the score bench: MiniLM as one graph of ONNX Runtime's own fused BERT operators, F32 or int8.

The graph is written here node by node from the GGUF's weights: nothing is exported, so PyTorch is not needed. int8 is
ONNX Runtime's dynamic quantisation, per row of a weight.
"""

import os
import tempfile

import numpy as np
import onnx
import onnxruntime
from contestant import serve
from gguf_file import Weights, batches, tokenizer
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

FUSED = "com.microsoft"


class Graph:
    def __init__(self):
        self.nodes, self.weights = [], []

    def weight(self, name, array):
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, kind, inputs, outputs=1, domain="", **attributes):
        number = len(self.nodes)
        names = [f"{kind}_{number}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, f"{kind}_{number}", domain=domain, **attributes))
        return names[0]


def bert(weights):
    """ids, lengths → pooled. Attention takes the lengths as its mask."""
    g = Graph()
    heads, epsilon = weights.shape("attention.head_count"), weights.shape("attention.layer_norm_epsilon")

    def named(name, transpose=False):
        array = weights(name)
        return g.weight(name, array.T if transpose else array)

    def norm(x, residual, name, bias):
        inputs = [x, residual, named(name + ".weight"), named(name + ".bias"), bias]
        return g.add("SkipLayerNormalization", inputs, domain=FUSED, epsilon=epsilon)

    # All tokens of one text have token type 0, so its row is added to the positions once.
    positions = g.weight("positions", weights("position_embd.weight") + weights("token_types.weight")[0])
    token = g.add("Gather", [named("token_embd.weight"), "ids"])
    length = g.add("Shape", ["ids"], start=1, end=2)
    zero, one, axis = (g.weight(f"i{i}", np.array([i], dtype=np.int64)) for i in (0, 1, 2))
    place = g.add("Slice", [positions, zero, length, zero])
    x = g.add("Add", [token, place])
    names = [named("token_embd_norm.weight"), named("token_embd_norm.bias")]
    x = g.add("LayerNormalization", [x, *names], axis=-1, epsilon=epsilon)
    for block in range(weights.shape("block_count")):
        name = f"blk.{block}."
        parts = [name + part for part in ("attn_q", "attn_k", "attn_v")]
        qkv = g.weight(name + "qkv", np.concatenate([weights(part + ".weight") for part in parts]).T)
        bias = g.weight(name + "qkv.bias", np.concatenate([weights(part + ".bias") for part in parts]))
        a = g.add("Attention", [x, qkv, bias, "lengths"], domain=FUSED, num_heads=heads)
        a = g.add("MatMul", [a, named(name + "attn_output.weight", transpose=True)])
        x = norm(a, x, name + "attn_output_norm", named(name + "attn_output.bias"))
        h = g.add("MatMul", [x, named(name + "ffn_up.weight", transpose=True)])
        h = g.add("BiasGelu", [h, named(name + "ffn_up.bias")], domain=FUSED)
        h = g.add("MatMul", [h, named(name + "ffn_down.weight", transpose=True)])
        x = norm(h, x, name + "layer_output_norm", named(name + "ffn_down.bias"))
    # Mean over the real tokens.
    count = g.add("Unsqueeze", ["lengths", one])
    count = g.add("Cast", [count], to=TensorProto.INT64)
    steps = g.add("Range", [g.weight("from", np.array(0)), g.add("Squeeze", [length]), g.weight("step", np.array(1))])
    real = g.add("Cast", [g.add("Less", [steps, count])], to=TensorProto.FLOAT)
    total = g.add("ReduceSum", [g.add("Mul", [x, g.add("Unsqueeze", [real, axis])]), one], keepdims=0)
    pooled = g.add("Div", [total, g.add("Cast", [count], to=TensorProto.FLOAT)])
    graph = helper.make_graph(
        g.nodes,
        "bert",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "tokens"]),
            helper.make_tensor_value_info("lengths", TensorProto.INT32, ["texts"]),
        ],
        [helper.make_tensor_value_info(pooled, TensorProto.FLOAT, ["texts", weights.shape("embedding_length")])],
        g.weights,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def load(request):
    weights = Weights(request["model"])
    words = tokenizer(weights)
    texts = request["texts"]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = request["threads"]
    options.inter_op_num_threads = 1
    # The bench runs other programs in between: a pool that spins while it waits would take their processor.
    options.add_session_config_entry("session.intra_op.allow_spinning", "1")
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "f32.onnx")
        onnx.save(bert(weights), file)
        if request["dtype"] == "int8":
            target = os.path.join(folder, "int8.onnx")
            quantize_dynamic(
                file,
                target,
                op_types_to_quantize=["MatMul", "Attention"],
                weight_type=QuantType.QInt8,
                per_channel=True,
                # Shape inference does not know the fused operators, all of which give floats.
                extra_options={"DefaultTensorType": TensorProto.FLOAT},
            )
            file = target
        session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])

    def run(count):
        rows = [encoding.ids for encoding in words.encode_batch(texts[:count])]
        states = None
        for places, ids, lengths in batches(rows, request["batch"]):
            (pooled,) = session.run(None, {"ids": ids, "lengths": lengths.astype(np.int32)})
            if states is None:
                states = np.empty((count, pooled.shape[1]), dtype=np.float32)
            states[places] = pooled
        return states, [len(row) for row in rows]

    version = onnxruntime.__version__
    return run, f"ONNX Runtime {version} {request['dtype']}, {request['threads']} threads, batch {request['batch']} by length"


if __name__ == "__main__":
    serve(load)
