/**
 * Arrays as long as the queue, used again for every page: new ones of some megabytes take longer to come and go than what is
 * done with them. What one call gives is good until the same call comes again.
 */
export class PageRoom {
  #ids = new Uint32Array(0);
  #keys = new Float64Array(0);

  ids(length: number): Uint32Array {
    if (this.#ids.length < length) this.#ids = new Uint32Array(withSpare(length));
    return this.#ids.subarray(0, length);
  }

  keys(length: number): Float64Array {
    if (this.#keys.length < length) this.#keys = new Float64Array(withSpare(length));
    return this.#keys.subarray(0, length);
  }
}

/** The queue grows while an import runs. */
const withSpare = (length: number): number => length + (length >> 2);
