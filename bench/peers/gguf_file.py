"""What a Python peer needs of a GGUF besides the arithmetic: weights as float32 arrays, the tokenizer, batches by length.

The weights are those of the very file that the other programs run, dequantised once.
"""

import gguf
import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from tokenizers.processors import BertProcessing


class Weights:
    """A GGUF's metadata and its tensors as float32."""

    def __init__(self, file):
        self.reader = gguf.GGUFReader(file)
        self.tensors = {tensor.name: tensor for tensor in self.reader.tensors}
        self.architecture = self.value("general.architecture")

    def value(self, key, default=None):
        field = self.reader.get_field(key)
        return default if field is None else field.contents()

    def shape(self, key):
        return self.value(f"{self.architecture}.{key}")

    def has(self, name):
        return name in self.tensors

    def __call__(self, name):
        tensor = self.tensors[name]
        return np.array(gguf.dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)


def tokenizer(weights):
    """The model's own tokenizer in the `tokenizers` package, with the special tokens that llama.cpp adds too."""
    words = weights.value("tokenizer.ggml.tokens")
    if weights.architecture == "bert":
        return word_pieces(words, weights)
    merges = [tuple(merge.split(" ")) for merge in weights.value("tokenizer.ggml.merges")]
    made = Tokenizer(models.BPE(vocab={word: i for i, word in enumerate(words)}, merges=merges))
    digits = pre_tokenizers.Digits(individual_digits=True)
    made.pre_tokenizer = pre_tokenizers.Sequence([digits, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    return made


def word_pieces(words, weights):
    start = weights.value("tokenizer.ggml.bos_token_id", 101)
    end = weights.value("tokenizer.ggml.seperator_token_id", 102)

    def original(word):
        # llama.cpp marks the start of a word, WordPiece its continuation; names in brackets stay.
        if word.startswith("\u2581"):
            return word[1:]
        return word if word.startswith("[") and word.endswith("]") and len(word) > 2 else "##" + word

    names = [original(word) for word in words]
    made = Tokenizer(models.WordPiece({name: i for i, name in enumerate(names)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = BertProcessing((names[end], end), (names[start], start))
    return made


def batches(rows, size):
    """Padded batches of texts of about one length: (places, ids, lengths) for lists of token ids."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    for start in range(0, len(order), size):
        places = order[start : start + size]
        yield places, *padded([rows[i] for i in places])


def padded(rows):
    """Token ids of texts, padded on the right, and their lengths."""
    lengths = np.array([len(row) for row in rows])
    ids = np.zeros((len(rows), lengths.max()), dtype=np.int64)
    for target, row in zip(ids, rows):
        target[: len(row)] = row
    return ids, lengths
