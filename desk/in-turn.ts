/** Work that goes one after the other, in the order in which it is asked for; what fails holds up nothing behind it. */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve();

  async do<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return await turn;
  }
}
