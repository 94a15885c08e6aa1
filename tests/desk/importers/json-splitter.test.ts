import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { JsonSplitter, type JsonEvent, type JsonPart, type Plan } from '../../../desk/importers/json-splitter.ts';

const elements: Plan = (path) => (path === '' || path === 'list' ? 'into' : path === 'list[]' ? 'take' : 'skip');

/** The taken parts of a text that arrives in pieces, from one buffer that is used again. */
function split(text: string | Buffer, piece: number, plan: Plan = elements, limit?: number) {
  const bytes = Buffer.from(text);
  const splitter = new JsonSplitter(plan, limit);
  const shared = Buffer.alloc(piece);
  const parts: (Omit<JsonPart, 'bytes'> & { readonly text: string })[] = [];
  const note = (events: readonly JsonEvent[]): void => {
    for (const event of events)
      if (event.type === 'value' || event.type === 'too-long') {
        const { bytes: own, ...rest } = event;
        parts.push({ ...rest, text: own.toString('utf8') });
      }
  };
  for (let at = 0; at < bytes.length; at += piece)
    note(splitter.push(shared.subarray(0, bytes.copy(shared, 0, at, at + piece))));
  const { events, end } = splitter.end();
  note(events);
  return { parts, end };
}

const piece = fc.integer({ min: 1, max: 40 });
const json = fc.oneof(
  fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }),
  fc.array(fc.constantFrom('"', '\\', 'x', ']', '}', '\n')).map((parts) => parts.join('')),
);
const space = fc.constantFrom(0, 1, '\t', ' \n');

describe('JSON splitter', () => {
  it('gives the elements of one array byte for byte, whatever stands around them and however they arrive', () => {
    fc.assert(
      fc.property(fc.array(json), json, json, space, piece, (list, before, after, indent, size) => {
        const text = JSON.stringify({ before, '"list\\': 1, list, after }, null, indent);
        const { parts, end } = split(text, size);
        assert.equal(end.state, 'whole');
        assert.deepEqual(
          parts.map(({ text: own }) => JSON.parse(own) as unknown),
          JSON.parse(JSON.stringify(list)),
        );
        for (const part of parts)
          assert.equal(Buffer.from(text).subarray(part.offset).toString('utf8').startsWith(part.text), true);
        assert.deepEqual(
          parts.map(({ index }) => index),
          list.map((_value, at) => at),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same whatever the size of the pieces, for any bytes at all', () => {
    const bytes = fc.oneof(
      fc.uint8Array().map((raw) => Buffer.from(raw)),
      fc
        .array(fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '1', 'x', '"list"', ' ', '\\u', '{"list":['))
        .map((all) => Buffer.from(all.join(''))),
    );
    fc.assert(
      fc.property(bytes, piece, (raw, size) => assert.deepEqual(split(raw, size), split(raw, 1000))),
      { numRuns: 500 },
    );
  });

  it('gives every element before a cut, and says that it was one', () => {
    fc.assert(
      fc.property(fc.array(json, { minLength: 1 }), fc.nat(), piece, (list, at, size) => {
        const text = Buffer.from(JSON.stringify({ list }, null, 1));
        const whole = split(text, 1000).parts;
        const cut = at % text.length;
        const { parts, end } = split(text.subarray(0, cut), size);
        assert.equal(end.state, 'cut');
        // A number is whole only when something follows it.
        const before = whole.filter(
          ({ offset, text: own }) => offset + Buffer.byteLength(own) + (/[\]}"]$/.test(own) ? 0 : 1) <= cut,
        );
        assert.deepEqual(parts, before);
      }),
      { numRuns: 300 },
    );
  });

  it('says where something stands that is no JSON, with all before it', () => {
    const { parts, end } = split('{"list":[1,2 3,4]}', 5);
    assert.deepEqual(
      parts.map(({ text }) => text),
      ['1', '2'],
    );
    assert.deepEqual([end.state, end.offset], ['broken', 13]);
  });

  it('holds no more of a too long value than its beginning, and goes on behind it', () => {
    const { parts } = split(`{"list":[1,"${'x'.repeat(300_000)}",2]}`, 1000, elements, 100_000);
    assert.deepEqual(
      parts.map(({ type }) => type),
      ['value', 'too-long', 'value'],
    );
    assert.ok((parts[1]?.text.length ?? 0) <= 65_536);
    const small = split('{"list":["123456789",{"a":[1,2]},2]}', 3, elements, 8);
    assert.deepEqual(
      small.parts.map(({ type }) => type),
      ['too-long', 'too-long', 'value'],
    );
  });
});
