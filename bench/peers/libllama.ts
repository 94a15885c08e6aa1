/**
 * The C API of libllama in node-llama-cpp's package, as far as the benchmark needs it: load a model, make a context
 * that pools, tokenize, decode a batch, copy a weight type. Struct layouts are those of include/llama.h at the tag
 * that node-llama-cpp 3.21.1 carries; the library is refused if its name says another release.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import koffi from 'koffi';

const LAYOUT_OF = 'libllama.v0.4.0.so';

const BatchStruct = koffi.struct('llama_batch', {
  n_tokens: 'int32_t',
  token: 'int32_t *',
  embd: 'float *',
  pos: 'int32_t *',
  n_seq_id: 'int32_t *',
  seq_id: 'void *',
  logits: 'int8_t *',
});

const ModelParams = koffi.struct('llama_model_params', {
  devices: 'void *',
  tensor_buft_overrides: 'void *',
  n_gpu_layers: 'int32_t',
  split_mode: 'int',
  load_mode: 'int',
  lazy_mode: 'int',
  main_gpu: 'int32_t',
  tensor_split: 'void *',
  progress_callback: 'void *',
  progress_callback_user_data: 'void *',
  kv_overrides: 'void *',
  vocab_only: 'bool',
  check_tensors: 'bool',
  use_extra_bufts: 'bool',
  no_host: 'bool',
  no_alloc: 'bool',
  load_mtp: 'bool',
});

const ContextParams = koffi.struct('llama_context_params', {
  n_ctx: 'uint32_t',
  n_batch: 'uint32_t',
  n_ubatch: 'uint32_t',
  n_seq_max: 'uint32_t',
  n_rs_seq: 'uint32_t',
  n_outputs_max: 'uint32_t',
  n_outputs_max_per_seq: 'uint32_t',
  n_threads: 'int32_t',
  n_threads_batch: 'int32_t',
  ctx_type: 'int',
  rope_scaling_type: 'int',
  pooling_type: 'int',
  attention_type: 'int',
  flash_attn_type: 'int',
  rope_freq_base: 'float',
  rope_freq_scale: 'float',
  yarn_ext_factor: 'float',
  yarn_attn_factor: 'float',
  yarn_beta_fast: 'float',
  yarn_beta_slow: 'float',
  yarn_orig_ctx: 'uint32_t',
  defrag_thold: 'float',
  cb_eval: 'void *',
  cb_eval_user_data: 'void *',
  type_k: 'int',
  type_v: 'int',
  abort_callback: 'void *',
  abort_callback_data: 'void *',
  embeddings: 'bool',
  offload_kqv: 'bool',
  no_perf: 'bool',
  op_offload: 'bool',
  swa_full: 'bool',
  kv_unified: 'bool',
  samplers: 'void *',
  n_samplers: 'size_t',
  ctx_other: 'void *',
});

const QuantizeParams = koffi.struct('llama_model_quantize_params', {
  nthread: 'int32_t',
  ftype: 'int',
  output_tensor_type: 'int',
  token_embedding_type: 'int',
  allow_requantize: 'bool',
  quantize_output_tensor: 'bool',
  only_copy: 'bool',
  pure: 'bool',
  keep_split: 'bool',
  dry_run: 'bool',
  imatrix: 'void *',
  kv_overrides: 'void *',
  tt_overrides: 'void *',
  prune_layers: 'void *',
  max_buf_size: 'size_t',
});

export type Pointer = unknown;
/** The fields of llama_context_params that the benchmark sets; the rest keeps llama.cpp's defaults. */
export interface ContextSettings {
  readonly n_ctx: number;
  readonly n_batch: number;
  readonly n_ubatch: number;
  readonly n_seq_max: number;
  readonly n_threads: number;
  readonly n_threads_batch: number;
  /** 1 mean, 2 CLS, 3 last token */
  readonly pooling_type: number;
  /** 0 off, 1 on */
  readonly flash_attn_type: number;
  readonly embeddings: boolean;
  readonly kv_unified: boolean;
}

/** Tokens of several sequences, laid out for one llama_decode. */
export interface Batch {
  readonly tokens: Int32Array;
  readonly positions: Int32Array;
  /** sequence number of each token, below n_seq_max */
  readonly sequences: Int32Array;
}

/** Opens libllama and the ggml CPU backend that belongs to it. Throws when the package is missing or of another release. */
export function openLibllama() {
  const folder = libraryFolder();
  const lib = koffi.load(path.join(folder, LAYOUT_OF));
  const ggml = koffi.load(path.join(folder, LAYOUT_OF.replace('libllama', 'libggml')));
  ggml.func('void ggml_backend_load_all_from_path(const char *dir)')(folder);
  lib.func('void llama_backend_init()')();

  const modelDefaults = lib.func('llama_model_default_params', ModelParams, []);
  const contextDefaults = lib.func('llama_context_default_params', ContextParams, []);
  const quantizeDefaults = lib.func('llama_model_quantize_default_params', QuantizeParams, []);
  const load = lib.func('llama_model_load_from_file', 'void *', ['const char *', ModelParams]);
  const init = lib.func('llama_init_from_model', 'void *', ['void *', ContextParams]);
  const quantize = lib.func('llama_model_quantize', 'uint32_t', [
    'const char *',
    'const char *',
    koffi.pointer(QuantizeParams),
  ]);
  const vocabOf = lib.func('void *llama_model_get_vocab(void *model)');
  const tokenize = lib.func(
    'int32_t llama_tokenize(void *vocab, const char *text, int32_t length, _Out_ int32_t *tokens, int32_t capacity, bool add_special, bool parse_special)',
  );
  const decode = lib.func('llama_decode', 'int32_t', ['void *', BatchStruct]);
  const encode = lib.func('llama_encode', 'int32_t', ['void *', BatchStruct]);
  const memoryOf = lib.func('void *llama_get_memory(void *context)');
  const clear = lib.func('void llama_memory_clear(void *memory, bool data)');
  const synchronize = lib.func('void llama_synchronize(void *context)');
  const pooled = lib.func('void *llama_get_embeddings_seq(void *context, int32_t sequence)');
  const width = lib.func('int32_t llama_model_n_embd(void *model)');
  // llama_batch wants an array of pointers to sequence numbers: these numbers stay where they are.
  const numbers = koffi.alloc('int32_t', 256);
  koffi.encode(
    numbers,
    'int32_t',
    Int32Array.from({ length: 256 }, (_, i) => i),
    256,
  );
  const numbersAt = BigInt(koffi.address(numbers));

  const nativeBatch = (batch: Batch) => ({
    n_tokens: batch.tokens.length,
    token: batch.tokens,
    embd: null,
    pos: batch.positions,
    n_seq_id: new Int32Array(batch.tokens.length).fill(1),
    seq_id: BigUint64Array.from(batch.sequences, (sequence) => numbersAt + BigInt(sequence) * 4n),
    logits: new Int8Array(batch.tokens.length).fill(1),
  });

  return {
    loadModel(file: string): Pointer {
      const model: unknown = load(file, { ...modelDefaults(), n_gpu_layers: 0 });
      if (!model) throw new Error(`libllama could not load ${file}; its own words stand on stderr`);
      return model;
    },
    createContext(model: Pointer, settings: ContextSettings): Pointer {
      const context: unknown = init(model, {
        ...contextDefaults(),
        offload_kqv: false,
        op_offload: false,
        ...settings,
      });
      if (!context) throw new Error('libllama could not make a context; its own words stand on stderr');
      return context;
    },
    freeContext: lib.func('void llama_free(void *context)'),
    freeModel: lib.func('void llama_model_free(void *model)'),
    width: (model: Pointer): number => width(model) as number,
    /** Token ids with the special tokens that the model file asks for; no text is parsed as a special token. */
    tokenize(model: Pointer, text: string, room: Int32Array): Int32Array {
      const count = tokenize(vocabOf(model), text, Buffer.byteLength(text), room, room.length, true, false) as number;
      if (count < 0) throw new Error(`a text has ${-count} tokens, the limit is ${room.length}`);
      return room.slice(0, count);
    },
    /** Computes one batch from an empty cache and waits for it. */
    decode(context: Pointer, batch: Batch): void {
      clear(memoryOf(context), false);
      const status = decode(context, nativeBatch(batch)) as number;
      if (status !== 0) throw new Error(`llama_decode failed with ${status}`);
      synchronize(context);
    },
    /** The same for an encoder (no cache). */
    encode(context: Pointer, batch: Batch): void {
      const status = encode(context, nativeBatch(batch)) as number;
      if (status !== 0) throw new Error(`llama_encode failed with ${status}`);
      synchronize(context);
    },
    /** The pooled state of one sequence of the last batch, not normalised. */
    pooled(context: Pointer, sequence: number, length: number): Float32Array {
      return new Float32Array(
        koffi.decode(pooled(context, sequence), koffi.array('float', length, 'Typed')) as Float32Array,
      );
    },
    /** Writes a copy of a model file in another weight type (llama.h, enum llama_ftype). */
    quantize(source: string, target: string, ftype: number): void {
      const params = { ...quantizeDefaults(), ftype, allow_requantize: true, nthread: 2 };
      if ((quantize(source, target, params) as number) !== 0) throw new Error(`could not write ${target}`);
    },
  };
}

function libraryFolder(): string {
  const root = path.resolve(import.meta.dirname, '../../node_modules/@node-llama-cpp/linux-x64/bins/linux-x64');
  const files = readdirSync(root);
  if (!files.includes(LAYOUT_OF)) {
    throw new Error(`this benchmark knows the structs of ${LAYOUT_OF}, which is not in ${root}: run npm ci`);
  }
  return root;
}
