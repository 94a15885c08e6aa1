import type { z } from 'zod';
import type { Db } from './connection.ts';
import { WorkspaceError } from './errors.ts';

/** The random key of this workspace, 64 hexadecimal digits; pseudonyms depend on it. */
export const WORKSPACE_KEY = 'workspace.key';

/** What the computer that checked this workspace last knows it by (desk/store/machine.ts). */
export const MARK = 'workspace.mark';

/** Named values that belong to the workspace, as JSON. */
export class Settings {
  readonly #get;
  readonly #set;

  constructor(db: Db) {
    this.#get = db.prepare<[string], string>('SELECT value FROM settings WHERE name = ?').pluck();
    this.#set = db.prepare<[string, string]>(
      'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
  }

  /** The value, or undefined where there is none or it is not of this shape (a setting of another version). */
  get<T>(name: string, shape: z.ZodType<T>): T | undefined {
    const text = this.#get.get(name);
    if (text === undefined) return undefined;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return undefined;
    }
    const parsed = shape.safeParse(value);
    return parsed.success ? parsed.data : undefined;
  }

  set(name: string, value: unknown): void {
    this.#set.run(name, JSON.stringify(value));
  }

  /** The workspace's own key, 32 bytes. @param file for the error, where the key is gone */
  workspaceKey(file: string): Buffer {
    const match = /^"([0-9a-f]{64})"$/.exec(this.#get.get(WORKSPACE_KEY) ?? '');
    if (match?.[1] === undefined) {
      throw new WorkspaceError(
        'altered',
        file,
        'The key from which this workspace makes pseudonyms is missing.',
        'Go on with your last copy of the file.',
      );
    }
    return Buffer.from(match[1], 'hex');
  }
}
