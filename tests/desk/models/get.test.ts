import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readCatalog, type Offer } from '../../../desk/models/catalog.ts';
import { ModelFileError } from '../../../desk/models/errors.ts';
import { getModel } from '../../../desk/models/get.ts';
import { places, type Places } from '../../../desk/models/places.ts';
import { Folder } from '../store/fixtures.ts';

/** A model of the program itself, small enough for a test and whole. */
const MODEL = readFileSync(join(places().nativeModels, 'all-MiniLM-L6-v2.F16.gguf'));
const SHA256 = createHash('sha256').update(MODEL).digest('hex');

/** A server on loopback that gives the model, or does what a test wants. */
class Host implements AsyncDisposable {
  readonly #server: Server;
  readonly asked: (string | undefined)[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(answer: (request: IncomingMessage, response: ServerResponse, asked: number) => void) {
    const host = new Host(createServer());
    host.#server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      host.asked.push(request.headers.range);
      answer(request, response, host.asked.length);
    });
    host.#server.listen(0, '127.0.0.1');
    await once(host.#server, 'listening');
    return host;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  offer(over: Partial<Offer> = {}): Offer {
    return {
      id: 'test-model',
      file: 'test.gguf',
      title: 'A test model',
      licence: 'Apache-2.0',
      size: MODEL.length,
      sha256: SHA256,
      architecture: 'bert',
      languages: ['en'],
      layers: 6,
      width: 384,
      url: `http://${this.host}/model.gguf`,
      hosts: [],
      why: 'for a test',
      ...over,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const give = (request: IncomingMessage, response: ServerResponse, bytes = MODEL): void => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const rest = bytes.subarray(from);
  if (from > 0)
    response.writeHead(206, {
      'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
      'content-length': rest.length,
    });
  else response.writeHead(200, { 'content-length': rest.length });
  response.end(rest);
};

const placesIn = (folder: Folder): Places => ({
  ...places(),
  nativeModels: folder.file('native'),
  modelsFolder: folder.file('models'),
});

/** Nothing comes along, so that the test model is a new one. */
function emptyPlaces(folder: Folder): Places {
  const own = placesIn(folder);
  mkdirSync(own.nativeModels);
  const write = (name: string): void => writeFileSync(join(own.nativeModels, name), '[]');
  for (const name of ['catalog.json', 'adapters.json']) write(name);
  return own;
}

async function got(own: Places, offer: Offer): Promise<string[]> {
  const kinds: string[] = [];
  for await (const step of getModel(own, offer)) if (kinds.at(-1) !== step.kind) kinds.push(step.kind);
  return kinds;
}

const failing = (words: RegExp) => (error: unknown) => error instanceof ModelFileError && words.test(error.message);

describe('getting a model', () => {
  it('names the hosts before it connects, and has the model in the catalog afterwards', async () => {
    using folder = new Folder();
    await using host = await Host.start((request, response) => give(request, response));
    const own = emptyPlaces(folder);
    const steps = getModel(own, host.offer({ hosts: ['cdn.example'] }));
    const first = await steps.next();
    assert.deepEqual(first.value, { kind: 'hosts', hosts: [host.host, 'cdn.example'], bytes: MODEL.length });
    assert.deepEqual(host.asked, []);
    for await (const step of steps) if (step.kind === 'done') assert.equal(step.model.id, 'test-model');
    assert.deepEqual(
      readCatalog(own).models.map(({ id, licence, sha256 }) => [id, licence, sha256]),
      [['test-model', 'Apache-2.0', SHA256]],
    );
    assert.deepEqual(
      readdirSync(own.modelsFolder).filter((name) => name.endsWith('.part')),
      [],
    );
  });

  it('goes on where it was cut off, in the same run and in the next', async () => {
    using folder = new Folder();
    const half = MODEL.length >> 1;
    await using host = await Host.start((request, response, asked) => {
      if (asked > 2) return give(request, response);
      const from = Number(/\d+/.exec(request.headers.range ?? '0')?.[0]);
      response.writeHead(from > 0 ? 206 : 200, {
        'content-length': MODEL.length - from,
        ...(from > 0 && { 'content-range': `bytes ${from}-${MODEL.length - 1}/${MODEL.length}` }),
      });
      response.write(MODEL.subarray(from, from + (half >> 1)), () => setTimeout(() => response.destroy(), 50));
    });
    const own = emptyPlaces(folder);
    await got(own, host.offer());
    assert.equal(host.asked.length, 3);
    assert.equal(host.asked[0], undefined);
    assert.match(host.asked[1] ?? '', /^bytes=[1-9]/);
    assert.equal(readCatalog(own).models.length, 1);
  });

  it('begins anew where the server knows no parts', async () => {
    using folder = new Folder();
    await using host = await Host.start((_, response) => {
      response.writeHead(200, { 'content-length': MODEL.length });
      response.end(MODEL);
    });
    const own = emptyPlaces(folder);
    await got(own, host.offer({ size: MODEL.length })).then(() => undefined);
    assert.equal(readCatalog(own).models.length, 1);
  });

  it('never installs what has another SHA-256, and leaves nothing of it', async () => {
    using folder = new Folder();
    const other = Buffer.from(MODEL);
    other[other.length - 1]! ^= 1;
    await using host = await Host.start((request, response) => give(request, response, other));
    const own = emptyPlaces(folder);
    await assert.rejects(got(own, host.offer()), failing(/SHA-256/));
    assert.deepEqual(readCatalog(own).models, []);
    assert.deepEqual(existsSync(own.modelsFolder) ? readdirSync(own.modelsFolder) : [], []);
  });

  it('refuses a file of another size before it is fetched', async () => {
    using folder = new Folder();
    await using host = await Host.start((request, response) => give(request, response));
    await assert.rejects(got(emptyPlaces(folder), host.offer({ size: 10 })), failing(/another one/));
  });

  it('follows a redirect to a host that was named, and to no other', async () => {
    using folder = new Folder();
    await using far = await Host.start((request, response) => give(request, response));
    await using near = await Host.start((_, response) => {
      response.writeHead(302, { location: `http://${far.host}/elsewhere.gguf` });
      response.end();
    });
    const own = emptyPlaces(folder);
    await assert.rejects(got(own, near.offer()), failing(/not named/));
    assert.deepEqual(far.asked, []);
    await got(own, near.offer({ hosts: [far.host] }));
    assert.equal(readCatalog(own).models.length, 1);
  });

  it('connects to nothing but https, loopback aside', async () => {
    using folder = new Folder();
    await using host = await Host.start(() => undefined);
    const offer = host.offer({ url: 'http://models.example/model.gguf' });
    await assert.rejects(got(emptyPlaces(folder), offer), failing(/not named/));
  });
});
