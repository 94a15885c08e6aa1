/** Writes a copy of a GGUF in another weight type by llama.cpp's own quantiser: `requantise.ts SOURCE TARGET FTYPE`. */
import { openLibllama } from './libllama.ts';

const [source = '', target = '', ftype = ''] = process.argv.slice(2);
openLibllama().quantize(source, target, Number(ftype));
