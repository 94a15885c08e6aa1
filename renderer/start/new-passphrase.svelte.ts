/** A passphrase that somebody makes up, typed twice. */
import { SHORTEST_PASSPHRASE } from '../../desk/contract/passphrase.ts';

export class NewPassphrase {
  value = $state('');
  again = $state('');
  /** somebody meant it: from now on what is wrong with it is said */
  tried = $state(false);

  get isShort(): boolean {
    return this.value.length < SHORTEST_PASSPHRASE;
  }

  get differs(): boolean {
    return this.value !== this.again;
  }

  get fits(): boolean {
    return !this.isShort && !this.differs;
  }

  clear(): void {
    [this.value, this.again, this.tried] = ['', '', false];
  }
}
