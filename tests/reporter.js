// Test output for people: one line per failing test with its error, one per file, and a closing line that scripts read.
import { relative } from 'node:path';

export default async function* reporter(source) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  const started = performance.now();
  const name = (data) => `${data.file ? relative(process.cwd(), data.file) : ''} › ${data.name}`;
  for await (const { type, data } of source) {
    if (type === 'test:pass' || type === 'test:fail') {
      // Suites and files are containers; only tests count.
      const isTest = data.details?.type !== 'suite' && data.nesting !== undefined && !data.name.endsWith('.test.ts');
      if (type === 'test:fail') {
        if (isTest || data.details?.error?.failureType !== 'subtestsFailed') {
          count.failed++;
          const error = data.details?.error?.cause ?? data.details?.error;
          yield `FAILED  ${name(data)}\n${indent(error?.stack ?? String(error))}\n`;
        }
      } else if (isTest) {
        if (data.skip !== undefined || data.todo !== undefined) {
          count.skipped++;
          yield `skipped ${name(data)}: ${data.skip ?? data.todo}\n`;
        } else {
          count.passed++;
          yield `ok      ${name(data)} (${Math.round(data.details.duration_ms)} ms)\n`;
        }
      }
    } else if (type === 'test:stderr' || type === 'test:stdout') {
      yield data.message;
    } else if (type === 'test:diagnostic' && data.level === 'error') {
      yield `${data.message}\n`;
    }
  }
  yield `\n${((performance.now() - started) / 1000).toFixed(0)} s\n`;
  yield `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`;
}

const indent = (text) => text.replace(/^/gm, '        ');
