"""PyTorch as a peer of the score bench: texts to mean-pooled states, in a dtype and batch size given by the bench."""

import torch
from contestant import serve
from gguf_file import Weights, batches, tokenizer
from torch_model import build


def load(request):
    torch.set_num_threads(request["threads"])
    weights = Weights(request["model"])
    dtype = {"f32": torch.float32, "bf16": torch.bfloat16}[request["dtype"]]
    model = build(weights).to(dtype)
    words = tokenizer(weights)
    texts = request["texts"]

    @torch.inference_mode()
    def run(count):
        rows = [encoding.ids for encoding in words.encode_batch(texts[:count])]
        states = None
        for places, ids, lengths in batches(rows, request["batch"]):
            pooled = model(torch.from_numpy(ids), torch.from_numpy(lengths))
            if states is None:
                states = torch.empty(count, pooled.shape[1])
            states[places] = pooled
        return states, [len(row) for row in rows]

    settings = f"PyTorch {torch.__version__.split('+')[0]} {request['dtype']}, {request['threads']} threads, batch {request['batch']} by length"
    return run, settings


if __name__ == "__main__":
    serve(load)
