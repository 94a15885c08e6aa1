/**
 * The environment for a process that loads native libraries: without the variables that choose ggml's libraries and
 * devices behind our back (GGML_…, among them GGML_BACKEND_PATH, which names a library to load; LLAMA_…) and without
 * those that change Node itself (NODE_OPTIONS …). `passedOn` is added: what the caller means to set.
 */
export function cleanedEnvironment(
  environment: Readonly<NodeJS.ProcessEnv>,
  passedOn: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !/^(GGML_|LLAMA_|NODE_)/i.test(name));
  return { ...Object.fromEntries(kept), ...passedOn };
}
